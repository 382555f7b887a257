"""The conversation of `grader interview`: shows what is asked, reads what is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from string import ascii_uppercase
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.cli._candidates import Candidate, Typing
from grader.cli._earned import earned
from grader.errors import AnswerInvalid
from grader.interviewing import (
    CloseReason,
    Event,
    Finished,
    FollowUpAsked,
    Graded,
    HintGiven,
    Interviewer,
    InterviewPlan,
    InterviewState,
    QuestionAsked,
    QuestionClosed,
    Started,
    Step,
)

_HELP = """\
.        on a line of its own ends your answer
/pass    go on to the next question
/time    how much time is left
/pause   stop here; with --save you can go on later
/end     end the interview and see the report
/help    this list"""

_RULES = "End each answer with a line that holds a single dot. /pass goes on, /help tells more."

_CLOSED = {
    CloseReason.OUT_OF_TIME: "Time is up for this question.",
    CloseReason.PASSED: "Fine, let us go on.",
}


class Talk:
    """One interview with the person at the terminal, or with what is piped in."""

    def __init__(
        self,
        interviewer: Interviewer,
        clock: Callable[[], float],
        keep: Callable[[InterviewState], None] | None = None,
        *,
        candidate: Candidate | None = None,
        out: Console | None = None,
        show_grades: bool = False,
    ) -> None:
        """Prepare.

        Args:
            interviewer: Conducts it.
            clock: The interviewer's own.
            keep: Called with every new state; None where nothing is to be kept, so that an
                interview whose answers have run out ends instead of being paused.
            candidate: Answers; the person at the terminal by default.
            out: Where to print; standard output by default.
            show_grades: Whether to show after each answer what it earned, which candidates are not
                told.
        """
        self._interviewer = interviewer
        self._engine = interviewer.engine
        self._clock = clock
        self._keep = keep
        self._candidate = candidate or Typing()
        self._out = out or Console(highlight=False)
        self._show_grades = show_grades
        # Reading blocks, so it happens between runs of the loop; Ctrl-C then works as it should.
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Open the loop that grading runs on."""
        self._runner.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """Close it."""
        self._runner.close()

    def hold(self, plan: InterviewPlan, saved: InterviewState | None) -> InterviewState:
        """Conduct the interview, from its beginning or from where it was left.

        Returns:
            The state at the end; unfinished if it was paused.
        """
        if saved is None:
            if isinstance(self._candidate, Typing):
                self._out.print(Text(_RULES, style="dim"))
            self._take(self._engine.begin(plan, at=self._clock()))
        else:
            self._take_up(saved)
        while self._state.finished is None and not self._state.paused:
            try:
                self._go_on()
            except KeyboardInterrupt:
                self._take(self._engine.pause(self._state, at=self._clock()))
        return self._state

    def _take_up(self, saved: InterviewState) -> None:
        # A process that was killed could not stop the clock; nobody is charged for that.
        self._state = saved.model_copy(update={"clock": max(saved.clock, self._clock())})
        if saved.paused:
            self._take(self._engine.resume(self._state, at=self._clock()))
        self._out.print(Text(f"Going on with “{saved.plan.title}”.", style="dim"))
        if saved.turn is not None and saved.turn.answer is None:
            options = self._engine.rubric(saved.questions[-1].planned.rubric).options
            self._show_ask(saved.turn.ask.text, [option.text for option in options])
            self._show_time()

    def _go_on(self) -> None:
        turn = self._state.turn
        if turn is None or turn.answer is not None:
            self._settle()
            return
        said = self._candidate.say(self._state, self._out)
        now = self._clock()
        match said:
            case "/pass":
                self._take(self._engine.skip(self._state, turn=turn.number, at=now))
            case "/pause":
                self._take(self._engine.pause(self._state, at=now))
            case "/end":
                self._take(self._engine.finish(self._state, at=now))
            case "/time":
                self._take(self._engine.tick(self._state, at=now))
                self._show_time()
            case "/help":
                self._out.print(Text(_HELP, style="dim"))
            case None if self._keep is None:
                self._take(self._engine.finish(self._state, at=now))
            case None:
                self._take(self._engine.pause(self._state, at=now))
            case _:
                self._answer(said, turn.number, now)

    def _answer(self, said: str, turn: int, now: float) -> None:
        try:
            self._take(self._engine.receive(self._state, said, turn=turn, at=now))
        except AnswerInvalid as error:
            self._out.print(Text(f"{error}; try again, or say /pass", style="yellow"))
        else:
            self._settle()

    def _settle(self) -> None:
        with self._waiting():
            step = self._runner.run(self._interviewer.settle(self._state))
        self._take(step)

    def _take(self, step: Step) -> None:
        self._state = step.state
        if self._keep is not None:
            self._keep(step.state)
        for event in step.events:
            self._show(event)

    def _show(self, event: Event) -> None:
        match event:
            case Started(title=title, minutes=minutes, opening=opening):
                self._out.print()
                self._out.print(Text(title, style="bold") + Text(f"  {minutes} minutes", "dim"))
                self._say(opening)
            case QuestionAsked():
                self._out.print()
                self._say(event.transition)
                self._show_ask(event.ask, event.options)
                self._out.print(Text(f"{event.minutes} minutes", style="dim"))
            case HintGiven(ask=ask):
                self._show_ask(ask)
                self._out.print(Text("a hint; ", style="dim") + self._time())
            case FollowUpAsked(ask=ask):
                self._show_ask(ask)
                self._out.print(self._time())
            case Graded() if self._show_grades:
                self._out.print(earned(event, self._state, self._engine))
            case QuestionClosed(reason=reason) if reason in _CLOSED:
                self._out.print(Text(_CLOSED[reason], style="dim"))
            case Finished(closing=closing):
                self._out.print()
                self._say(closing)
            case _:
                pass

    def _show_ask(self, ask: str, options: Sequence[str] = ()) -> None:
        self._out.print()
        self._out.print(Text(ask, style="bold"))
        for letter, option in zip(ascii_uppercase, options, strict=False):
            self._out.print(Padding(Text(f"{letter}  {option}"), (0, 0, 0, 3)))

    def _say(self, words: str) -> None:
        if words:
            self._out.print(Text(words, style="italic"))

    def _show_time(self) -> None:
        self._out.print(self._time())

    def _time(self) -> Text:
        state = self._state
        left = f"{_clock_face(state.question_seconds_left)} left for this question"
        return Text(f"{left}, {_clock_face(state.seconds_left)} in all", style="dim")

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        status = Console(stderr=True).status("reading your answer", spinner="dots")
        with status:
            yield


def _clock_face(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
