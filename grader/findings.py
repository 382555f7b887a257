"""What a judge said, held to what it may say, and joined with what the rubric says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from grader.answers import Answer
from grader.index import Role, RubricVectors, explaining_passage
from grader.types import (
    Evidence,
    Judgement,
    MistakeFinding,
    MistakeGrade,
    PointFinding,
    PointGrade,
    Rubric,
    Verdict,
)

_Finding = TypeVar("_Finding", PointFinding, MistakeFinding)


def completed(judgement: Judgement, rubric: Rubric, why: str) -> Judgement:
    """Have one finding for each point and mistake; what was left out, or said twice, is ungraded."""
    points = _said_once((finding.point_id, finding) for finding in judgement.points)
    mistakes = _said_once((finding.mistake_id, finding) for finding in judgement.mistakes)
    return judgement.model_copy(
        update={
            "points": tuple(
                points.get(point.id)
                or PointFinding(point_id=point.id, verdict=Verdict.UNGRADED, why=why)
                for point in rubric.points
            ),
            "mistakes": tuple(
                mistakes.get(mistake.id)
                or MistakeFinding(mistake_id=mistake.id, made=None, why=why)
                for mistake in rubric.mistakes
            ),
        }
    )


def _said_once(findings: Iterable[tuple[str, _Finding]]) -> dict[str, _Finding]:
    said: dict[str, list[_Finding]] = {}
    for name, finding in findings:
        said.setdefault(name, []).append(finding)
    return {name: each[0] for name, each in said.items() if len(each) == 1}


def with_verbatim_evidence(judgement: Judgement, answer: Answer) -> Judgement:
    """Reject findings that rest on words the answer never said."""
    points = []
    for finding in judgement.points:
        kept = _verbatim(finding.evidence, answer)
        if finding.verdict in (Verdict.MISSING, Verdict.UNGRADED) or kept:
            points.append(finding.model_copy(update={"evidence": kept}))
        else:
            why = "The judge gave no words of the answer for its verdict."
            points.append(
                PointFinding(point_id=finding.point_id, verdict=Verdict.UNGRADED, why=why)
            )
    mistakes = []
    for found in judgement.mistakes:
        kept = _verbatim(found.evidence, answer)
        if not found.made or kept:
            mistakes.append(found.model_copy(update={"evidence": kept}))
        else:
            why = "The judge gave no words of the answer for this."
            mistakes.append(MistakeFinding(mistake_id=found.mistake_id, made=None, why=why))
    return judgement.model_copy(update={"points": tuple(points), "mistakes": tuple(mistakes)})


def point_grades(
    rubric: Rubric, judgement: Judgement, vectors: RubricVectors, judge: str
) -> tuple[PointGrade, ...]:
    """Join what was found of each point with what the rubric says of it.

    Args:
        rubric: Whose points they are.
        judgement: Completed; see `completed`.
        vectors: Those of the rubric; the passage that explains a point is found by them.
        judge: Who judged what does not name its judge.
    """
    findings = {finding.point_id: finding for finding in judgement.points}
    claims = {
        item.statement.owner: item
        for item in vectors.statements
        if item.statement.role is Role.CLAIM
    }
    return tuple(
        PointGrade(
            id=point.id,
            claim=point.claim,
            weight=point.weight,
            verdict=findings[point.id].verdict,
            confidence=findings[point.id].confidence,
            probabilities=findings[point.id].probabilities,
            evidence=findings[point.id].evidence,
            why=findings[point.id].why,
            passage=None
            if findings[point.id].verdict is Verdict.COVERED
            else explaining_passage(rubric, vectors, claims[point.id]),
            judge=findings[point.id].judge or judge,
        )
        for point in rubric.points
    )


def mistake_grades(rubric: Rubric, judgement: Judgement, judge: str) -> tuple[MistakeGrade, ...]:
    """Join what was found of each mistake with what the rubric says of it; see `point_grades`."""
    findings = {finding.mistake_id: finding for finding in judgement.mistakes}
    return tuple(
        MistakeGrade(
            id=mistake.id,
            claim=mistake.claim,
            made=findings[mistake.id].made,
            confidence=round(findings[mistake.id].confidence, 4),
            evidence=findings[mistake.id].evidence,
            correction=mistake.correction,
            judge=findings[mistake.id].judge or judge,
        )
        for mistake in rubric.mistakes
    )


def _verbatim(evidence: Iterable[Evidence], answer: Answer) -> tuple[Evidence, ...]:
    return tuple(span for span in evidence if answer.text[span.start : span.end] == span.quote)
