"""Recordings made on the spot, and transcripts of which only some fields matter."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.speech.transcripts import Transcript, parse_transcript, read_whisper


def tone(seconds: float, *, level: float = 0.25, rate: int = 16_000) -> np.ndarray[Any, Any]:
    """A steady tone, as 16-bit samples; `level` is its share of full scale."""
    times = np.arange(int(seconds * rate)) / rate
    wave: np.ndarray[Any, Any] = (level * 32_767 * np.sin(2 * np.pi * 220 * times)).astype("<i2")
    return wave


def wav(
    samples: np.ndarray[Any, Any], *, rate: int = 16_000, declared_bytes: int | None = None
) -> bytes:
    """A WAV file; `declared_bytes` is what its header says, true or not."""
    data = samples.tobytes()
    size = len(data) if declared_bytes is None else declared_bytes
    header = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", (36 + size) & 0xFFFFFFFF)
        + b"WAVEfmt "
        + header
        + b"data"
        + struct.pack("<I", size)
        + data
    )


def encoded(container: str, codec: str, seconds: float = 2.0, *, level: float = 0.25) -> bytes:
    """A tone in another format, named as FFmpeg names them."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=48_000)
        source = tone(seconds, level=level)
        for start in range(0, len(source), 4_000):
            frame = av.AudioFrame.from_ndarray(
                source[start : start + 4_000].reshape(1, -1), "s16", "mono"
            )
            frame.sample_rate = 16_000
            for resampled in resampler.resample(frame):
                output.mux(stream.encode(resampled))
        for resampled in resampler.resample(None):
            output.mux(stream.encode(resampled))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def heard(*words: tuple[str, float, float] | tuple[str, float, float, float]) -> Transcript:
    """A transcript of (word, start, end) or (word, start, end, confidence), times in seconds."""
    spoken = [
        {"word": each[0], "start": each[1], "end": each[2]}
        | ({"probability": each[3]} if len(each) == 4 else {})
        for each in words
    ]
    text = " ".join(str(each[0]) for each in words)
    return read_whisper({"text": text, "words": spoken})


def evenly(text: str, *, unsure: Sequence[int] = (), step: float = 0.4) -> Transcript:
    """A transcript of words said one after the other; the confidence of some, by index, is 0.2."""
    return heard(
        *(
            (
                word,
                round(i * step, 3),
                round((i + 1) * step - 0.05, 3),
                0.2 if i in unsure else 0.95,
            )
            for i, word in enumerate(text.split())
        )
    )


def deepgram(words: Sequence[dict[str, Any]], *more_channels: Sequence[dict[str, Any]]) -> Any:
    """Deepgram's shape."""
    channels = [{"alternatives": [{"transcript": "", "words": w}]} for w in (words, *more_channels)]
    return {"metadata": {"duration": 9.5}, "results": {"channels": channels}}


def said(transcript: Transcript) -> list[tuple[str, int, int]]:
    """The words with their times in milliseconds."""
    return [(transcript.said(word), word.start_ms, word.end_ms) for word in transcript.words]


def parsed(lines: str) -> Transcript:
    """A transcript in a format told from its content, without the indentation of the test."""
    import textwrap

    return parse_transcript(textwrap.dedent(lines).lstrip("\n"))
