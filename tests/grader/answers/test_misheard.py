from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.answers import Answer, read_answer
from grader.types import Repair

MISHEARD: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[2] / "data" / "misheard.json").read_text("utf-8")
)
TERMS = tuple(MISHEARD)


def read(text: str, vocabulary: tuple[str, ...] = TERMS) -> Answer:
    return read_answer(text, max_characters=20_000, vocabulary=vocabulary)


def repaired(text: str, vocabulary: tuple[str, ...] = TERMS) -> dict[str, str]:
    return {repair.heard: repair.term for repair in read(text, vocabulary).repairs}


def said(heard: str) -> str:
    return f"um so then we would use {heard} for that part"


@pytest.mark.parametrize(
    ("heard", "term"),
    [
        ("node jay ess", "Node.js"),
        ("post gress", "PostgreSQL"),
        ("postgres sequel", "PostgreSQL"),
        ("cooper netties", "Kubernetes"),
        ("red is", "Redis"),
        ("lib you vee", "libuv"),
        ("are gone two", "Argon2"),
        ("bee crypt", "bcrypt"),
        ("jot", "JWT"),
        ("jay double u tee", "JWT"),
        ("see sharp", "C#"),
        ("cash", "cache"),
        ("end points", "endpoints"),
        ("a sink", "async"),
        ("my sequel", "MySQL"),
        ("engine x", "nginx"),
        ("o auth", "OAuth"),
        ("web hook", "webhook"),
        ("http two", "HTTP/2"),
        ("tee cee pee", "TCP"),
        ("cube cuttle", "kubectl"),
    ],
)
def test_a_term_is_known_by_its_sound(heard: str, term: str) -> None:
    assert repaired(said(heard)) == {heard: term}


def test_nine_in_ten_of_the_mishearings_are_found() -> None:
    pairs = [(heard, term) for term, all_heard in MISHEARD.items() for heard in all_heard]
    missed = [pair for pair in pairs if repaired(said(pair[0])).get(pair[0]) != pair[1]]
    assert len(pairs) >= 120
    assert len(missed) / len(pairs) <= 0.1, missed


@pytest.mark.parametrize(
    "text",
    [
        "um so the customer pays in cash and the money goes to the bank",
        "um so when the light is red is the moment at which all of them wait, not green",
        "um just jot it down in a note",
        "um so a transaction that reads uncommitted data is a read uncommitted one",
        "um so you are i think right there and we see you at the end",
        "um so the value is settled at once and they read it immediately",
        "um so the node has two lists and the other node is full",
        "um and see if i are there",
        "um so redis and kafka and postgres with the cache in front of the endpoints",
    ],
)
def test_what_was_plainly_said_stays(text: str) -> None:
    terms = (*TERMS, "read committed", "setImmediate", "CI", "API version")
    assert repaired(text, terms) == {}


def test_the_first_of_several_vocabularies_does_not_leak_into_the_next() -> None:
    assert repaired(said("post gress"), ("PostgreSQL",)) == {"post gress": "PostgreSQL"}
    assert repaired(said("post gress"), ("Kafka",)) == {}


def test_a_longer_term_wins_over_a_shorter_one_in_it() -> None:
    terms = ("idempotency", "idempotency key", "Cache-Control", "cache")
    assert repaired("um the item potency key and the cash control header", terms) == {
        "item potency key": "idempotency key",
        "cash control": "Cache-Control",
    }


def test_typed_answers_are_left_alone() -> None:
    typed = "We use red is, post gress and a cash. All of them run as pods (three each)."
    assert read(typed).repairs == ()


def test_nothing_is_looked_for_without_a_vocabulary() -> None:
    assert read_answer(said("post gress"), max_characters=500).repairs == ()


def test_a_term_without_letters_does_no_harm() -> None:
    assert repaired(said("post gress"), ("", "—", "PostgreSQL", "@")) == {
        "post gress": "PostgreSQL"
    }


def test_reading_repairs_and_quote_does_not() -> None:
    answer = read("um so the data is in post gress. And red is holds the sessions.")
    first, second = answer.segments
    assert answer.quote(first) == "um so the data is in post gress."
    assert answer.reading(first) == "um so the data is in PostgreSQL."
    assert answer.reading(second) == "And Redis holds the sessions."
    both = next(window for window in answer.windows if window.last > window.first)
    assert answer.reading(both) == f"{answer.reading(first)} {answer.reading(second)}"


def test_no_repair_crosses_a_border() -> None:
    assert repaired("um that is all for red. Is there more? um post, gress") == {}


def test_an_answer_without_repairs_reads_as_it_is() -> None:
    answer = read("um nothing of note here")
    assert [answer.reading(each) for each in answer.windows] == [
        answer.quote(each) for each in answer.windows
    ]


PIECES = [heard for all_heard in MISHEARD.values() for heard in all_heard] + [
    *(
        "um",
        "so the",
        ".",
        "\n\n",
        ", ",
        "Ünïcode",
        "日本",
        "🙂",
        "'s",
        "two",
        "fifty",
        "double",
        "u",
    ),
    *("É", "İ", "ß", "-", "_", "oh", "a", "is", "the cache", "```\ncash\n```", "ſ", "²"),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), min_size=1, max_size=25))
def test_repairs_quote_the_text_in_order_inside_segments(pieces: list[str]) -> None:
    text = "um ok " + " ".join(pieces).replace("\x00", "")
    answer = read(text)
    previous = 0
    for repair in answer.repairs:
        assert text[repair.start : repair.end] == repair.heard
        assert previous <= repair.start < repair.end
        assert 0 < repair.likeness <= 1
        assert repair.term in TERMS
        assert any(s.start <= repair.start and repair.end <= s.end for s in answer.segments)
        previous = repair.end
    for window in answer.windows:
        reading = answer.reading(window)
        inside = [r for r in answer.repairs if window.start <= r.start and r.end <= window.end]
        grown = sum(len(r.term) - len(r.heard) for r in inside)
        assert len(reading) == len(answer.quote(window)) + grown


def test_a_repair_is_a_value() -> None:
    repair = Repair(start=0, end=6, heard="red is", term="Redis", likeness=1.0)
    assert repair == Repair(start=0, end=6, heard="red is", term="Redis", likeness=1.0)
    with pytest.raises(ValidationError):
        repair.term = "Kafka"  # type: ignore[misc]
