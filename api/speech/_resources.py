"""Transcriptions as they are returned."""

from __future__ import annotations

from grader.speech.transcripts import Transcript
from grader.spoken import Delivery, Doubt
from grader.types import Frozen, Repair


class Transcription(Frozen):
    """What is said in a recording; nothing of it is kept.

    Attributes:
        transcript: The words with their times in milliseconds, and how sure the recogniser is of
            each. Send it on as `transcript` of `POST /v1/grades`.
        engine: The engine and its model.
        repairs: Words that are probably terms of the rubric which were mis-heard, to be shown to
            the candidate; the transcript has what was recognised.
        doubtful: What may not be what was said, and would not be relied on.
        cannot_grade: Why it could not be graded as it is; null where it could.
        delivery: How it was spoken; null where that was not to be measured.
    """

    transcript: Transcript
    engine: str
    repairs: tuple[Repair, ...]
    doubtful: tuple[Doubt, ...]
    cannot_grade: str | None
    delivery: Delivery | None
