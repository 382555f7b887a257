"""Reading a recording: what it is, how long it is, whether anything is said, and its samples.

Files are hostile until shown otherwise. The demuxer is the one for what the first bytes are, so
that no playlist or script of another format is followed; lengths are checked before decoding and
again while decoding, so that neither a false header nor an hour of compressed silence is unpacked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.speech._errors import AudioInvalid, CannotGrade
from grader.speech.audio._sniff import declared_wav_bytes, sniff
from grader.speech.audio._types import RATE, Audio, AudioLimits

if TYPE_CHECKING:
    import av
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

_DEMUXERS = {
    "wav": "wav",
    "mp3": "mp3",
    "m4a": "mp4",
    "ogg": "ogg",
    "webm": "matroska",
    "flac": "flac",
}
_RATES = range(4_000, 384_001)
_MOST_CHANNELS = 8
_SHORTEST_SECONDS = 0.3
_MOST_BROKEN = 0.05

# A file is cut off where it is shorter than it declares by more than rounding and padding.
_CUT_SECONDS = 0.5
_CUT_SHARE = 0.98

# Speech is loud for longer than a click is.
_WINDOW = RATE // 20
_LOUD_WINDOWS = 5


def read_audio(data: bytes, limits: AudioLimits | None = None) -> Audio:
    """Read a recording; takes processor time, some milliseconds a second of audio.

    Args:
        data: The file.
        limits: What is accepted; the defaults of the settings if None.

    Raises:
        AudioInvalid: Not audio, damaged, cut off, or larger or longer than allowed.
        CannotGrade: Nobody speaks: it is silent, or too short for a word.
    """
    limits = limits or AudioLimits()
    if len(data) > limits.max_bytes:
        raise AudioInvalid(
            f"the audio has {len(data) / 1e6:.1f} MB; the limit is {limits.max_bytes / 1e6:.1f} MB "
            "(GRADER_SPEECH_MAX_BYTES); send one answer at a time, or compress it"
        )
    kind = sniff(data)
    declared = declared_wav_bytes(data) if kind == "wav" else None
    if declared is not None and declared[1] < _CUT_SHARE * declared[0]:
        raise _cut_off(f"{declared[1]:,} of {declared[0]:,} bytes are there")
    samples = _decoded(data, kind, limits)
    seconds = len(samples) / RATE
    if seconds < _SHORTEST_SECONDS:
        raise CannotGrade(
            f"cannot grade: the recording lasts {seconds:.1f} s; record the answer again"
        )
    level = _level(samples)
    if level <= limits.silence_level:
        raise CannotGrade(
            "cannot grade: silence; the recording never rises above "
            f"{limits.silence_level:g} dB. Check the microphone and record again"
        )
    return Audio(samples=samples, kind=kind, level=round(level, 1))


def _decoded(data: bytes, kind: str, limits: AudioLimits) -> NDArray[np.int16]:
    import av
    import numpy as np

    try:
        with av.open(
            io.BytesIO(data), "r", format=_DEMUXERS[kind], metadata_errors="ignore"
        ) as file:
            declared = _check_declared(file, kind, limits)
            chunks = list(_chunks(file, limits))
    except av.FFmpegError as error:
        raise AudioInvalid(
            f"the {kind} file is damaged or incomplete ({error.strerror}); record or export it "
            "again"
        ) from None
    samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
    seconds = len(samples) / RATE
    is_reliable = kind != "mp3" or b"Xing" in data[:8192] or b"Info" in data[:8192]
    if declared is not None and is_reliable and _is_cut(seconds, declared):
        raise _cut_off(f"{seconds:.1f} of {declared:.1f} seconds are there")
    return samples


def _check_declared(file: InputContainer, kind: str, limits: AudioLimits) -> float | None:
    """Check what the file says of itself; return its length in seconds where it says it."""
    if not file.streams.audio:
        raise AudioInvalid(f"the {kind} file holds no sound; send one with an audio track")
    stream = file.streams.audio[0]
    context = stream.codec_context
    if context.sample_rate not in _RATES or not 1 <= context.channels <= _MOST_CHANNELS:
        raise AudioInvalid(
            f"{context.sample_rate:,} samples a second on {context.channels} channels are no "
            "recording of speech; export it as 16 kHz mono"
        )
    declared = None
    if stream.duration is not None and stream.time_base is not None:
        declared = float(stream.duration * stream.time_base)
    elif file.duration is not None:
        declared = file.duration / 1e6
    if declared is not None and declared > limits.max_seconds:
        raise _too_long(limits, f"lasts {_minutes(declared)}")
    return declared


def _chunks(file: InputContainer, limits: AudioLimits) -> Iterator[NDArray[np.int16]]:
    """Yield samples, one channel at `RATE`, no more than the limit."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    left = int(limits.max_seconds * RATE)
    for frame in _frames(file):
        if frame is not None:
            frame.pts = None
        for converted in resampler.resample(frame):
            chunk = converted.to_ndarray()[0].astype("int16", copy=False)
            left -= len(chunk)
            if left < 0:
                raise _too_long(limits, "goes on longer than that, whatever it declares")
            yield chunk


def _frames(file: InputContainer) -> Iterator[av.AudioFrame | None]:
    """Yield decoded frames, and None at the end; leave out a few that are broken, not many."""
    import av

    good = broken = 0
    for packet in file.demux(file.streams.audio[0]):
        try:
            for frame in packet.decode():
                good += 1
                yield frame
        except av.error.InvalidDataError:
            broken += 1
            if broken > 1 + _MOST_BROKEN * good:
                raise
    yield None


def _level(samples: NDArray[np.int16]) -> float:
    """Return the level of the loudest quarter of a second in all, in dB below full scale."""
    import numpy as np

    count = max(1, len(samples) // _WINDOW)
    windows = samples[: count * _WINDOW].reshape(count, -1).astype(np.float32) / 32768
    energy = np.sort(np.mean(windows**2, axis=1))[::-1]
    typical = float(energy[min(_LOUD_WINDOWS, len(energy)) - 1])
    return 10 * float(np.log10(max(typical, 1e-10)))


def _is_cut(seconds: float, declared: float) -> bool:
    return declared - seconds > _CUT_SECONDS and seconds < _CUT_SHARE * declared


def _cut_off(found: str) -> AudioInvalid:
    return AudioInvalid(f"the audio breaks off: {found}; send the whole recording")


def _too_long(limits: AudioLimits, what: str) -> AudioInvalid:
    return AudioInvalid(
        f"the recording {what}; the limit is {_minutes(limits.max_seconds)} "
        "(GRADER_SPEECH_MAX_SECONDS); send one answer at a time"
    )


def _minutes(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d} hours" if hours else f"{minutes}:{rest:02d} minutes"
