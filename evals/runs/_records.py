"""What a run keeps of each answer: labels beside findings, so that a run file stands by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from evals.datasets import LabelledCase, Rating
from grader.scoring import score
from grader.types import (
    Band,
    Evidence,
    Frozen,
    Grade,
    GraderRef,
    Kind,
    MistakeFinding,
    NextQuestion,
    PointFinding,
    Rubric,
    Usage,
    Verdict,
)


class PointRecord(Frozen):
    """One point: what the raters said and what the judge found.

    Attributes:
        label: None where the point is not labelled.
        probabilities: Of each verdict the judge weighed; empty when ungraded.
    """

    id: str
    label: Verdict | None = None
    label_evidence: tuple[Evidence, ...] = ()
    verdict: Verdict
    confidence: float
    probabilities: Mapping[Verdict, float] = {}
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    judge: str = ""


class MistakeRecord(Frozen):
    """One mistake: what the raters said and what the judge found.

    Attributes:
        label: None where the mistake is not labelled.
        made: None where it could not be judged.
        confidence: Probability of what was said.
    """

    id: str
    label: bool | None = None
    label_evidence: tuple[Evidence, ...] = ()
    made: bool | None
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    judge: str = ""


class Repeat(Frozen):
    """What grading the same answer once more gave."""

    points: Mapping[str, Verdict]
    mistakes: Mapping[str, bool | None]
    score: float | None


class RunError(Frozen):
    """Why an answer could not be graded at all."""

    code: str
    message: str


class RunRecord(Frozen):
    """One answer of a run.

    Attributes:
        key: Identifies answer, rubric version and judge; a record with the same key and nothing
            ungraded is used again.
        labels_version: The rubric version that the labels were made for.
        unmapped: Labelled ids that this rubric version does not have.
        label_score: Score of the labels' verdicts; where not all is labelled, the raters' own
            overall score; else None.
        error: Set where the answer as a whole could not be graded; everything is then ungraded.
    """

    type: Literal["answer"] = "answer"
    key: str
    id: str
    rubric_id: str
    rubric_version: str
    rubric_sha256: str
    labels_version: str = ""
    kind: Kind
    answer: str
    tags: Mapping[str, str] = {}
    ratings: tuple[Rating, ...] = ()
    points: tuple[PointRecord, ...] = ()
    mistakes: tuple[MistakeRecord, ...] = ()
    unmapped: tuple[str, ...] = ()
    score: float | None = None
    score_interval: tuple[float, float] | None = None
    band: Band | None = None
    label_score: float | None = None
    label_band: Band | None = None
    follow_up: NextQuestion | None = None
    flags: tuple[str, ...] = ()
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    usage: Usage = Usage()
    elapsed_ms: int = 0
    repeats: tuple[Repeat, ...] = ()
    error: RunError | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every point and mistake was judged; what was not is asked again."""
        return (
            self.error is None
            and all(point.verdict is not Verdict.UNGRADED for point in self.points)
            and all(mistake.made is not None for mistake in self.mistakes)
        )


class RunHeader(Frozen):
    """The first line of a run file: what judged.

    Attributes:
        name: What a report calls the run; empty for the file's name.
    """

    type: Literal["run"] = "run"
    format: int = 1
    name: str = ""
    judge: str
    model: str
    prompt_sha256: str | None = None
    version: str
    data: tuple[str, ...] = ()
    split: str | None = None

    @classmethod
    def of(
        cls, graded_by: GraderRef, data: Iterable[Path], split: str | None, name: str = ""
    ) -> Self:
        """Say what judged, and which answers."""
        return cls(**graded_by.model_dump(), data=tuple(map(str, data)), split=split, name=name)


class RubricLine(Frozen):
    """A rubric version that answers after this line were graded under."""

    type: Literal["rubric"] = "rubric"
    sha256: str
    rubric: Rubric


def record_key(answer: str, rubric: Rubric, graded_by: GraderRef) -> str:
    """Hash everything that can change the findings."""
    made_by = (graded_by.judge, graded_by.model, graded_by.prompt_sha256, graded_by.version)
    parts = [answer, rubric.sha256, *made_by]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def graded_record(key: str, rubric: Rubric, grade: Grade) -> RunRecord:
    """Make a record, as yet without labels, from a grade.

    Args:
        key: See `record_key`.
        rubric: What was graded under.
        grade: The grade.
    """
    return RunRecord(
        key=key,
        id="",
        answer="",
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        kind=rubric.kind,
        points=tuple(
            PointRecord(
                id=point.id,
                verdict=point.verdict,
                confidence=point.confidence,
                probabilities=point.probabilities,
                evidence=point.evidence,
                why=point.why,
                judge=point.judge or "",
            )
            for point in grade.points
        ),
        mistakes=tuple(
            MistakeRecord(
                id=mistake.id,
                made=mistake.made,
                confidence=mistake.confidence,
                evidence=mistake.evidence,
                judge=mistake.judge or "",
            )
            for mistake in grade.mistakes
        ),
        score=grade.score,
        score_interval=grade.score_interval,
        band=grade.band,
        follow_up=grade.follow_up,
        flags=grade.flags,
        needs_review=grade.needs_review,
        review_reasons=grade.review_reasons,
        usage=grade.usage,
        elapsed_ms=grade.elapsed_ms,
    )


def failed_record(key: str, rubric: Rubric, error: RunError) -> RunRecord:
    """Make a record of an answer that could not be graded."""
    return RunRecord(
        key=key,
        id="",
        answer="",
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        kind=rubric.kind,
        points=tuple(
            PointRecord(id=point.id, verdict=Verdict.UNGRADED, confidence=0)
            for point in rubric.points
        ),
        mistakes=tuple(
            MistakeRecord(id=mistake.id, made=None, confidence=0) for mistake in rubric.mistakes
        ),
        error=error,
    )


def repeat_of(grade: Grade) -> Repeat:
    """Keep what can flip when an answer is graded again."""
    return Repeat(
        points={point.id: point.verdict for point in grade.points},
        mistakes={mistake.id: mistake.made for mistake in grade.mistakes},
        score=grade.score,
    )


def with_labels(record: RunRecord, case: LabelledCase, rubric: Rubric) -> RunRecord:
    """Set a record's labels, by id; what the rubric does not have is listed as unmapped."""
    answer = case.answer
    points = {
        name: label
        for name, label in answer.points.items()
        if label.verdict is not Verdict.UNGRADED
    }
    known = {point.id for point in rubric.points} | {mistake.id for mistake in rubric.mistakes}
    label_score, label_band = _label_score(case, rubric)
    update: dict[str, Any] = {
        "id": answer.id,
        "answer": answer.answer,
        "tags": dict(answer.tags),
        "labels_version": answer.rubric_version,
        "ratings": case.ratings,
        "unmapped": tuple(n for n in (*answer.points, *answer.mistakes) if n not in known),
        "points": tuple(
            point.model_copy(
                update={
                    "label": points[point.id].verdict if point.id in points else None,
                    "label_evidence": points[point.id].evidence if point.id in points else (),
                }
            )
            for point in record.points
        ),
        "mistakes": tuple(
            mistake.model_copy(
                update={
                    "label": answer.mistakes[mistake.id].made,
                    "label_evidence": answer.mistakes[mistake.id].evidence,
                }
                if mistake.id in answer.mistakes
                else {"label": None, "label_evidence": ()}
            )
            for mistake in record.mistakes
        ),
        "label_score": label_score,
        "label_band": label_band,
    }
    return record.model_copy(update=update)


def _label_score(case: LabelledCase, rubric: Rubric) -> tuple[float | None, Band | None]:
    answer = case.answer
    points = [
        PointFinding(point_id=point.id, verdict=answer.points[point.id].verdict)
        for point in rubric.points
        if point.id in answer.points
    ]
    mistakes = [
        MistakeFinding(mistake_id=mistake.id, made=answer.mistakes[mistake.id].made)
        for mistake in rubric.mistakes
        if mistake.id in answer.mistakes
    ]
    result = score(rubric, points, mistakes)
    return (answer.score, None) if result.value is None else (result.value, result.band)
