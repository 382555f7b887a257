"""Choosing the candidate, and keeping times when the candidate corrects the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.speech import SpeakerUnclear
from grader.speech.transcripts import Transcript, only, retimed
from tests.grader.speech.factories import evenly, parsed, said


@pytest.fixture
def interview() -> Transcript:
    return parsed("""
        WEBVTT

        00:01.000 --> 00:02.000
        <v Ann>Why a queue?

        00:02.000 --> 00:04.000
        <v Bob>It holds bursts.

        00:04.000 --> 00:05.000
        <v Ann>And?

        00:05.000 --> 00:06.000
        <v Bob>It decouples.
        """)


def test_the_candidates_words_keep_their_times_and_turns(interview: Transcript) -> None:
    candidate = only(interview, "bob")

    assert candidate.text == "It holds bursts.\nIt decouples."
    assert [candidate.said(word) for word in candidate.words] == [
        "It",
        "holds",
        "bursts.",
        "It",
        "decouples.",
    ]
    assert candidate.words[0].start_ms == 2000
    assert candidate.words[-1].end_ms == 6000
    assert [word.turn for word in candidate.words] == [1, 1, 1, 3, 3]


def test_with_several_speakers_one_must_be_named(interview: Transcript) -> None:
    with pytest.raises(SpeakerUnclear, match=r"'Ann' \(4 words\), 'Bob' \(5 words\)") as caught:
        only(interview)

    assert caught.value.details() == {"speakers": {"Ann": 4, "Bob": 5}}


def test_an_unknown_speaker_is_refused(interview: Transcript) -> None:
    with pytest.raises(SpeakerUnclear, match="no speaker 'Eve'; there are: 'Ann'"):
        only(interview, "Eve")
    with pytest.raises(SpeakerUnclear, match="names no speakers"):
        only(evenly("it decouples"), "Eve")


def test_a_single_speaker_need_not_be_named() -> None:
    transcript = evenly("it decouples")

    assert only(transcript) is transcript


def test_a_corrected_word_has_the_time_of_what_was_heard() -> None:
    heard = evenly("we use post gress for that", unsure=[2, 3])

    corrected = retimed(heard, "We use Postgres, for that.")

    assert corrected.text == "We use Postgres, for that."
    assert said(corrected) == [
        ("We", 0, 350),
        ("use", 400, 750),
        ("Postgres,", 800, 1550),
        ("for", 1600, 1950),
        ("that.", 2000, 2350),
    ]
    # The candidate vouches for what was corrected.
    assert corrected.words[2].confidence is None
    assert corrected.words[0].confidence == 0.95


def test_added_words_lie_in_the_gap_and_removed_ones_go() -> None:
    heard = evenly("um it retries", step=1.0)

    corrected = retimed(heard, "it always retries")

    assert said(corrected) == [("it", 1000, 1950), ("always", 1950, 2000), ("retries", 2000, 2950)]
    assert [word.interpolated for word in corrected.words] == [False, True, False]


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n,", max_size=40))
def test_any_correction_has_a_time_for_every_word(before: str, after: str) -> None:
    heard = evenly(before)

    corrected = retimed(heard, after)

    assert corrected.text == after
    if heard.words:
        assert [corrected.said(word) for word in corrected.words] == after.split()
        last = heard.words[-1].end_ms
        assert all(0 <= word.start_ms <= word.end_ms <= last for word in corrected.words)
