"""Delivery: every number worked out by hand on a few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.speech import SpeakerUnclear
from grader.speech.delivery import WINDOW_MS, Delivery, measure_delivery
from grader.speech.transcripts import Transcript
from tests.grader.speech.factories import evenly, heard, parsed

# um | a queue holds (0.5 s) bursts back (3 s) for later
SPOKEN = heard(
    ("um", 1.0, 1.4),
    ("a", 1.5, 1.6),
    ("queue", 1.7, 2.0),
    ("holds", 2.1, 2.5),
    ("bursts", 3.0, 3.5),
    ("back", 3.6, 4.0),
    ("for", 7.0, 7.2),
    ("later", 7.3, 7.9),
)


@pytest.fixture
def delivery() -> Delivery:
    return measure_delivery(SPOKEN)


def test_rates_leave_out_fillers_and_count_pauses_once(delivery: Delivery) -> None:
    assert delivery.words == 7
    assert delivery.speaking_ms == 6900  # 1.0 to 7.9
    assert delivery.speech_rate == round(7 / 6.9 * 60, 1)
    assert delivery.articulation_rate == round(7 / 3.4 * 60, 1)
    assert not delivery.estimated


def test_pauses_are_silences_of_a_quarter_second(delivery: Delivery) -> None:
    pauses = delivery.pauses

    assert pauses is not None
    assert (pauses.count, pauses.total_ms, pauses.longest_ms, pauses.long_count) == (
        2,
        3500,
        3000,
        1,
    )
    assert pauses.per_minute == round(2 / 6.9 * 60, 1)


def test_the_longest_run_has_no_pause(delivery: Delivery) -> None:
    run = delivery.longest_run

    assert run is not None
    assert (run.start_ms, run.duration_ms, run.words) == (1000, 1500, 3)


def test_fillers_are_filled_pauses_and_what_is_told() -> None:
    transcript = evenly("um so it is like uh you know a queue i like queues")

    plain = measure_delivery(transcript).fillers
    told = measure_delivery(transcript, fillers=("You know", "like")).fillers

    assert dict(plain.by_word) == {"um": 1, "uh": 1}
    assert dict(told.by_word) == {"like": 2, "um": 1, "uh": 1, "you know": 1}
    assert told.count == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the the queue holds it", ["the the"]),
        ("we have, we have a queue", ["we have, we"]),
        ("it is fast, I mean slow", ["I mean slow"]),
        ("we write no wait we read", ["no wait we"]),
        ("scratch that", []),
        ("it uses, scratch that, it needs a lock", ["scratch that, it"]),
        ("the vir- virtual machine", ["vir- virtual"]),
        ("I think that that is very very fast", []),
        ("This is a queue. Queue workers read it.", []),
        ("step 1 1 and 2", []),
        ("it stores the log and the log is read", []),
        ("I mean it is fast", []),
    ],
)
def test_self_corrections_are_repeats_editing_terms_and_broken_words(
    text: str, found: list[str]
) -> None:
    transcript = evenly(text)

    corrections = measure_delivery(transcript).self_corrections

    assert [transcript.text[c.start : c.end] for c in corrections] == found


def test_a_filler_within_a_repetition_does_not_hide_it() -> None:
    assert len(measure_delivery(evenly("the um the queue")).self_corrections) == 1


def test_what_others_say_is_no_pause_of_the_candidate() -> None:
    transcript = parsed("""
        WEBVTT

        00:00.000 --> 00:03.000
        <v Ann>Why a queue?

        00:03.000 --> 00:05.000
        <v Bob>It<00:00:04.000> decouples.

        00:05.000 --> 00:15.000
        <v Ann>And what else does it do, would you say?

        00:15.000 --> 00:17.000
        <v Bob>It<00:00:16.000> buffers.
        """)

    delivery = measure_delivery(transcript, speaker="Bob")

    assert delivery.speaking_ms == 4000
    assert delivery.speech_rate == 60.0
    with pytest.raises(SpeakerUnclear):
        measure_delivery(transcript)


def test_captions_tell_the_pace_and_no_pauses() -> None:
    delivery = measure_delivery(parsed("1\n00:00:00,000 --> 00:00:06,000\n" + "word " * 12))

    assert delivery.estimated
    assert delivery.speech_rate == 120.0
    assert delivery.articulation_rate is None
    assert delivery.pauses is None
    assert delivery.longest_run is None
    assert delivery.windows[0].pause_ms is None


def test_windows_are_fifteen_seconds_and_the_last_is_what_is_left() -> None:
    delivery = measure_delivery(evenly("word " * 50))  # 20 s

    assert [(w.start_ms, w.end_ms) for w in delivery.windows] == [(0, 15_000), (15_000, 19_950)]
    assert [w.words for w in delivery.windows] == [38, 12]
    assert delivery.windows[0].words_per_minute == 152.0


def test_a_window_that_the_candidate_hardly_speaks_in_has_no_pace() -> None:
    transcript = heard(("yes", 1.0, 1.4), ("it", 31.0, 31.5), ("does", 32.0, 36.0))

    paces = [window.words_per_minute for window in measure_delivery(transcript).windows]

    assert paces == [round(1 / 14 * 60, 1), 0.0, round(2 / 6 * 60, 1)]


def test_nothing_said_is_nothing_measured() -> None:
    delivery = measure_delivery(Transcript(text="", words=(), source="test"))

    assert (delivery.words, delivery.speech_rate, delivery.windows) == (0, 0.0, ())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["um", "the", "queue", "I", "mean", "vir-", "holds."]),
            st.floats(min_value=0, max_value=4),
            st.floats(min_value=0, max_value=2),
        ),
        max_size=40,
    )
)
def test_the_parts_add_up(words: list[tuple[str, float, float]]) -> None:
    time, spoken = 0.0, []
    for word, gap, length in words:
        time += gap
        spoken.append((word, time, time + length))
        time += length
    transcript = heard(*spoken)

    delivery = measure_delivery(transcript)

    assert delivery.words + sum(delivery.fillers.by_word.values()) == len(words)
    assert sum(window.words for window in delivery.windows) == delivery.words
    assert sum(window.fillers for window in delivery.windows) == delivery.fillers.count
    assert delivery.pauses is not None
    assert 0 <= delivery.pauses.total_ms <= delivery.speaking_ms
    assert sum(w.pause_ms or 0 for w in delivery.windows) == delivery.pauses.total_ms
    assert delivery.longest_run is None or delivery.longest_run.duration_ms <= delivery.speaking_ms
    assert all(w.end_ms - w.start_ms <= WINDOW_MS for w in delivery.windows)
