"""From a recording to a transcript that may be graded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from grader.speech._settings import SpeechSettings
from grader.speech._usable import check_usable
from grader.speech.audio import AudioLimits, read_audio
from grader.speech.engines import Transcriber
from grader.speech.transcripts import Transcript


async def transcribe(
    data: bytes,
    transcriber: Transcriber,
    settings: SpeechSettings,
    *,
    vocabulary: Sequence[str] = (),
    language: str | None = None,
) -> Transcript:
    """Read a recording, write down what is said, and refuse what cannot be what was said.

    Args:
        data: The file.
        transcriber: The engine.
        settings: Limits, the language, and the least confidence.
        vocabulary: Terms that may be said; a rubric's are `grader.answers.spoken_terms(rubric)`.
        language: ISO 639-1, instead of that of the settings.

    Raises:
        AudioInvalid: The file cannot be read, or is larger or longer than allowed.
        CannotGrade: It is silent, or what was recognised cannot be what was said.
        TranscriptionFailed: The engine could not transcribe.
    """
    audio = await asyncio.to_thread(read_audio, data, limits_of(settings))
    transcript = await transcriber.transcribe(
        audio, vocabulary=vocabulary, language=language or settings.language or None
    )
    check_usable(transcript, least_confidence=settings.least_confidence)
    return transcript


def limits_of(settings: SpeechSettings) -> AudioLimits:
    """Return the limits that settings name."""
    return AudioLimits(settings.max_bytes, settings.max_seconds, settings.silence_level)
