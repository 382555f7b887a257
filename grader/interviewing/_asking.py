"""What the interviewer says: a question, a follow-up, or goodbye."""

from __future__ import annotations

from grader.interviewing import _events as events
from grader.interviewing._choosing import QuestionChoice
from grader.interviewing._follow_ups import FollowUpChoice
from grader.interviewing._state import Ask, AskedQuestion, FinishReason, Phase, Turn
from grader.interviewing._transition import Transition
from grader.types import Rubric


def ask_question(log: Transition, rubric: Rubric, choice: QuestionChoice) -> None:
    """Put a question to the candidate."""
    planned = choice.question
    turn = Turn(
        number=log.state.turns + 1,
        ask=Ask(id=rubric.id, text=rubric.question),
        asked_at=log.state.elapsed,
    )
    asked = AskedQuestion(planned=planned, why=choice.why, turns=(turn,))
    log.change(questions=(*log.state.questions, asked), phase=Phase.ANSWERING)
    log.add(
        events.QuestionAsked,
        question=len(log.state.questions),
        turn=turn.number,
        rubric_id=rubric.id,
        transition=planned.transition,
        ask=rubric.question,
        options=tuple(option.text for option in rubric.options),
        minutes=planned.minutes,
        why=choice.why,
    )


def ask_follow_up(
    log: Transition, question: AskedQuestion, choice: FollowUpChoice, wording: str | None
) -> None:
    """Put a follow-up to the candidate, in the rubric's words or in others."""
    state, follow_up = log.state, choice.follow_up
    ask = Ask(
        id=follow_up.id,
        text=wording or follow_up.ask,
        style=follow_up.style,
        gap=choice.gap,
        targets=choice.targets,
        rephrased=wording is not None and wording != follow_up.ask,
    )
    turn = Turn(number=state.turns + 1, ask=ask, asked_at=state.elapsed)
    log.put(question.model_copy(update={"turns": (*question.turns, turn)}), phase=Phase.ANSWERING)
    helps = follow_up.style in state.plan.policy.help
    log.add(
        events.HintGiven if helps else events.FollowUpAsked,
        question=len(state.questions),
        turn=turn.number,
        follow_up_id=ask.id,
        ask=ask.text,
        style=follow_up.style,
        gap=ask.gap,
        targets=ask.targets,
        why=choice.why,
        rephrased=ask.rephrased,
    )


def finish(log: Transition, reason: FinishReason) -> None:
    """End the interview."""
    log.change(phase=Phase.FINISHED, finished=reason, paused=False)
    log.add(events.Finished, reason=reason, closing=log.state.plan.closing)
