"""Transcripts that cannot be what was said are refused, whole answers never."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from grader.bank import ReferenceAnswer
from grader.speech import (
    AudioInvalid,
    CannotGrade,
    SpeechSettings,
    check_usable,
    transcribe,
    unusable,
)
from grader.speech.audio import Audio
from grader.speech.transcripts import Transcript, read_whisper
from tests.grader.speech.factories import evenly, tone, wav

GOOD = (
    "a queue lets the producer go on at once since the messages wait until the consumer has time "
    "and if it fails they are delivered again so handlers must bear repeats which is why i give "
    "each message an id and keep the ids that were handled already"
)


def problem(transcript: Transcript) -> str | None:
    return unusable(transcript, least_confidence=0.5)


def test_an_answer_is_usable() -> None:
    assert problem(evenly(GOOD)) is None
    assert problem(evenly("i don't know")) is None
    assert problem(evenly("subscribe")) is None
    assert problem(evenly(GOOD + " thank you for watching")) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no speech"),
        ("...", "no speech"),
        ("Thank you.", "nobody speaks"),
        ("Thank you. Thank you. Thank you.", "nobody speaks"),
        ("Thanks for watching!", "nobody speaks"),
        ("Thank you so much for watching. See you in the next video. Bye.", "nobody speaks"),
        ("Please like and subscribe to my channel.", "nobody speaks"),
        ("Subtitles by the Amara.org community", "nobody speaks"),
        ("Transcribed by https://example.org", "nobody speaks"),
        ("you", "nobody speaks"),
        ("and so the queue " * 8, "repeats itself"),
        ("[BLANK_AUDIO] [BLANK_AUDIO]", "repeats itself or holds no words"),
    ],
)
def test_what_recognisers_write_into_silence_is_not(text: str, what: str) -> None:
    found = problem(read_whisper({"text": text}, duration_ms=9000))

    assert found is not None
    assert what in found


def segments(text: str, **quality: float) -> Transcript:
    return read_whisper({"segments": [{"start": 0, "end": 30, "text": text, **quality}]})


def test_a_segment_that_the_model_takes_for_silence_is_not() -> None:
    sure = segments(GOOD, no_speech_prob=0.9, avg_logprob=-0.3)
    unsure = segments(GOOD, no_speech_prob=0.9, avg_logprob=-1.3)

    assert problem(sure) is None
    assert "nothing was said" in str(problem(unsure))


def test_a_segment_that_compresses_too_well_is_not() -> None:
    assert "repeats itself" in str(problem(segments(GOOD, compression_ratio=2.9)))
    assert problem(segments(GOOD, compression_ratio=1.9)) is None


def test_a_loop_with_changing_words_is_found_by_compression() -> None:
    rounds = [f"and then we go to step {number} of the plan" for number in range(40)]

    assert problem(evenly(" ".join(rounds))) is not None


def test_no_reference_answer_is_taken_for_a_loop(
    real_corpus: Mapping[str, ReferenceAnswer],
) -> None:
    for reference in real_corpus.values():
        text = reference.text
        whole = Transcript(text=text, words=(), source="test")
        assert problem(whole) is None, text[:80]


def test_if_most_words_are_unsure_nothing_is_relied_on() -> None:
    words = GOOD.split()

    assert problem(evenly(GOOD, unsure=range(0, len(words), 3))) is None
    assert "unsure of" in str(problem(evenly(GOOD, unsure=range(len(words) // 2 + 1))))


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(CannotGrade, match=r"cannot grade: no speech.*record again or type"):
        check_usable(read_whisper({"text": ""}), least_confidence=0.5)


class _Engine:
    """Writes down what it is told to."""

    identity = "told"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: dict[str, Any] = {}

    async def transcribe(
        self, audio: Audio, *, vocabulary: Sequence[str] = (), language: str | None = None
    ) -> Transcript:
        self.asked = {"vocabulary": vocabulary, "language": language}
        return read_whisper({"text": self.text}, audio.duration_ms)


def test_a_recording_becomes_a_transcript() -> None:
    engine = _Engine("It decouples.")

    transcript = asyncio.run(
        transcribe(wav(tone(2)), engine, SpeechSettings(), vocabulary=("libuv",))
    )

    assert transcript.text == "It decouples."
    assert transcript.duration_ms == 2000
    assert engine.asked == {"vocabulary": ("libuv",), "language": "en"}


def test_silence_is_refused_before_an_engine_is_asked() -> None:
    engine = _Engine("Thank you for watching.")

    with pytest.raises(CannotGrade, match="silence"):
        asyncio.run(transcribe(wav(tone(2, level=0)), engine, SpeechSettings()))
    assert not engine.asked


def test_limits_are_those_of_the_settings() -> None:
    with pytest.raises(AudioInvalid, match="0:01 minutes"):
        asyncio.run(transcribe(wav(tone(2)), _Engine("x"), SpeechSettings(max_seconds=1)))


def test_noise_that_an_engine_turns_into_thanks_is_refused() -> None:
    with pytest.raises(CannotGrade, match="nobody speaks"):
        asyncio.run(transcribe(wav(tone(2)), _Engine("Thank you."), SpeechSettings()))
