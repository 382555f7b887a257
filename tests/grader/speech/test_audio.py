"""Recordings: every accepted format, limits, silence, and files that are not what they say."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.speech import AudioInvalid, CannotGrade
from grader.speech.audio import KINDS, RATE, AudioLimits, read_audio, sniff
from tests.grader.speech.factories import encoded, tone, wav

FORMATS = {
    "mp3": ("mp3", "libmp3lame"),
    "mp4": ("mp4", "aac"),
    "m4a": ("ipod", "aac"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "mkv": ("matroska", "libopus"),
    "flac": ("flac", "flac"),
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Two seconds of a tone in each format."""
    return {name: encoded(*how) for name, how in FORMATS.items()} | {"wav": wav(tone(2))}


@pytest.mark.parametrize("name", [*FORMATS, "wav"])
def test_each_format_is_read_as_what_it_is(files: dict[str, bytes], name: str) -> None:
    audio = read_audio(files[name])

    assert audio.kind == {"mp4": "m4a", "mkv": "webm"}.get(name, name)
    assert audio.kind in KINDS
    assert audio.duration_ms == pytest.approx(2000, abs=80)
    assert audio.level == pytest.approx(-15, abs=1)  # a sine at a quarter of full scale


def test_other_rates_and_channels_become_16_khz_mono() -> None:
    audio = read_audio(wav(tone(1, rate=44_100), rate=44_100))

    assert audio.samples.dtype == np.int16
    assert audio.samples.ndim == 1
    assert len(audio.samples) == pytest.approx(RATE, abs=50)


def test_what_is_sent_on_is_the_same_sound_without_the_rest_of_the_file(
    files: dict[str, bytes],
) -> None:
    audio = read_audio(files["webm"])

    again = read_audio(audio.to_flac())

    assert again.kind == "flac"
    assert np.array_equal(again.samples, audio.samples)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on" + b" " * 100, "application/pdf"),
        (b"Dear grader, my answer is as follows.", "this is text"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "this is text"),
        (bytes(range(200, 256)) * 10, "not audio that can be read; send wav"),
        (b"RIFF\0\0\0\0WAVE" + b"x" * 200, "wav file is damaged"),
        (b"ID3\x04\0\0\0\0\0\0" + b"abc" * 1000, "mp3 file is damaged"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "m4a file is damaged"),
    ],
)
def test_what_is_no_audio_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(AudioInvalid, match=what):
        read_audio(data)


def test_a_zip_bomb_is_not_unpacked() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("answer.wav", b"\0" * 10_000_000)

    with pytest.raises(AudioInvalid, match="application/zip"):
        read_audio(archive.getvalue())


@pytest.mark.parametrize("name", ["mp3", "m4a", "webm", "flac"])
def test_a_file_that_is_cut_off_is_refused(files: dict[str, bytes], name: str) -> None:
    data = files[name]

    with pytest.raises(AudioInvalid, match=r"breaks off|damaged or incomplete"):
        read_audio(data[: len(data) // 2])


def test_a_wav_with_less_than_it_declares_is_refused() -> None:
    with pytest.raises(AudioInvalid, match="64,000 of 320,000 bytes are there"):
        read_audio(wav(tone(2), declared_bytes=320_000))


@pytest.mark.parametrize("declared", [0, 0xFFFFFFFF])
def test_a_wav_that_was_streamed_declares_no_length_and_is_read(declared: int) -> None:
    assert read_audio(wav(tone(2), declared_bytes=declared)).duration_ms == 2000


def test_too_many_bytes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(AudioInvalid, match=r"0\.1 MB; the limit is 0\.0 MB.*MAX_BYTES"):
        read_audio(wav(tone(2)), AudioLimits(max_bytes=1000))


def test_a_declared_length_beyond_the_limit_is_refused() -> None:
    hours = encoded("flac", "flac", 2.0)
    # The number of samples stands in the last 36 bits of 8 bytes of the stream's header.
    declared = bytearray(hours)
    declared[21] |= 0x0F
    declared[22:26] = b"\xff\xff\xff\xff"

    with pytest.raises(AudioInvalid, match=r"hours; the limit is 15:00 minutes"):
        read_audio(bytes(declared))


def test_a_false_length_does_not_get_past_the_limit() -> None:
    long = bytearray(encoded("flac", "flac", 5.0))
    long[21] &= 0xF0
    long[22:26] = b"\0\0\0\0"

    with pytest.raises(AudioInvalid, match="goes on longer"):
        read_audio(bytes(long), AudioLimits(max_seconds=2))


def test_a_rate_that_no_recorder_has_is_refused() -> None:
    with pytest.raises(AudioInvalid, match="1 samples a second"):
        read_audio(wav(tone(2), rate=1))


@pytest.mark.parametrize("level", [0.0, 0.001])
def test_silence_cannot_be_graded(level: float) -> None:
    with pytest.raises(CannotGrade, match="cannot grade: silence"):
        read_audio(wav(tone(2, level=level)))


def test_a_click_is_no_speech_and_a_few_words_are() -> None:
    click, words = tone(5, level=0), tone(5, level=0)
    click[8000:8100] = 20_000
    words[8000:16_000] = tone(0.5)

    with pytest.raises(CannotGrade):
        read_audio(wav(click))
    assert read_audio(wav(words)).duration_ms == 5000


def test_what_is_too_short_for_a_word_cannot_be_graded() -> None:
    with pytest.raises(CannotGrade, match=r"lasts 0\.1 s"):
        read_audio(wav(tone(0.1)))


@given(st.sampled_from(["mp3", "m4a", "webm", "ogg", "flac", "wav"]), st.data())
def test_damage_is_refused_or_read_and_never_anything_else(name: str, data: st.DataObject) -> None:
    whole = bytearray(_DAMAGED[name])
    for _ in range(data.draw(st.integers(1, 20))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))

    try:
        audio = read_audio(bytes(whole[:cut]), AudioLimits(max_seconds=10))
    except AudioInvalid as error:
        assert str(error)  # noqa: PT017 - any refusal will do, and nothing but a refusal
    else:
        assert audio.duration_ms <= 10_000


@pytest.mark.parametrize("second", [0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3])
def test_mpeg_frames_are_known_with_and_without_checksums(second: int) -> None:
    assert sniff(bytes([0xFF, second, 0x90, 0x00]) + bytes(400)) == "mp3"


_DAMAGED = {
    name: encoded(*how, seconds=1.0)
    for name, how in FORMATS.items()
    if name in ("mp3", "m4a", "webm", "ogg", "flac")
} | {"wav": wav(tone(1))}
