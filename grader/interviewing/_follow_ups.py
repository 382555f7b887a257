"""Choosing a follow-up: the heaviest gap first, and for one gap from little help to more.

The steps are those of tutoring dialogues (Graesser, Person and Magliano 1995; AutoTutor, Graesser
et al. 2004): a pump asks for more, a hint leads towards the point, a prompt asks for the one fact.
A probe asks about the gap without leading, and stands between pump and hint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.follow_up import Gap, gaps
from grader.interviewing._standing import Standing
from grader.interviewing._state import Ask, AskedQuestion
from grader.types import FollowUp, FollowUpStyle, Rubric, Verdict

_STEPS: Mapping[FollowUpStyle, int] = {
    FollowUpStyle.PUMP: 0,
    FollowUpStyle.PROBE: 1,
    FollowUpStyle.HINT: 2,
    FollowUpStyle.PROMPT: 3,
}
_UNHELPFUL = _STEPS[FollowUpStyle.PROBE]


@dataclass(frozen=True, slots=True)
class FollowUpChoice:
    """A follow-up with the reason for it; `gap` is None where it only goes deeper."""

    follow_up: FollowUp
    gap: str | None
    why: str

    @property
    def targets(self) -> tuple[str, ...]:
        """What it is about, the gap first."""
        others = [target for target in self.follow_up.targets if target != self.gap]
        return (self.gap, *others) if self.gap else tuple(others)


def choose_follow_up(
    rubric: Rubric, question: AskedQuestion, standing: Standing, *, escalate: bool
) -> FollowUpChoice | None:
    """Choose what to ask next about a question.

    Args:
        rubric: Holds the follow-ups.
        question: Gives those asked already; none is asked twice.
        standing: What is covered so far. What could not be judged is not a gap.
        escalate: Whether a follow-up may help more than the one before it.

    Returns:
        The follow-up for the heaviest gap that has a fitting one left; None where no gap has.
    """
    for gap in gaps(rubric, *standing.findings):
        open_ = [f for f in _unasked(rubric, question.asks) if gap.target in f.targets]
        fitting = [f for f in open_ if _fits(f, gap.target, question.asks, escalate=escalate)]
        if fitting:
            chosen = min(fitting, key=lambda f: (_STEPS[f.style], *_breadth(f, gap.target)))
            why = _reason(gap, chosen, standing, question.asks)
            return FollowUpChoice(chosen, gap.target, why)
    return None


def deeper_follow_up(rubric: Rubric, question: AskedQuestion) -> FollowUpChoice | None:
    """Choose a follow-up where nothing is left open, to hear more; never one that helps."""
    for follow_up in _unasked(rubric, question.asks):
        if _STEPS[follow_up.style] <= _UNHELPFUL:
            why = "everything is covered; there is time to go deeper"
            return FollowUpChoice(follow_up, None, why)
    return None


def _unasked(rubric: Rubric, asks: Sequence[Ask]) -> list[FollowUp]:
    asked = {ask.id for ask in asks}
    return [follow_up for follow_up in rubric.follow_ups if follow_up.id not in asked]


def _fits(follow_up: FollowUp, gap: str, asks: Sequence[Ask], *, escalate: bool) -> bool:
    step = _STEPS[follow_up.style]
    if escalate:
        # Having helped more, one does not go back to helping less with the same thing.
        return step >= max((_step(ask) for ask in asks if gap in ask.targets), default=0)
    return not asks or max(step, _UNHELPFUL) <= max(_step(asks[-1]), _UNHELPFUL)


def _step(ask: Ask) -> int:
    return _STEPS[ask.style] if ask.style else 0


def _breadth(follow_up: FollowUp, gap: str) -> tuple[int, int]:
    # The one whose first concern is the gap, then the one with the fewest other concerns.
    return follow_up.targets.index(gap), len(follow_up.targets)


def _reason(gap: Gap, chosen: FollowUp, standing: Standing, asks: Sequence[Ask]) -> str:
    if gap.is_mistake:
        about = f"'{gap.target}' is the heaviest mistake that stands (penalty {gap.size:g})"
    else:
        verdict = next(p.verdict for p in standing.points if p.id == gap.target)
        state = {
            Verdict.PARTIAL: "only partly covered",
            Verdict.CONTRADICTED: "contradicted",
        }.get(verdict, "not covered")
        about = f"'{gap.target}' is {state}, which costs {gap.size:g} of the weight"
    before = [str(ask.style) for ask in asks if gap.target in ask.targets]
    step = f"a {chosen.style} after a {before[-1]}" if before else f"a {chosen.style} to begin with"
    return f"{about}; {step}"
