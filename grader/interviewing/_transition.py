"""One transition of an interview: what it changes, what happened, and what it must not do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.interviewing import _events as events
from grader.interviewing._errors import InterviewConflict
from grader.interviewing._standing import Standing
from grader.interviewing._state import AskedQuestion, InterviewState, Phase
from grader.types import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """What a transition gives: the state after it, and what happened, in order."""

    state: InterviewState
    events: tuple[events.Event, ...]


class Transition:
    """Collects the changes and events of one transition.

    Attributes:
        state: With all changes so far.
    """

    def __init__(self, state: InterviewState, *, at: float | None = None) -> None:
        """Begin from a state, and let the time pass up to `at`; None where no time passes."""
        self.state = state if at is None else state.at(at)
        self._events: list[events.Event] = []

    def change(self, **update: Any) -> None:
        """Replace fields of the state."""
        self.state = self.state.model_copy(update=update)

    def put(self, question: AskedQuestion, *, phase: Phase) -> None:
        """Put a new version of the last question in its place."""
        self.change(questions=(*self.state.questions[:-1], question), phase=phase)

    def add(self, kind: type[Any], **fields: Any) -> None:
        """Append an event, numbered and timed."""
        number = self.state.events + 1
        self._events.append(kind(number=number, elapsed=self.state.elapsed, **fields))
        self.change(events=number)

    def step(self) -> Step:
        """Return what has come of it."""
        return Step(self.state, tuple(self._events))


def open_turn(state: InterviewState, turn: int) -> AskedQuestion:
    """Return the question whose turn waits for an answer.

    Raises:
        InterviewConflict: It is another turn, or the interview is paused, judging or over.
    """
    refuse_if_over(state)
    if state.paused:
        raise InterviewConflict("the interview is paused; resume it first")
    question = state.current
    if state.phase is not Phase.ANSWERING or question is None:
        raise InterviewConflict(
            "there is an answer already, which is being graded; wait for the next question"
        )
    number = question.turns[-1].number
    if number != turn:
        stands = "answered already" if turn < number else "not open"
        raise InterviewConflict(f"turn {turn} is {stands}; the interview is at turn {number}")
    return question


def in_phase(state: InterviewState, phase: Phase) -> AskedQuestion:
    """Return the open question.

    Raises:
        InterviewConflict: The interview is in another phase.
    """
    if state.phase is not phase or state.current is None:
        raise InterviewConflict(f"the interview is {state.phase}, not {phase}")
    return state.current


def refuse_if_over(state: InterviewState) -> None:
    """Refuse what needs an interview that goes on.

    Raises:
        InterviewConflict: It is over.
    """
    if state.phase is Phase.FINISHED:
        raise InterviewConflict("the interview is over")


def changes(before: Standing, after: Standing) -> dict[str, Any]:
    """Return the fields of `Graded` that say what a grade has changed, and the scores after it."""
    return {
        "covered": _newly(_with(before, Verdict.COVERED), _with(after, Verdict.COVERED)),
        "contradicted": _newly(
            _with(before, Verdict.CONTRADICTED), _with(after, Verdict.CONTRADICTED)
        ),
        "mistakes": _newly(_made(before), _made(after)),
        "corrected": _newly(_corrected(before), _corrected(after)),
        "ungraded": after.ungraded,
        "unprompted": after.unprompted.value,
        "prompted": after.prompted.value,
    }


def _with(found: Standing, verdict: Verdict) -> list[str]:
    return [point.id for point in found.points if point.verdict is verdict]


def _made(found: Standing) -> list[str]:
    return [mistake.id for mistake in found.mistakes if mistake.made is not None]


def _corrected(found: Standing) -> list[str]:
    return [mistake.id for mistake in found.mistakes if mistake.corrected is not None]


def _newly(before: list[str], after: list[str]) -> tuple[str, ...]:
    return tuple(each for each in after if each not in before)
