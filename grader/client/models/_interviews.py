"""Interviews, as they stand and as they are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypedDict

from grader.interviewing import CloseReason, FinishReason
from grader.spoken import Delivery
from grader.types import FollowUpStyle, Frozen, Level


class InterviewOptions(TypedDict, total=False):
    """What an interview is to be about: a `script`, or questions on `topics` for `levels`.

    Attributes:
        script: Id of an interview script; `interviews.scripts` lists them.
        topics: Ask about one of these; all topics by default.
        levels: Ask questions of one of these levels; all by default.
        minutes: Time for questions and answers, 30 by default; a script has its own.
        seed: Decides between questions that are equally good.
        candidate_id: Your name for the person.
        custom_id: Your name for this interview.
        metadata: Your own notes, kept and returned with the interview and with its grades.
        idempotency_key: Under the same one it is begun once; one is made without.
    """

    script: str
    topics: list[str]
    levels: list[Level]
    minutes: int
    seed: int
    candidate_id: str
    custom_id: str
    metadata: dict[str, str]
    idempotency_key: str


class InterviewFilter(TypedDict, total=False):
    """Which interviews to list.

    Attributes:
        limit: At most so many are fetched at once.
    """

    status: Literal["active", "paused", "finished"]
    candidate_id: str
    custom_id: str
    script: str
    limit: int


class TurnOptions(TypedDict, total=False):
    """What may be said of an answer to one turn.

    Attributes:
        transcript: What was said and when, instead of an answer: WebVTT or SubRip as text, or the
            JSON of a transcription service.
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them.
        delivery: Whether to report how it was spoken.
        skip: The candidate passes.
        idempotency_key: Under the same one it is taken once; one is made without.
    """

    transcript: str | dict[str, Any]
    speaker: str
    corrected_text: str
    delivery: bool
    skip: bool
    idempotency_key: str


class RecordedTurnOptions(TypedDict, total=False):
    """What may be said of a recording that answers one turn.

    Attributes:
        speaker: The candidate, where the engine names several speakers.
        corrected_text: What was recognised, as the candidate corrected it.
        delivery: Whether to report how it was spoken.
        language: Spoken language, ISO 639-1; as the service is set by default.
        idempotency_key: Under the same one it is taken once; one is made without.
    """

    speaker: str
    corrected_text: str
    delivery: bool
    language: str
    idempotency_key: str


class OpenAsk(Frozen):
    """What waits for an answer.

    Attributes:
        turn: To be named in the answer.
        question: Position of the question in the interview, from 1.
        style: Of a follow-up; None for the question itself.
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
        source: The format of the transcript, or the engine that made it.
        engine: The engine and its model, where the service itself transcribed a recording.
    """

    recognised_text: str | None
    duration_ms: int | None
    source: str
    engine: str | None
    delivery: Delivery | None


class AskedTurn(Frozen):
    """One thing asked, and what the candidate said.

    Attributes:
        answer: Verbatim; None where there is none, or where the candidate passed.
        spoken: None where the answer was typed.
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


class InterviewQuestion(Frozen):
    """A question that was asked, with its follow-ups.

    Attributes:
        closed: Why no more is asked about it; None while it is open.
        why: For reviewers: why this question, of all that could be asked.
        unprompted: For reviewers: score without what came only with help; None when withheld.
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


class InterviewSummary(Frozen):
    """An interview in a list.

    Attributes:
        status: `active`, `paused` or `finished`.
        script: Id of the script; None where questions were chosen by topic and level.
        minutes: Time for questions and answers.
        metadata: Your own notes.
    """

    id: str
    status: str
    created_at: datetime
    finished_at: datetime | None
    title: str
    script: str | None
    level: Level
    minutes: int
    candidate_id: str | None
    custom_id: str | None
    metadata: dict[str, str]


class Interview(InterviewSummary):
    """An interview as it stands.

    Attributes:
        grading: Whether an answer is being graded; the clock stands still meanwhile.
        ask: What waits for an answer; None while an answer is graded and when it is over.
        seconds_left: Of the whole interview, when this was sent.
        opening: What the interviewer says first; may be empty.
        closing: What the interviewer says last; None before that.
        finished: Why it is over.
        last_event: Number of the latest event.
    """

    grading: bool
    ask: OpenAsk | None
    seconds_left: float
    opening: str
    closing: str | None
    finished: FinishReason | None
    questions: tuple[InterviewQuestion, ...]
    last_event: int


class Script(Frozen):
    """An interview script, without its questions.

    Attributes:
        minutes: Time for questions and answers.
        questions: How many.
        topics: What it asks about, in order.
    """

    id: str
    version: str
    title: str
    level: Level
    minutes: int
    questions: int
    topics: tuple[str, ...]


class ScriptList(Frozen):
    """The interview scripts that there are, by level."""

    items: tuple[Script, ...]
