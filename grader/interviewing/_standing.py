"""How a question stands: every point and mistake pooled, and the two scores that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.interviewing._pooling import (
    MistakeStanding,
    PointStanding,
    mistake_standing,
    point_standing,
)
from grader.interviewing._state import AskedQuestion, CloseReason
from grader.scoring import WITHHELD, Score, score
from grader.types import FollowUpStyle, MistakeFinding, PointFinding, Rubric, Verdict

_JUDGED = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a question has come to so far.

    Attributes:
        points: One per point, in the rubric's order; empty as long as nothing is graded.
        mistakes: One per mistake, likewise.
        unprompted: Score without what was reached, or put right, with help.
        prompted: Score with it; never the lower of the two.
    """

    points: tuple[PointStanding, ...] = ()
    mistakes: tuple[MistakeStanding, ...] = ()
    unprompted: Score = WITHHELD
    prompted: Score = WITHHELD

    @property
    def is_graded(self) -> bool:
        """Whether any answer has been graded."""
        return bool(self.points)

    @property
    def is_covered(self) -> bool:
        """Whether every point is covered and no mistake stands."""
        covered = all(point.verdict is Verdict.COVERED for point in self.points)
        return self.is_graded and covered and all(m.stands is False for m in self.mistakes)

    @property
    def ungraded(self) -> tuple[str, ...]:
        """Ids of points and mistakes of which it is not known how they stand."""
        return (
            *(point.id for point in self.points if point.verdict is Verdict.UNGRADED),
            *(mistake.id for mistake in self.mistakes if mistake.stands is None),
        )

    @property
    def findings(self) -> tuple[list[PointFinding], list[MistakeFinding]]:
        """What is found of points and mistakes, help included, to choose a follow-up by."""
        return (
            [_point(each, each.verdict) for each in self.points],
            [_mistake(each, made=each.stands) for each in self.mistakes],
        )


def standing(rubric: Rubric, question: AskedQuestion, helping: Sequence[FollowUpStyle]) -> Standing:
    """Pool the turns of a question.

    A question that the candidate passed without a word scores 0, since passing says that there is
    nothing to say. One that nobody answered, because the time was up, has no score.

    Args:
        rubric: The version that the question's grades were made under.
        question: Open or closed.
        helping: Styles of follow-up that help.
    """
    if not any(turn.grade for turn in question.turns):
        return _unanswered(rubric, question)
    points = tuple(point_standing(question, point.id, helping) for point in rubric.points)
    mistakes = tuple(mistake_standing(question, m.id, helping) for m in rubric.mistakes)
    return Standing(
        points,
        mistakes,
        unprompted=score(
            rubric,
            [_point(each, each.unprompted) for each in points],
            [_mistake(each, made=each.stands_unprompted) for each in mistakes],
        ),
        prompted=score(
            rubric,
            [_point(each, each.verdict) for each in points],
            [_mistake(each, made=each.stands) for each in mistakes],
        ),
    )


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean, to one decimal; None where one is withheld, or there is none."""
    given = list(values)
    known = [value for value in given if value is not None]
    if not known or len(known) < len(given):
        return None
    return round(sum(known) / len(known), 1)


def _unanswered(rubric: Rubric, question: AskedQuestion) -> Standing:
    passed = question.closed is CloseReason.PASSED and question.said == ""
    if not passed:
        return Standing()
    points = tuple(
        PointStanding(
            id=point.id, verdict=Verdict.MISSING, unprompted=Verdict.MISSING, confidence=1.0
        )
        for point in rubric.points
    )
    mistakes = tuple(MistakeStanding(id=each.id, confidence=1.0) for each in rubric.mistakes)
    nothing = score(
        rubric,
        [_point(each, each.verdict) for each in points],
        [_mistake(each, made=False) for each in mistakes],
    )
    return Standing(points, mistakes, unprompted=nothing, prompted=nothing)


def _point(found: PointStanding, verdict: Verdict) -> PointFinding:
    # A grade tells how sure its verdict is and not what else it may be; the rest is shared out.
    rest = (1 - found.confidence) / (len(_JUDGED) - 1)
    probabilities = {each: found.confidence if each is verdict else rest for each in _JUDGED}
    return PointFinding(
        point_id=found.id,
        verdict=verdict,
        probabilities={} if verdict is Verdict.UNGRADED else probabilities,
    )


def _mistake(found: MistakeStanding, *, made: bool | None) -> MistakeFinding:
    probability = 0.0
    if made is not None:
        probability = found.confidence if made else 1 - found.confidence
    if made is False and found.made is not None:
        probability = 0.0  # made and taken back: not what the confidence is about
    return MistakeFinding(mistake_id=found.id, made=made, probability=probability)
