r"""The interview as a state machine: each transition takes a state and gives a new one with events.

    begin -> ANSWERING -- receive --> JUDGING -- judged --> CHOOSING -- advance --> ANSWERING ...
                 \-- skip, tick, finish --> ANSWERING or FINISHED

Nothing here reads a clock, waits, or calls a model. Times are seconds since any fixed moment, given
by the caller; one that lies before the last is taken for the last. Only the time in which a
candidate has a question in front of them counts.
"""

from __future__ import annotations

from grader.answers import read_answer
from grader.bank import Bank
from grader.errors import AnswerInvalid, RubricNotFound
from grader.interviewing import _events as events
from grader.interviewing._asking import ask_follow_up, ask_question, finish
from grader.interviewing._choosing import Outcome, choose_question
from grader.interviewing._corrections import correction_rubric
from grader.interviewing._errors import InterviewConflict, InterviewStateInvalid
from grader.interviewing._follow_ups import FollowUpChoice, choose_follow_up, deeper_follow_up
from grader.interviewing._grading_task import GradingTask
from grader.interviewing._plan import InterviewPlan
from grader.interviewing._standing import Standing, standing
from grader.interviewing._state import (
    AskedQuestion,
    CloseReason,
    FinishReason,
    InterviewState,
    Phase,
)
from grader.interviewing._transition import (
    Step,
    Transition,
    changes,
    in_phase,
    open_turn,
    refuse_if_over,
)
from grader.speech import SpokenAnswer
from grader.types import Grade, Rubric, RubricRef


class InterviewEngine:
    """Conducts interviews over one bank; holds no interview itself."""

    def __init__(self, bank: Bank, *, max_answer_characters: int = 20_000) -> None:
        """Use a bank.

        Args:
            bank: Holds every rubric version that an interview names.
            max_answer_characters: For all that is said on one question together.
        """
        self.bank = bank
        self._limit = max_answer_characters

    def rubric(self, ref: RubricRef) -> Rubric:
        """Return the rubric version that an interview was planned with.

        Raises:
            InterviewStateInvalid: The bank does not hold it, or holds another text under its name.
        """
        try:
            rubric = self.bank.get(ref.id, ref.version)
        except RubricNotFound as error:
            raise InterviewStateInvalid(f"the interview cannot go on: {error}") from None
        if rubric.sha256 != ref.sha256:
            raise InterviewStateInvalid(
                f"the interview cannot go on: rubric '{ref.id}' {ref.version} has been changed "
                "since it began; publish changes under a new version"
            )
        return rubric

    def standing(self, state: InterviewState, question: AskedQuestion) -> Standing:
        """Return what a question of an interview has come to so far."""
        return standing(self.rubric(question.planned.rubric), question, state.plan.policy.help)

    def begin(self, plan: InterviewPlan, *, at: float) -> Step:
        """Start an interview and ask the first question."""
        log = Transition(InterviewState(plan=plan, clock=at))
        log.add(events.Started, title=plan.title, minutes=plan.minutes, opening=plan.opening)
        self._ask_next(log)
        return log.step()

    def receive(
        self,
        state: InterviewState,
        answer: str,
        *,
        turn: int,
        at: float,
        spoken: SpokenAnswer | None = None,
    ) -> Step:
        """Take an answer; what `task` names is to be graded next.

        An answer that comes after the time is up is taken all the same, as long as its turn is
        open: no word is lost. Nothing more is asked about the question then.

        Args:
            state: Where the interview stands.
            answer: The candidate's words, as typed or transcribed.
            turn: The turn that is answered.
            at: The time, in seconds.
            spoken: What was heard, where it was spoken; `answer` is its transcript's text.

        Raises:
            InterviewConflict: The turn is not the one that waits for an answer, or the interview
                is paused or over.
            AnswerInvalid: The answer cannot be graded as it stands; the turn stays open.
        """
        question = open_turn(state, turn)
        read_answer(answer, max_characters=self._limit)
        log = Transition(state, at=at)
        last = question.turns[-1].model_copy(
            update={"answer": answer, "spoken": spoken, "answered_at": log.state.elapsed}
        )
        answered = question.model_copy(update={"turns": (*question.turns[:-1], last)})
        if len(answered.said) > self._limit:
            raise AnswerInvalid(
                f"the answers to this question have {len(answered.said):,} characters together; "
                f"the limit is {self._limit:,} (GRADER_MAX_ANSWER_CHARACTERS)"
            )
        log.put(answered, phase=Phase.JUDGING)
        log.add(
            events.AnswerReceived,
            question=len(log.state.questions),
            turn=turn,
            answer=answer,
            spoken=spoken is not None,
        )
        return log.step()

    def task(self, state: InterviewState) -> GradingTask:
        """Say what is to be graded; the same until `judged` has been called.

        Raises:
            InterviewConflict: No answer waits for a grade.
        """
        question = in_phase(state, Phase.JUDGING)
        rubric = self.rubric(question.planned.rubric)
        before = self.standing(state, question)
        made = [each.id for each in before.mistakes if each.made and each.corrected is None]
        return GradingTask(
            rubric,
            said=question.said,
            asked=tuple(ask.id for ask in question.asks),
            answer=question.turns[-1].answer or "",
            corrections=correction_rubric(rubric, made),
            spoken=question.spoken,
            answer_spoken=question.turns[-1].spoken,
        )

    def judged(self, state: InterviewState, grade: Grade, corrections: Grade | None = None) -> Step:
        """Take the grade of what `task` named; `advance` goes on from there.

        Raises:
            InterviewConflict: No answer waits for a grade, or this is a grade under another rubric.
        """
        question = in_phase(state, Phase.JUDGING)
        if grade.rubric.sha256 != question.planned.rubric.sha256:
            raise InterviewConflict(
                f"the grade was made under '{grade.rubric.id}' {grade.rubric.version}, "
                f"the question is '{question.planned.rubric.id}' {question.planned.rubric.version}"
            )
        last = question.turns[-1].model_copy(update={"grade": grade, "corrections": corrections})
        graded = question.model_copy(update={"turns": (*question.turns[:-1], last)})
        before, after = self.standing(state, question), self.standing(state, graded)
        log = Transition(state)
        log.put(graded, phase=Phase.CHOOSING)
        log.add(
            events.Graded,
            question=len(state.questions),
            turn=last.number,
            grade_id=grade.id,
            **changes(before, after),
        )
        return log.step()

    def upcoming(self, state: InterviewState) -> FollowUpChoice | None:
        """Return the follow-up that `advance` will ask; None where it will go on instead."""
        question = in_phase(state, Phase.CHOOSING)
        return self._follow_up_or_reason(state, question)[0]

    def advance(self, state: InterviewState, *, at: float, wording: str | None = None) -> Step:
        """Ask a follow-up, or close the question and ask the next, or finish.

        Args:
            state: In phase `choosing`.
            at: The time, in seconds.
            wording: Other words for the follow-up that `upcoming` names.

        Raises:
            InterviewConflict: The interview is paused, or it is not its turn to go on.
        """
        question = in_phase(state, Phase.CHOOSING)
        if state.paused:
            raise InterviewConflict("the interview is paused; resume it first")
        log = Transition(state, at=at)
        choice, reason = self._follow_up_or_reason(log.state, question)
        if choice is None:
            self._close(log, question, reason)
            self._ask_next(log)
        else:
            ask_follow_up(log, question, choice, wording)
        return log.step()

    def skip(self, state: InterviewState, *, turn: int, at: float) -> Step:
        """Let the candidate pass: the question is closed with what was said before.

        Raises:
            InterviewConflict: As for `receive`.
        """
        question = open_turn(state, turn)
        log = Transition(state, at=at)
        self._close(log, question, CloseReason.PASSED)
        self._ask_next(log)
        return log.step()

    def tick(self, state: InterviewState, *, at: float) -> Step:
        """Let time pass; closes a question whose time is up, with what was said before.

        Whoever shows a clock calls this when it has run down. It changes nothing while the
        candidate is not to answer.
        """
        log = Transition(state, at=at)
        question = log.state.current
        running = log.state.phase is Phase.ANSWERING and not state.paused
        if running and question is not None and log.state.question_seconds_left <= 0:
            self._close(log, question, CloseReason.OUT_OF_TIME)
            self._ask_next(log)
        return log.step()

    def pause(self, state: InterviewState, *, at: float) -> Step:
        """Stop the clock.

        Raises:
            InterviewConflict: It is paused or over.
        """
        refuse_if_over(state)
        if state.paused:
            raise InterviewConflict("the interview is paused already")
        log = Transition(state, at=at)
        log.change(paused=True)
        log.add(events.Paused)
        return log.step()

    def resume(self, state: InterviewState, *, at: float) -> Step:
        """Let the clock go on.

        Raises:
            InterviewConflict: It is not paused.
        """
        if not state.paused:
            raise InterviewConflict("the interview is not paused")
        log = Transition(state, at=at)
        log.change(paused=False)
        log.add(events.Resumed, turn=state.turn.number if state.turn else None)
        return log.step()

    def finish(self, state: InterviewState, *, at: float) -> Step:
        """End the interview before its time.

        Raises:
            InterviewConflict: It is over already, or an answer waits for its grade.
        """
        refuse_if_over(state)
        if state.phase is Phase.JUDGING:
            raise InterviewConflict("an answer is being graded; end the interview after that")
        log = Transition(state, at=at)
        if log.state.current is not None:
            self._close(log, log.state.current, CloseReason.ENDED)
        finish(log, FinishReason.ENDED)
        return log.step()

    def _follow_up_or_reason(
        self, state: InterviewState, question: AskedQuestion
    ) -> tuple[FollowUpChoice | None, CloseReason]:
        policy, rubric = state.plan.policy, self.rubric(question.planned.rubric)
        found = self.standing(state, question)
        if state.question_seconds_left <= 0:
            return None, CloseReason.OUT_OF_TIME
        if found.is_covered and policy.stop_when_covered:
            return None, CloseReason.COVERED
        if len(found.ungraded) == len(found.points) + len(found.mistakes):
            return None, CloseReason.NOT_JUDGED
        if len(question.asks) >= question.planned.max_follow_ups:
            return None, CloseReason.COVERED if found.is_covered else CloseReason.EXHAUSTED
        if found.is_covered:
            return deeper_follow_up(rubric, question), CloseReason.COVERED
        escalate = policy.hint_escalation
        choice = choose_follow_up(rubric, question, found, escalate=escalate)
        return choice, CloseReason.EXHAUSTED

    def _close(self, log: Transition, question: AskedQuestion, reason: CloseReason) -> None:
        update = {"closed": reason, "closed_at": log.state.elapsed}
        closed = question.model_copy(update=update)
        found = self.standing(log.state, closed)
        log.put(closed, phase=Phase.CHOOSING)
        log.add(
            events.QuestionClosed,
            question=len(log.state.questions),
            reason=reason,
            unprompted=found.unprompted.value,
            prompted=found.prompted.value,
        )

    def _ask_next(self, log: Transition) -> None:
        state = log.state
        outcomes = [
            Outcome(question.planned, self.standing(state, question).unprompted.value)
            for question in state.questions
        ]
        choice = choose_question(state.plan, outcomes, state.seconds_left)
        if choice is None:
            everything = len(state.questions) == len(state.plan.questions)
            finish(log, FinishReason.COMPLETE if everything else FinishReason.OUT_OF_TIME)
            return
        ask_question(log, self.rubric(choice.question.rubric), choice)
