"""What an engine must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from grader.speech.audio import Audio
from grader.speech.transcripts import Transcript


class Transcriber(Protocol):
    """Writes down what is said in a recording."""

    @property
    def identity(self) -> str:
        """The engine and its model, as in `openai: whisper-1`."""
        ...

    async def transcribe(
        self, audio: Audio, *, vocabulary: Sequence[str] = (), language: str | None = None
    ) -> Transcript:
        """Transcribe one recording.

        Args:
            audio: At most what the limits allow; not silent.
            vocabulary: Terms that may be said, the likeliest first.
            language: ISO 639-1; None to let the engine tell.

        Raises:
            TranscriptionFailed: The engine could not; never an empty transcript instead.
        """
        ...
