"""Transcribing recordings for requests, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.admission import Admission, Limits
from api.speech._errors import as_problem
from grader.settings import Settings
from grader.speech import TranscriptionFailed, transcribe
from grader.speech.engines import Transcriber, build_transcriber
from grader.speech.transcripts import Transcript

# What reading and checking may take beside the engine.
_MARGIN_SECONDS = 60.0


class SpeechToText:
    """The engine that the settings name, if any.

    Attributes:
        admission: Places for recordings: each may be tens of megabytes, and takes long.
    """

    def __init__(self, settings: Settings) -> None:
        """Prepare; `open` loads the engine."""
        self._settings = settings.speech
        self._engine: Transcriber | None = None
        self.admission = Admission(
            Limits(
                running=settings.speech.concurrency,
                waiting=settings.max_waiting,
                patience=settings.wait_seconds,
                seconds=settings.speech.deadline + _MARGIN_SECONDS,
            )
        )

    def open(self) -> None:
        """Load the engine that the settings name; may take seconds.

        Raises:
            TranscriberNotConfigured: What it needs is missing; says what to set.
        """
        if self._settings.engine:
            self._engine = build_transcriber(self._settings)

    async def transcribe(
        self, upload: UploadFile, *, vocabulary: Sequence[str] = (), language: str | None = None
    ) -> tuple[Transcript, str]:
        """Transcribe a recording; return the transcript, and what made it.

        Args:
            upload: The file.
            vocabulary: Terms that may be said, the likeliest first.
            language: ISO 639-1, instead of that of the settings.

        Raises:
            TranscriberNotConfigured: The settings name no engine.
            AudioInvalid: It cannot be read, or is larger or longer than allowed.
            CannotGrade: It is silent, or what was recognised cannot be what was said.
            TranscriptionBroken: The engine failed, and would again.
            TranscriptionUnavailable: It failed, and may not the next time.
            NotAdmitted: Too many recordings are being transcribed, or this one took too long.
        """
        engine = self._engine or build_transcriber(self._settings)
        async with self.admission.place():
            data = await anyio.to_thread.run_sync(upload.file.read)
            try:
                transcript = await transcribe(
                    data, engine, self._settings, vocabulary=vocabulary, language=language
                )
            except TranscriptionFailed as error:
                raise as_problem(error) from error
        return transcript, engine.identity


async def _speech(request: Request) -> SpeechToText:
    speech: SpeechToText = request.app.state.speech
    return speech


OpenSpeech = Annotated[SpeechToText, Depends(_speech)]
