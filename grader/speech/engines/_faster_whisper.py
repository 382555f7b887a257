"""Whisper on this machine, by faster-whisper, from a folder; nothing is ever downloaded."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.speech._errors import TranscriberNotConfigured, TranscriptInvalid, TranscriptionFailed
from grader.speech._settings import SpeechSettings
from grader.speech.audio import Audio
from grader.speech.engines._prompt import fitting
from grader.speech.transcripts import Transcript, read_whisper

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_log = logging.getLogger(__name__)

# Without the tokenizer the package would look for one on the network.
_NEEDED = ("model.bin", "config.json", "tokenizer.json")


def load_faster_whisper(settings: SpeechSettings) -> FasterWhisperTranscriber:
    """Load the model that the settings name; takes seconds.

    Raises:
        TranscriberNotConfigured: The extra is not installed, or the folder holds no such model.
    """
    if find_spec("faster_whisper") is None:
        raise TranscriberNotConfigured(
            "the faster-whisper engine is not installed; pip install 'answer-grader[whisper]'"
        )
    folder = settings.model_dir
    if folder is None:
        raise TranscriberNotConfigured(
            "the faster-whisper engine needs GRADER_SPEECH_MODEL_DIR, a folder with a Whisper "
            "model in CTranslate2's format"
        )
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise TranscriberNotConfigured(
            f"GRADER_SPEECH_MODEL_DIR: {folder} lacks {', '.join(missing)}; give a Whisper model "
            "in CTranslate2's format (ct2-transformers-converter makes one)"
        )
    try:
        from faster_whisper import WhisperModel

        model = WhisperModel(
            str(folder),
            device=settings.device,
            compute_type=settings.compute_type,
            cpu_threads=settings.threads,
            local_files_only=True,
        )
    except Exception as error:  # noqa: BLE001 - what CTranslate2 raises for a broken model
        raise TranscriberNotConfigured(
            f"GRADER_SPEECH_MODEL_DIR: the model in {folder} cannot be loaded on "
            f"{settings.device} as {settings.compute_type}: {error}"
        ) from None
    return FasterWhisperTranscriber(model, folder)


class FasterWhisperTranscriber:
    """Transcribes one recording at a time, off the event loop."""

    def __init__(self, model: WhisperModel, folder: Path) -> None:
        """Use `load_faster_whisper`."""
        self._model = model
        self._folder = folder
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """The engine and its model."""
        return f"faster-whisper: {self._folder.name}"

    async def transcribe(
        self, audio: Audio, *, vocabulary: Sequence[str] = (), language: str | None = None
    ) -> Transcript:
        """Transcribe one recording; see `Transcriber.transcribe`."""
        hot_words = ", ".join(fitting(vocabulary)) or None
        return await asyncio.to_thread(self._transcribe, audio, hot_words, language)

    def _transcribe(self, audio: Audio, hot_words: str | None, language: str | None) -> Transcript:
        samples = audio.samples.astype("float32") / 32768
        try:
            with self._lock:
                segments, info = self._model.transcribe(
                    samples,
                    language=language,
                    hotwords=hot_words,
                    word_timestamps=True,
                    # What it made up once would be the context of what comes next.
                    condition_on_previous_text=False,
                )
                found = [_segment(segment) for segment in segments]
        except Exception as error:  # noqa: BLE001 - whatever the model raises
            _log.exception("faster-whisper has failed")
            raise TranscriptionFailed(
                f"faster-whisper could not transcribe the recording: {error}"
            ) from None
        reply = {"segments": found, "language": info.language, "text": ""}
        try:
            transcript = read_whisper(reply, audio.duration_ms)
        except TranscriptInvalid as error:
            raise TranscriptionFailed(
                f"faster-whisper gave times that cannot be: {error}"
            ) from None
        return transcript.model_copy(update={"source": "faster-whisper"})


def _segment(segment: Any) -> dict[str, Any]:
    return {
        "start": float(segment.start),
        "end": float(segment.end),
        "text": segment.text,
        "avg_logprob": _finite(segment.avg_logprob),
        "no_speech_prob": _probability(segment.no_speech_prob),
        "compression_ratio": _finite(segment.compression_ratio),
        "words": [
            {
                "word": word.word,
                "start": float(word.start),
                "end": float(word.end),
                "probability": _probability(word.probability),
            }
            for word in segment.words or ()
        ],
    }


def _probability(value: float) -> float:
    """Undo the rounding of single precision, which may go above one."""
    return min(1.0, max(0.0, float(value)))


def _finite(value: float) -> float | None:
    """Drop what is no number, as the mean over no tokens."""
    return float(value) if math.isfinite(value) else None
