"""The engine with a grader: takes an answer, has it graded, and goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from grader.interviewing._engine import InterviewEngine
from grader.interviewing._grading_task import GradingTask
from grader.interviewing._phrasing import GradesText, Phrasing, PhrasingRequest, RubricWords
from grader.interviewing._state import InterviewState, Phase
from grader.interviewing._transition import Step
from grader.speech import SpokenAnswer
from grader.types import Grade


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge and a phrasing have to say before an interview can go on.

    Attributes:
        grade: Of what `GradingTask` names; None where no answer waits for a grade.
        corrections: Likewise, where there are any to judge.
        wording: Words for the follow-up, if there is to be one.
    """

    grade: Grade | None = None
    corrections: Grade | None = None
    wording: str | None = None


class Interviewer:
    """Conducts interviews; holds none, so one serves any number at the same time."""

    def __init__(
        self,
        engine: InterviewEngine,
        grader: GradesText,
        clock: Callable[[], float],
        phrasing: Phrasing | None = None,
    ) -> None:
        """Put the parts together.

        Args:
            engine: Knows the rules.
            grader: Grades what was said, a `Grader` for instance.
            clock: Tells the time in seconds since any fixed moment, the same one for all
                transitions of an interview; `time.time` where a state outlives the process.
            phrasing: Puts follow-ups into words; the rubric's own by default.
        """
        self.engine = engine
        self._grader = grader
        self._clock = clock
        self._phrasing = phrasing or RubricWords()

    async def answer(
        self,
        state: InterviewState,
        answer: str,
        *,
        turn: int,
        spoken: SpokenAnswer | None = None,
    ) -> Step:
        """Take an answer and go on until the candidate is to speak again, or it is over.

        Args:
            state: Where the interview stands.
            answer: The candidate's words, as typed or transcribed.
            turn: The turn that is answered.
            spoken: What was heard, where it was spoken.

        Raises:
            InterviewConflict: The turn is not open.
            AnswerInvalid: The answer cannot be graded as it stands; the turn stays open.
        """
        received = self.engine.receive(state, answer, turn=turn, at=self._clock(), spoken=spoken)
        settled = await self.settle(received.state)
        return Step(settled.state, (*received.events, *settled.events))

    async def settle(self, state: InterviewState) -> Step:
        """Do what is left to do before the candidate speaks again; nothing where there is nothing.

        Takes up an interview that was stored after an answer had come and before it was graded.
        """
        return self.conclude(state, await self.judge(state))

    async def judge(self, state: InterviewState) -> Judged:
        """Do what takes time, and change nothing; `conclude` draws the conclusions.

        Whoever stores interviews can so let others change them meanwhile, by a pause for instance.
        """
        grade = corrections = None
        if state.phase is Phase.JUDGING:
            grade, corrections = await self._grades(self.engine.task(state))
            state = self.engine.judged(state, grade, corrections).state
        goes_on = state.phase is Phase.CHOOSING and not state.paused
        return Judged(grade, corrections, await self._wording(state) if goes_on else None)

    def conclude(self, state: InterviewState, judged: Judged) -> Step:
        """Go on with what was judged; nothing where nothing is to be gone on with.

        Args:
            state: The one that was judged, or a later one in which the same turn still waits.
            judged: What `judge` returned.
        """
        events = []
        if state.phase is Phase.JUDGING and judged.grade is not None:
            step = self.engine.judged(state, judged.grade, judged.corrections)
            state, events = step.state, [*step.events]
        if state.phase is Phase.CHOOSING and not state.paused:
            step = self.engine.advance(state, at=self._clock(), wording=judged.wording)
            state, events = step.state, [*events, *step.events]
        return Step(state, tuple(events))

    async def _grades(self, task: GradingTask) -> tuple[Grade, Grade | None]:
        whole = self._grader.grade(task.said, task.rubric, asked=task.asked, spoken=task.spoken)
        if task.corrections is None:
            return await whole, None
        last = self._grader.grade(task.answer, task.corrections, spoken=task.answer_spoken)
        return await asyncio.gather(whole, last)

    async def _wording(self, state: InterviewState) -> str | None:
        choice, question = self.engine.upcoming(state), state.current
        if choice is None or question is None:
            return None
        found = self.engine.standing(state, question)
        points, mistakes = found.findings
        return await self._phrasing.phrase(
            PhrasingRequest(
                rubric=self.engine.rubric(question.planned.rubric),
                choice=choice,
                said=question.said,
                open=(
                    *(point.point_id for point in points if point.verdict != "covered"),
                    *(mistake.mistake_id for mistake in mistakes if mistake.made),
                ),
            )
        )
