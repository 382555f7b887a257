"""What happened in an interview, one fact each, in order; made to be sent to whoever watches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from grader.interviewing._state import CloseReason, FinishReason
from grader.types import FollowUpStyle, Frozen


class _Numbered(Frozen):
    """What all events have.

    Attributes:
        number: From 1, without gaps; serves as the id of a server-sent event.
        elapsed: Seconds into the interview, pauses and judging left out.
    """

    number: int
    elapsed: float


class Started(_Numbered):
    """The interview has begun.

    Attributes:
        opening: What the interviewer says first; may be empty.
    """

    type: Literal["started"] = "started"
    title: str
    minutes: int
    opening: str = ""


class QuestionAsked(_Numbered):
    """A question has been put to the candidate.

    Attributes:
        question: Its position in the interview, from 1.
        turn: To be named when answering.
        options: Texts of a multiple-choice question, in order.
        why: Why this one, of all that could be asked.
    """

    type: Literal["question_asked"] = "question_asked"
    question: int
    turn: int
    rubric_id: str
    transition: str = ""
    ask: str
    options: tuple[str, ...] = ()
    minutes: int
    why: str


class AnswerReceived(_Numbered):
    """The candidate has answered, and the clock stands still until it is graded.

    Attributes:
        spoken: Whether the answer was spoken; it is as the candidate corrected it then.
    """

    type: Literal["answer_received"] = "answer_received"
    question: int
    turn: int
    answer: str
    spoken: bool = False


class Graded(_Numbered):
    """An answer has been graded, together with what was said on the question before.

    Attributes:
        covered: Points that this turn's grade newly found covered.
        contradicted: Points that it newly found contradicted.
        mistakes: Mistakes that it newly found made.
        corrected: Mistakes that the candidate has taken back.
        ungraded: Points and mistakes of which it is not known how they stand.
        unprompted: Score without what was reached with help; None when withheld.
        prompted: Score with it; None when withheld.
    """

    type: Literal["graded"] = "graded"
    question: int
    turn: int
    grade_id: str
    covered: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    unprompted: float | None
    prompted: float | None


class _FollowUp(_Numbered):
    """A follow-up has been put to the candidate.

    Attributes:
        gap: The point or mistake that it was chosen for.
        why: Why this one.
        rephrased: Whether the words are a model's and not the rubric's.
    """

    question: int
    turn: int
    follow_up_id: str
    ask: str
    style: FollowUpStyle
    gap: str | None = None
    targets: tuple[str, ...] = ()
    why: str = ""
    rephrased: bool = False


class FollowUpAsked(_FollowUp):
    """A follow-up that does not help has been asked."""

    type: Literal["follow_up_asked"] = "follow_up_asked"


class HintGiven(_FollowUp):
    """A follow-up that helps has been asked: what it brings counts as prompted."""

    type: Literal["hint_given"] = "hint_given"


class QuestionClosed(_Numbered):
    """No more is asked about a question.

    Attributes:
        unprompted: Score without what was reached with help; None when withheld.
        prompted: Score with it; None when withheld.
    """

    type: Literal["question_closed"] = "question_closed"
    question: int
    reason: CloseReason
    unprompted: float | None = None
    prompted: float | None = None


class Paused(_Numbered):
    """The clock stands still until the interview is resumed."""

    type: Literal["paused"] = "paused"


class Resumed(_Numbered):
    """The clock goes on; the open turn is still to be answered."""

    type: Literal["resumed"] = "resumed"
    turn: int | None = None


class Finished(_Numbered):
    """The interview is over.

    Attributes:
        closing: What the interviewer says last; may be empty.
    """

    type: Literal["finished"] = "finished"
    reason: FinishReason
    closing: str = ""


Event = Annotated[
    Started
    | QuestionAsked
    | AnswerReceived
    | Graded
    | FollowUpAsked
    | HintGiven
    | QuestionClosed
    | Paused
    | Resumed
    | Finished,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def for_candidate(event: Event) -> Event | None:
    """Leave out what a candidate should not see while being interviewed.

    Returns:
        The event without scores, targets and reasons; None where nothing is left of it.
    """
    match event:
        case Graded():
            return None
        case QuestionAsked():
            return event.model_copy(update={"why": ""})
        case FollowUpAsked() | HintGiven():
            return event.model_copy(update={"gap": None, "targets": (), "why": ""})
        case QuestionClosed():
            return event.model_copy(update={"unprompted": None, "prompted": None})
        case _:
            return event
