"""Recordings: how they are to be graded, and what was heard."""

from __future__ import annotations

from typing import Any, TypedDict

from grader.speech import SpokenAnswer
from grader.speech.transcripts import Transcript
from grader.spoken import Delivery, Doubt
from grader.types import Frozen, Repair, Rubric


class RecordingOptions(TypedDict, total=False):
    """What may be said of a recorded answer; exactly one of `rubric_id`, `rubric` and `question` must be.

    Attributes:
        language: Spoken language, ISO 639-1; as the service is set by default.

    The other fields are those of `AnswerOptions`.
    """

    speaker: str
    corrected_text: str
    delivery: bool
    language: str
    rubric_id: str
    rubric_version: str
    rubric: Rubric | dict[str, Any]
    question: str
    asked: list[str]
    allow_partial: bool
    candidate_id: str
    custom_id: str
    metadata: dict[str, str]
    idempotency_key: str


class Transcription(Frozen):
    """What is said in a recording; the service keeps nothing of it.

    Attributes:
        transcript: The words with their times in milliseconds, and how sure the recogniser is of
            each. Send it on as `transcript` of an answer.
        engine: The engine and its model.
        repairs: Words that are probably terms of the rubric which were mis-heard.
        doubtful: What may not be what was said, and would not be relied on.
        cannot_grade: Why it could not be graded as it is; None where it could.
        delivery: How it was spoken; None where that was not to be measured.
    """

    transcript: Transcript
    engine: str
    repairs: tuple[Repair, ...]
    doubtful: tuple[Doubt, ...]
    cannot_grade: str | None
    delivery: Delivery | None


class GradedAnswer(Frozen):
    """What a grade is of.

    Attributes:
        answer: The words that were graded.
        spoken: Of a spoken answer, the transcript with the times of its words, and the one that was
            recognised where a person corrected it; None for one that was typed.
    """

    submission_id: str
    answer: str
    spoken: SpokenAnswer | None
