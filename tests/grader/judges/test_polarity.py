from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

# The cues are the local judge's own; only the judge itself, with its model, shows them outside.
from grader.judges.local._polarity import Mismatch, mismatch, read_cues


def between(statement: str, said: str) -> Mismatch:
    return mismatch(read_cues(statement), read_cues(said))


@pytest.mark.parametrize(
    "text",
    [
        "It does not block.",
        "It doesn't block.",
        "It doesn’t block.",
        "It DOESN'T block.",
        "it doesnt block",
        "You cannot change it.",
        "You can not change it.",
        "You can't change it.",
        "It won’t block.",
        "It mustn't block.",
        "You needn’t wait.",
        "It isn't so.",
        "They aren't there.",
        "It wasn't read.",
        "You shouldn't do it.",
        "There is no lock.",
        "It never blocks.",
        "None of them block.",
        "Neither blocks.",
        "It runs without a lock.",
        "Nothing is lost.",
        "It hardly blocks.",
        "It is a non-blocking call.",
        "The server lacks a lock.",
        "It is impossible to lose one.",
        "It fails to lock.",
    ],
)
def test_a_negation_is_read(text: str) -> None:
    assert read_cues(text).negations > 0


@pytest.mark.parametrize(
    "text",
    [
        "It blocks.",
        "It is another note.",
        "The notation is known.",
        "Nodes announce themselves.",
        "It wants a lock.",
        "Don is here.",
        "He said 'it blocks'.",
        "Cantor wrote it.",
        "An event is sent.",
    ],
)
def test_a_sentence_without_negation_has_none(text: str) -> None:
    assert read_cues(text).negations == 0


@pytest.mark.parametrize(
    ("short", "long"),
    [
        pytest.param(
            "It isn't so.",
            "It is not so.",
        ),
        ("It needn't wait.", "It need not wait."),
        ("You cannot do it.", "You can not do it."),
        ("It isnt so.", "It is not so."),
    ],
)
def test_a_contraction_counts_as_one_negation(short: str, long: str) -> None:
    assert read_cues(short).negations == read_cues(long).negations == 1


@pytest.mark.parametrize("apostrophe", ["\u02bc", "\u2018", "`", "´"], ids=ascii)
def test_other_apostrophes_are_read(apostrophe: str) -> None:
    assert read_cues(f"It isn{apostrophe}t so.").negations > 0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("four threads", {"4"}),
        ("Zero or twelve", {"0", "12"}),
        ("4 threads", {"4"}),
        ("It takes 3.5 ms, not 35.", {"3.5", "35"}),
        ("HTTP/2 on port 8080", {"2", "8080"}),
        ("UTF-8 and SHA256", {"8", "256"}),
        ("p99 of 50ms", {"99", "50"}),
        ("one of them", set()),
        ("someone often wins", set()),
        ("1 of them", {"1"}),
        ("none", set()),
    ],
)
def test_numbers_and_number_words_are_read(text: str, numbers: set[str]) -> None:
    assert read_cues(text).numbers == numbers


@pytest.mark.parametrize(
    ("statement", "said", "differs"),
    [
        ("It blocks.", "It does not block.", True),
        ("It does not block.", "It blocks.", True),
        ("It doesn't block.", "It never blocks.", False),
        ("It blocks.", "It stops.", False),
        ("It doesn’t block.", "it does not block", False),
        ("It is not that it never blocks.", "It doesn't block.", False),
    ],
)
def test_a_negation_on_one_side_is_a_mismatch(statement: str, said: str, differs: bool) -> None:
    assert between(statement, said).negation == float(differs)


@pytest.mark.parametrize(
    ("statement", "said", "differs"),
    [
        ("four threads", "128 threads", True),
        ("four threads", "4 threads", False),
        ("four threads", "some threads", False),
        ("some threads", "4 threads", False),
        ("four of 8", "8 of them", False),
        ("port 80 or 443", "port 22", True),
        ("3.5 ms", "35 ms", True),
    ],
)
def test_other_numbers_are_a_mismatch(statement: str, said: str, differs: bool) -> None:
    assert between(statement, said).number == float(differs)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("1,000 connections", "1000 connections"),
        ("10000 clients", "10k clients"),
        ("1.0 seconds", "1 second"),
    ],
)
def test_the_same_number_written_otherwise_is_no_mismatch(statement: str, said: str) -> None:
    assert between(statement, said).number == 0


@pytest.mark.parametrize("text", ["twenty workers", "a hundred clients", "a thousand rows"])
def test_larger_number_words_are_read(text: str) -> None:
    assert read_cues(text).numbers


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("The call is synchronous.", "The call is asynchronous."),
        ("The call is blocking.", "The call is non-blocking."),
        ("It runs before the poll.", "It runs after the poll."),
        ("It is always read.", "It is never read."),
        ("Reads get faster.", "Reads get slower."),
        ("It takes more memory.", "It takes less memory."),
        ("It takes more threads.", "It takes fewer threads."),
        ("One thread does it.", "Many threads do it."),
        ("The client sends it.", "The server sends it."),
        ("It is for authentication.", "It is for authorization."),
        ("It works with a lock.", "It works without a lock."),
        ("The FIRST one wins.", "The last one wins."),
        ("It is exactly-once.", "It is at-least-once."),
    ],
)
def test_an_opposite_is_a_mismatch_in_both_directions(statement: str, said: str) -> None:
    assert between(statement, said).opposite == 1
    assert between(said, statement).opposite == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("The call is synchronous.", "The call is synchronous."),
        ("The call is synchronous.", "The call is slow."),
        ("From first to last.", "The last of them."),
        ("The client calls the server.", "The server answers."),
        ("Reads get faster.", "Writes and reads get faster than before."),
    ],
)
def test_no_opposite_is_no_mismatch(statement: str, said: str) -> None:
    assert between(statement, said).opposite == 0


sentences = st.lists(
    st.sampled_from(
        ["it", "not", "don't", "never", "before", "after", "4", "four", "first", "last", "node.js"]
    ),
    max_size=6,
).map(" ".join)


@given(sentences)
def test_a_sentence_does_not_differ_from_itself(text: str) -> None:
    assert between(text, text) == (0, 0, 0)
    assert between(text, text.upper()) == (0, 0, 0)


@given(statement=sentences, said=sentences)
def test_negations_and_numbers_differ_either_way_round(statement: str, said: str) -> None:
    there, back = between(statement, said), between(said, statement)

    assert (there.negation, there.number) == (back.negation, back.number)


@given(st.text(max_size=60))
def test_cues_are_read_from_any_text(text: str) -> None:
    cues = read_cues(text)

    assert cues.negations >= 0
    assert all(number.replace(".", "", 1).isdecimal() for number in cues.numbers)
