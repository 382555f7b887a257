"""Interviews as they are returned: to a candidate, or with all that was found to a reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from api.interviews._held import Held
from api.records import InterviewRow, InterviewStatus
from grader.bank import InterviewScript
from grader.interviewing import AskedQuestion, CloseReason, FinishReason, Turn
from grader.speech import SpokenAnswer
from grader.spoken import Delivery
from grader.types import FollowUpStyle, Frozen, Level


class OpenAsk(Frozen):
    """What waits for an answer.

    Attributes:
        turn: To be named in the answer.
        question: Position of the question in the interview, from 1.
        text: What the candidate is asked.
        style: Of a follow-up; null for the question itself.
        transition: Words that lead over to a question; may be empty.
        options: Texts of a multiple-choice question, in order.
        seconds_left: For this question with its follow-ups, when this was sent.
    """

    turn: int
    question: int
    text: str
    style: FollowUpStyle | None
    transition: str
    options: tuple[str, ...]
    seconds_left: float


class SpokenTurn(Frozen):
    """What is known of an answer because it was spoken.

    Attributes:
        recognised_text: What the recogniser wrote, where the candidate corrected it.
        duration_ms: Length of the recording; null where it is not known.
        source: The format of the transcript, or the engine that made it.
        engine: The engine and its model, where the service itself transcribed a recording.
        delivery: How it was spoken; null where that was not to be measured.
    """

    recognised_text: str | None
    duration_ms: int | None
    source: str
    engine: str | None
    delivery: Delivery | None

    @classmethod
    def of(cls, spoken: SpokenAnswer) -> Self:
        """Return what is known, without the words' times."""
        return cls(
            recognised_text=spoken.recognised.text if spoken.recognised else None,
            duration_ms=spoken.transcript.duration_ms,
            source=spoken.transcript.source,
            engine=spoken.engine,
            delivery=spoken.delivery,
        )


class AskedTurn(Frozen):
    """One thing asked, and what the candidate said.

    Attributes:
        answer: Verbatim; null where there is none, or where the candidate passed.
        spoken: Null where the answer was typed.
        grade_id: For reviewers: the grade of all that was said on the question up to this turn.
        gap: For reviewers: the point or mistake that a follow-up was chosen for.
    """

    turn: int
    text: str
    style: FollowUpStyle | None
    answer: str | None
    spoken: SpokenTurn | None = None
    grade_id: str | None = None
    gap: str | None = None

    @classmethod
    def of(cls, turn: Turn, *, full: bool) -> Self:
        """Return a turn; `full` for what candidates are not shown."""
        return cls(
            turn=turn.number,
            text=turn.ask.text,
            style=turn.ask.style,
            answer=turn.answer,
            spoken=SpokenTurn.of(turn.spoken) if turn.spoken else None,
            grade_id=turn.grade.id if full and turn.grade else None,
            gap=turn.ask.gap if full else None,
        )


class InterviewQuestion(Frozen):
    """A question that was asked, with its follow-ups.

    Attributes:
        closed: Why no more is asked about it; null while it is open.
        why: For reviewers: why this question, of all that could be asked.
        unprompted: For reviewers: score without what came only with help; null when withheld.
        prompted: For reviewers: score with it.
    """

    question: int
    rubric_id: str
    topic: str
    level: Level
    minutes: int
    closed: CloseReason | None
    turns: tuple[AskedTurn, ...]
    why: str | None = None
    unprompted: float | None = None
    prompted: float | None = None

    @classmethod
    def of(cls, held: Held, number: int, asked: AskedQuestion, *, full: bool) -> Self:
        """Return a question; `full` for what candidates are not shown."""
        found = held.engine.standing(held.state, asked) if full else None
        return cls(
            question=number,
            rubric_id=asked.planned.rubric.id,
            topic=asked.planned.topic,
            level=asked.planned.level,
            minutes=asked.planned.minutes,
            closed=asked.closed,
            turns=tuple(AskedTurn.of(turn, full=full) for turn in asked.turns),
            why=asked.why if full else None,
            unprompted=found.unprompted.value if found else None,
            prompted=found.prompted.value if found else None,
        )


class InterviewSummary(Frozen):
    """An interview in a list.

    Attributes:
        script: Id of the script; null where questions were chosen by topic and level.
        minutes: Time for questions and answers.
        metadata: The caller's own notes.
    """

    id: str
    status: InterviewStatus
    created_at: datetime
    finished_at: datetime | None
    title: str
    script: str | None
    level: Level
    minutes: int
    candidate_id: str | None
    custom_id: str | None
    metadata: dict[str, str]

    @classmethod
    def of(cls, row: InterviewRow) -> Self:
        """Return what the record says of an interview."""
        return cls.model_validate(_summary(row))


class Interview(InterviewSummary):
    """An interview as it stands.

    Attributes:
        grading: Whether an answer is being graded, or the next question being chosen; the clock
            stands still meanwhile.
        ask: What waits for an answer; null while an answer is graded and when it is over. A paused
            interview shows it too, but has to be resumed before it is answered.
        seconds_left: Of the whole interview, when this was sent.
        opening: What the interviewer says first; may be empty.
        closing: What the interviewer says last; null before that.
        finished: Why it is over.
        last_event: Number of the latest event; `Last-Event-ID` for those that follow.
    """

    grading: bool
    ask: OpenAsk | None
    seconds_left: float
    opening: str
    closing: str | None
    finished: FinishReason | None
    questions: tuple[InterviewQuestion, ...]
    last_event: int

    @classmethod
    def now(cls, held: Held, *, full: bool) -> Self:
        """Return an interview at this moment; `full` for what candidates are not shown."""
        state = held.present
        return cls.model_validate(
            _summary(held.row)
            | {
                "grading": held.is_unsettled,
                "ask": _open_ask(held),
                "seconds_left": round(state.seconds_left, 1),
                "opening": state.plan.opening,
                "closing": state.plan.closing if state.finished else None,
                "finished": state.finished,
                "questions": [
                    InterviewQuestion.of(held, number, asked, full=full)
                    for number, asked in enumerate(state.questions, start=1)
                ],
                "last_event": state.events,
            }
        )


class InterviewPage(BaseModel):
    """One page of interviews.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: Sequence[InterviewSummary]
    next_cursor: str | None


class Script(Frozen):
    """An interview script, without its questions.

    Attributes:
        minutes: Time for questions and answers.
        topics: What it asks about, in order.
    """

    id: str
    version: str
    title: str
    level: Level
    minutes: int
    questions: int
    topics: tuple[str, ...]

    @classmethod
    def of(cls, script: InterviewScript, topics: Sequence[str]) -> Self:
        """Return what may be known of a script beforehand."""
        return cls(
            id=script.id,
            version=script.version,
            title=script.title,
            level=script.level,
            minutes=sum(question.minutes for question in script.questions),
            questions=len(script.questions),
            topics=tuple(dict.fromkeys(topics)),
        )


class ScriptList(BaseModel):
    """The interview scripts that there are, by level."""

    items: Sequence[Script]


def _summary(row: InterviewRow) -> dict[str, object]:
    return {
        "id": row.id,
        "status": row.status,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "title": row.title,
        "script": row.script,
        "level": row.level,
        "minutes": row.minutes,
        "candidate_id": row.candidate_id,
        "custom_id": row.custom_id,
        "metadata": row.labels,
    }


def _open_ask(held: Held) -> OpenAsk | None:
    state = held.present
    turn, question = state.turn, state.current
    if turn is None or question is None or turn.answer is not None:
        return None
    rubric = held.engine.rubric(question.planned.rubric)
    return OpenAsk(
        turn=turn.number,
        question=len(state.questions),
        text=turn.ask.text,
        style=turn.ask.style,
        transition=question.planned.transition if turn.ask.style is None else "",
        options=tuple(option.text for option in rubric.options),
        seconds_left=round(state.question_seconds_left, 1),
    )
