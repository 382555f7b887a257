"""Choosing the next question, by a rule that can be told in a sentence.

Of the questions that the time left allows: the topic asked about least; then the level nearest to
the one that the answers so far speak for; then an order that the seed decides. The level goes up by
one after a clear success and down by one after a clear failure, as in a one-up one-down staircase
(Levitt 1971). With a handful of questions an item-response model would add parameters that nobody
has data for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.bank import InterviewPolicy, QuestionOrder
from grader.interviewing._plan import InterviewPlan, PlannedQuestion, tie_break
from grader.types import Level

# A question is begun only if at least this share of its time is left.
_LEAST_TIME = 0.5

_LEVELS = list(Level)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question that was asked, and its unprompted score; None where there is none."""

    question: PlannedQuestion
    score: float | None


@dataclass(frozen=True, slots=True)
class QuestionChoice:
    """A question with the reason for it."""

    question: PlannedQuestion
    why: str


def choose_question(
    plan: InterviewPlan, outcomes: Sequence[Outcome], seconds_left: float
) -> QuestionChoice | None:
    """Choose what to ask next.

    Args:
        plan: What may be asked, and the policy.
        outcomes: What was asked, in order.
        seconds_left: Of the whole interview.

    Returns:
        None where nothing is left that the time allows.
    """
    asked = {outcome.question.rubric.id for outcome in outcomes}
    left = [q for q in plan.questions if q.rubric.id not in asked]
    fitting = [q for q in left if q.minutes * 60 * _LEAST_TIME <= seconds_left]
    if not fitting:
        return None
    if plan.policy.order is QuestionOrder.SCRIPTED:
        later = len(left) - len(fitting)
        why = "next in the script" if fitting[0] is left[0] else f"{later} before it need more time"
        return QuestionChoice(fitting[0], why)
    level, moves = target_level(plan.level, outcomes, plan.policy)
    topics = [outcome.question.topic for outcome in outcomes]
    # The whole time of a question counts more than its topic: an answer that is cut off tells less.
    chosen = min(
        fitting,
        key=lambda q: (
            q.minutes * 60 > seconds_left,
            topics.count(q.topic),
            _distance(q.level, level),
            tie_break(plan.seed, q.rubric.id),
        ),
    )
    times = topics.count(chosen.topic)
    about = f"nothing on {chosen.topic} was asked yet"
    if times:
        about = f"{chosen.topic} was asked about {times} time{'s' * (times != 1)}, no topic less"
    return QuestionChoice(chosen, f"{about}; {moves}; this one is for level {chosen.level}")


def target_level(
    start: Level, outcomes: Sequence[Outcome], policy: InterviewPolicy
) -> tuple[Level, str]:
    """Return the level that the answers so far speak for, and how it came about."""
    at = _LEVELS.index(start)
    told = f"the level is {start}, where the interview starts"
    for outcome in outcomes:
        if outcome.score is None:
            continue
        before = at
        if outcome.score >= policy.raise_level_at:
            at = min(at + 1, len(_LEVELS) - 1)
        elif outcome.score <= policy.lower_level_at:
            at = max(at - 1, 0)
        moved = {1: "up to", -1: "down to", 0: "still"}[at - before]
        told = f"the level is {moved} {_LEVELS[at]} after {outcome.score:g} of 100"
    return _LEVELS[at], told


def _distance(level: Level, wanted: Level) -> int:
    return abs(_LEVELS.index(level) - _LEVELS.index(wanted))
