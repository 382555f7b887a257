"""What a reader of a grade should know beside the score, and when a person should look at it."""

from __future__ import annotations

from collections.abc import Iterable

from grader.answers import Flag
from grader.scoring import Score, band_of
from grader.types import Grade, Judgement, PointFinding, Rubric, Status, Verdict

_DRAFT_FLAG = "draft_rubric"
_PARTIAL_FLAG = "partial_score"

# A verdict on a required point is unsure below this confidence.
_UNSURE = 0.6

_FLAGS_FOR_REVIEW = {
    Flag.INSTRUCTION_IN_ANSWER: "The answer speaks to whoever grades it.",
    Flag.COPIES_QUESTION: "The answer only repeats the question.",
    Flag.COPIES_REFERENCE: "The answer copies the reference answer.",
    Flag.KEYWORD_LIST: "The answer lists terms without saying anything about them.",
    Flag.OFF_TOPIC: "Most of the answer is about none of the rubric's points or mistakes.",
}

_NOT_JUDGED = "The judge could not judge:"

# What no judge can read is not judged, and never held against the candidate.
UNREADABLE = {
    Flag.POOR_TRANSCRIPT: "the transcript is too poor to read",
    Flag.OTHER_LANGUAGE: "the answer is mostly not in English",
}


def grade_flags(
    noticed: Iterable[Flag], rubric: Rubric, judgement: Judgement, result: Score
) -> tuple[str, ...]:
    """Name what a reader should know: of the answer, of the rubric, of the judgement."""
    flags = [str(flag) for flag in noticed]
    if rubric.status is Status.DRAFT:
        flags.append(_DRAFT_FLAG)
    if result.value is not None and _ungraded(judgement):
        flags.append(_PARTIAL_FLAG)
    return (*flags, *judgement.flags)


def review_reasons(
    rubric: Rubric,
    judgement: Judgement,
    result: Score,
    flags: Iterable[str],
    failure: str | None,
) -> tuple[str, ...]:
    """Say why a person should look at a grade; nothing where there is no reason to.

    Args:
        rubric: What was graded under.
        judgement: What the judge said, complete.
        result: The score.
        flags: What `grade_flags` named.
        failure: Why nothing could be judged; None where something was.
    """
    reasons = [reason for flag, reason in _FLAGS_FOR_REVIEW.items() if flag in flags]
    if failure:
        reasons.append(f"{_NOT_JUDGED} {failure}")
    elif (count := _ungraded(judgement)) > 0:
        reasons.append(f"{count} of the points and mistakes could not be judged.")
    reasons.extend(judgement.notes)
    if result.interval is not None:
        low, high = (band_of(bound) for bound in result.interval)
        if low is not high:
            bands = f"{low} to {high}".replace("_", " ")
            reasons.append(f"The score may lie in another band: {bands}.")
    required = {point.id for point in rubric.points if point.required}
    unsure = [f.point_id for f in judgement.points if f.point_id in required and _is_unsure(f)]
    if unsure:
        reasons.append(f"The verdict on a required point is unsure: {', '.join(unsure)}.")
    return tuple(reasons)


def was_judged(grade: Grade) -> bool:
    """Tell whether a judge said anything of an answer at all."""
    return not any(reason.startswith(_NOT_JUDGED) for reason in grade.review_reasons)


def _is_unsure(finding: PointFinding) -> bool:
    return finding.verdict is not Verdict.UNGRADED and finding.confidence < _UNSURE


def _ungraded(judgement: Judgement) -> int:
    points = sum(finding.verdict is Verdict.UNGRADED for finding in judgement.points)
    return points + sum(finding.made is None for finding in judgement.mistakes)
