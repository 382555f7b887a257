"""faster-whisper, on a model that is made here; nothing is downloaded."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.speech import SpeechSettings, TranscriberNotConfigured, TranscriptionFailed
from grader.speech.audio import RATE, Audio
from grader.speech.engines import build_transcriber
from tests.grader.speech.tiny_whisper import make_tiny_whisper

faster_whisper = pytest.importorskip(
    "faster_whisper", reason="the extra 'whisper' is not installed"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_whisper(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def noise() -> Audio:
    samples = np.random.default_rng(0).normal(size=RATE) * 3000
    return Audio(samples=samples.astype(np.int16), kind="wav", level=-20)


def settings(folder: Path | None, **changes: Any) -> SpeechSettings:
    fields = {"model_dir": folder, "compute_type": "float32", "threads": 1}
    return SpeechSettings(engine="faster-whisper", **{**fields, **changes})


def test_a_model_in_a_folder_is_loaded_and_transcribes(
    model: Path, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    engine = build_transcriber(settings(model))

    transcript = asyncio.run(engine.transcribe(noise, vocabulary=("libuv",), language="en"))

    assert engine.identity == "faster-whisper: tiny"
    assert (transcript.source, transcript.language) == ("faster-whisper", "en")
    assert transcript.duration_ms == 1000
    assert transcript.words
    assert all(word.confidence is not None for word in transcript.words)
    assert all(0 <= word.start_ms <= word.end_ms <= 1100 for word in transcript.words)
    assert transcript.segments[0].mean_logprob is not None


def test_the_terms_and_the_language_reach_the_model(
    model: Path, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def note(_: object, samples: Any, **options: Any) -> tuple[list[Any], Any]:
        asked.update(options, length=len(samples), peak=float(abs(samples).max()))
        return [], SimpleNamespace(language="de")

    engine = build_transcriber(settings(model))
    monkeypatch.setattr(faster_whisper.WhisperModel, "transcribe", note)

    transcript = asyncio.run(engine.transcribe(noise, vocabulary=("libuv", "epoll"), language="de"))

    assert asked["hotwords"] == "libuv, epoll"
    assert asked["language"] == "de"
    assert asked["length"] == RATE
    assert asked["peak"] < 1
    assert transcript.text == ""


def test_a_model_that_breaks_is_no_empty_transcript(
    model: Path, noise: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    engine = build_transcriber(settings(model))
    monkeypatch.setattr(faster_whisper.WhisperModel, "transcribe", fail)

    with pytest.raises(TranscriptionFailed, match="out of memory"):
        asyncio.run(engine.transcribe(noise))


def test_what_is_missing_is_said_at_the_start(model: Path, tmp_path: Path) -> None:
    with pytest.raises(TranscriberNotConfigured, match="needs GRADER_SPEECH_MODEL_DIR"):
        build_transcriber(settings(None))
    with pytest.raises(TranscriberNotConfigured, match=r"lacks model\.bin, config\.json, tok"):
        build_transcriber(settings(tmp_path))
    with pytest.raises(TranscriberNotConfigured, match="cannot be loaded on cpu as nonsense"):
        build_transcriber(settings(model, compute_type="nonsense"))
