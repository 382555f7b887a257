"""Fields of requests about spoken answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, WithJsonSchema

from api.fields import Label
from grader.speech.engines import LANGUAGES
from grader.speech.transcripts import FORMATS

TranscriptText = Annotated[
    str | dict[str, Any],
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object"}],
            "description": "WebVTT or SubRip as text; or the JSON of Deepgram, AssemblyAI, Whisper "
            "or Amazon Transcribe, or that of `POST /v1/transcriptions`, as an object or as text.",
            "x-formats": list(FORMATS),
        }
    ),
]
"""A transcript with times, in any format that can be told by its content."""


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError("give the spoken language as an ISO 639-1 code, such as en")
    return language


Language = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": sorted(LANGUAGES)})
]
"""The spoken language as an ISO 639-1 code."""


class SpokenFields(BaseModel):
    """What may be said of a spoken answer.

    Attributes:
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them. They are graded, and
            both versions are kept.
        delivery: Whether to report how it was spoken; never where GRADER_SPEECH_DELIVERY is off.
    """

    speaker: Label | None = None
    corrected_text: str | None = None
    delivery: bool = True


def check_answer(said: SpokenFields, *, typed: bool, transcribed: bool) -> None:
    """Check that there is one answer, and that what is said of it goes with its kind.

    Args:
        said: What is said of it.
        typed: Whether there is a typed answer.
        transcribed: Whether there is a transcript.

    Raises:
        ValueError: Says what to give.
    """
    if typed == transcribed:
        if typed:
            raise ValueError("give exactly one of answer and transcript, not both")
        raise ValueError("answer is missing; give exactly one of answer and transcript")
    check_transcribed(said, transcribed=transcribed)


def check_transcribed(said: SpokenFields, *, transcribed: bool) -> None:
    """Check that what is said of a transcript comes with one.

    Raises:
        ValueError: Says what goes with a transcript.
    """
    for name in ("speaker", "corrected_text"):
        if not transcribed and getattr(said, name) is not None:
            raise ValueError(f"{name} goes with transcript")
