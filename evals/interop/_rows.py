"""A run as flat rows: one for each point verdict, each mistake, or each answer."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from evals.runs import PointRecord, RunFile, RunRecord
from grader.types import Frozen, Rubric, Verdict

# Columns of tags bear their names behind this, as in the tables that data sets are made from.
TAG = "tag:"


class Rows(StrEnum):
    """What one row is about."""

    POINTS = "points"
    MISTAKES = "mistakes"
    ANSWERS = "answers"


class PointRow(Frozen):
    """One point of one answer.

    Attributes:
        label: The raters' verdict; None where the point is not labelled.
        verdict: The judge's; `ungraded` where it could not say.
        agrees: Whether the two are the same; None unless both are there.
        confidence: Probability of the verdict; 0 when ungraded.
        p_covered: Probabilities of the verdicts that the judge weighed.
        quotes: The judge's evidence, verbatim.
        label_quotes: The raters'.
        judge: Which judge decided, where several take part.
        error: Why the answer as a whole could not be graded.
    """

    answer_id: str
    rubric_id: str
    rubric_version: str
    point_id: str
    claim: str
    weight: float
    required: bool
    label: Verdict | None
    verdict: Verdict
    agrees: bool | None
    confidence: float
    p_covered: float | None
    p_partial: float | None
    p_missing: float | None
    p_contradicted: float | None
    quotes: tuple[str, ...]
    label_quotes: tuple[str, ...]
    why: str
    judge: str
    error: str | None


class MistakeRow(Frozen):
    """One mistake of one answer.

    Attributes:
        label: Whether the raters found it made; None where it is not labelled.
        made: What the judge said; None where it could not say.
        agrees: Whether the two are the same; None unless both are there.
        confidence: Probability of what the judge said.
    """

    answer_id: str
    rubric_id: str
    rubric_version: str
    mistake_id: str
    claim: str
    penalty: float
    severity: str
    label: bool | None
    made: bool | None
    agrees: bool | None
    confidence: float
    quotes: tuple[str, ...]
    label_quotes: tuple[str, ...]
    judge: str
    error: str | None


class AnswerRow(Frozen):
    """One answer.

    Attributes:
        labels_version: The rubric version that the labels were made for.
        raters: How many labelled the answer.
        score: 0 to 100; None where it is withheld.
        score_low: Where the score lies with 90 % probability.
        label_score: Score of the labels' verdicts.
        points: How many the rubric has.
        labelled: How many points are labelled and judged.
        agreeing: Of those, on how many label and verdict are the same.
        ungraded: How many points could not be judged.
        unmapped: Labelled ids that this rubric version does not have.
        elapsed_ms: Wall-clock milliseconds.
    """

    answer_id: str
    rubric_id: str
    rubric_version: str
    rubric_sha256: str
    labels_version: str
    kind: str
    answer: str
    raters: int
    score: float | None
    score_low: float | None
    score_high: float | None
    band: str | None
    label_score: float | None
    label_band: str | None
    points: int
    labelled: int
    agreeing: int
    ungraded: int
    unmapped: tuple[str, ...]
    follow_up_id: str | None
    follow_up: str | None
    flags: tuple[str, ...]
    needs_review: bool
    review_reasons: tuple[str, ...]
    llm_calls: int
    input_tokens: int
    output_tokens: int
    elapsed_ms: int
    error_code: str | None
    error: str | None


_MODELS: dict[Rows, type[Frozen]] = {
    Rows.POINTS: PointRow,
    Rows.MISTAKES: MistakeRow,
    Rows.ANSWERS: AnswerRow,
}


def columns(kind: Rows) -> tuple[str, ...]:
    """Name the columns, tags aside, in their order."""
    return tuple(_MODELS[kind].model_fields)


def run_rows(run: RunFile, kind: Rows) -> Iterator[dict[str, Any]]:
    """Yield a run's rows as plain data, one answer in memory at a time.

    Each row ends with its answer's tags as `tag:NAME`.

    Raises:
        RunInvalid: A line of the run is broken; says which.
    """
    rubrics = run.rubrics()
    for record in run:
        tags = {f"{TAG}{name}": value for name, value in sorted(record.tags.items())}
        for row in _rows(record, rubrics[record.rubric_sha256], kind):
            yield row.model_dump(mode="json") | tags


def _rows(record: RunRecord, rubric: Rubric, kind: Rows) -> Iterator[Frozen]:
    if kind is Rows.POINTS:
        yield from _point_rows(record, rubric)
    elif kind is Rows.MISTAKES:
        yield from _mistake_rows(record, rubric)
    else:
        yield _answer_row(record)


def _point_rows(record: RunRecord, rubric: Rubric) -> Iterator[PointRow]:
    points = {point.id: point for point in rubric.points}
    for found in record.points:
        point = points[found.id]
        yield PointRow(
            answer_id=record.id,
            rubric_id=record.rubric_id,
            rubric_version=record.rubric_version,
            point_id=point.id,
            claim=point.claim,
            weight=point.weight,
            required=point.required,
            label=found.label,
            verdict=found.verdict,
            agrees=_agrees(found),
            confidence=found.confidence,
            p_covered=found.probabilities.get(Verdict.COVERED),
            p_partial=found.probabilities.get(Verdict.PARTIAL),
            p_missing=found.probabilities.get(Verdict.MISSING),
            p_contradicted=found.probabilities.get(Verdict.CONTRADICTED),
            quotes=tuple(span.quote for span in found.evidence),
            label_quotes=tuple(span.quote for span in found.label_evidence),
            why=found.why,
            judge=found.judge,
            error=record.error.message if record.error else None,
        )


def _mistake_rows(record: RunRecord, rubric: Rubric) -> Iterator[MistakeRow]:
    mistakes = {mistake.id: mistake for mistake in rubric.mistakes}
    for found in record.mistakes:
        mistake = mistakes[found.id]
        told = found.label is not None and found.made is not None
        yield MistakeRow(
            answer_id=record.id,
            rubric_id=record.rubric_id,
            rubric_version=record.rubric_version,
            mistake_id=mistake.id,
            claim=mistake.claim,
            penalty=mistake.penalty,
            severity=mistake.severity,
            label=found.label,
            made=found.made,
            agrees=found.label == found.made if told else None,
            confidence=found.confidence,
            quotes=tuple(span.quote for span in found.evidence),
            label_quotes=tuple(span.quote for span in found.label_evidence),
            judge=found.judge,
            error=record.error.message if record.error else None,
        )


def _answer_row(record: RunRecord) -> AnswerRow:
    low, high = record.score_interval or (None, None)
    agreement = [agrees for point in record.points if (agrees := _agrees(point)) is not None]
    return AnswerRow(
        answer_id=record.id,
        rubric_id=record.rubric_id,
        rubric_version=record.rubric_version,
        rubric_sha256=record.rubric_sha256,
        labels_version=record.labels_version,
        kind=record.kind,
        answer=record.answer,
        raters=len(record.ratings),
        score=record.score,
        score_low=low,
        score_high=high,
        band=record.band,
        label_score=record.label_score,
        label_band=record.label_band,
        points=len(record.points),
        labelled=len(agreement),
        agreeing=sum(agreement),
        ungraded=sum(point.verdict is Verdict.UNGRADED for point in record.points),
        unmapped=record.unmapped,
        follow_up_id=record.follow_up.id if record.follow_up else None,
        follow_up=record.follow_up.ask if record.follow_up else None,
        flags=record.flags,
        needs_review=record.needs_review,
        review_reasons=record.review_reasons,
        llm_calls=record.usage.llm_calls,
        input_tokens=record.usage.input_tokens,
        output_tokens=record.usage.output_tokens,
        elapsed_ms=record.elapsed_ms,
        error_code=record.error.code if record.error else None,
        error=record.error.message if record.error else None,
    )


def _agrees(point: PointRecord) -> bool | None:
    if point.label is None or point.verdict is Verdict.UNGRADED:
        return None
    return point.label is point.verdict
