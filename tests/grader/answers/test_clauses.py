"""Speech without punctuation."""

from __future__ import annotations

import pytest

from tests.grader.answers.reading import quotes

TRANSCRIPT = (
    "so um basically the event loop is a single thread that takes one callback at a time and the "
    "kernel watches all of the sockets for it with something like epoll and when a socket has data "
    "it puts the callback in a queue and then the loop picks it up because nothing else is running "
    "at that moment um if you do heavy work in a handler then everybody else has to wait so you "
    "should move that work to a worker thread or another process and also file access is different "
    "because that goes to the thread pool of libuv which has four threads by default but you can "
    "change that with an environment variable well and promises they run as microtasks after each "
    "callback before the loop goes on and next tick even before those so you can starve the loop "
    "with them if you are not careful and timers are only checked once per turn so they may be late"
)


def test_a_transcript_without_punctuation_is_split_into_clauses() -> None:
    said = quotes(TRANSCRIPT)

    assert len(TRANSCRIPT.split()) > 150
    assert " ".join(said) == TRANSCRIPT
    assert max(len(clause.split()) for clause in said) <= 24
    assert min(len(clause.split()) for clause in said) >= 7


def test_clauses_begin_where_a_speaker_starts_afresh() -> None:
    opened = sum(
        clause.split()[0] in {"and", "but", "so", "because", "if", "then", "um", "when", "well"}
        for clause in quotes(TRANSCRIPT)
    )

    assert opened >= len(quotes(TRANSCRIPT)) * 0.8


def test_a_stretch_without_openers_is_split_by_length_alone() -> None:
    sizes = [len(clause.split()) for clause in quotes("word " * 200)]

    assert sum(sizes) == 200
    assert max(sizes) <= 30


@pytest.mark.parametrize("count", [1, 20, 28])
def test_a_sentence_of_common_length_stays_whole(count: int) -> None:
    text = " ".join((["and", "then"] * 14)[:count])

    assert quotes(text) == [text]


def test_ten_thousand_spoken_words_give_segments_in_proportion() -> None:
    once, many = quotes(TRANSCRIPT), quotes((TRANSCRIPT + " ") * 70)

    assert len(TRANSCRIPT.split()) * 70 > 10_000
    assert len(once) * 60 <= len(many) <= len(once) * 80
