from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.words import content_words, overlap, stem, word_spans, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One thread, many sockets.", ["one", "thread", "many", "sockets"]),
        ("Node.js and C++ or C#", ["node.js", "and", "c++", "or", "c#"]),
        ("read-only HTTP/2 snake_case", ["read-only", "http/2", "snake_case"]),
        ("It isn't; it isn’t.", ["it", "isn't", "it", "isn’t"]),
        ("v1.2.3 costs 3.5 ms", ["v1.2.3", "costs", "3.5", "ms"]),
        ("the end. Then", ["the", "end", "then"]),
        ("(a)/[b] --flag 'quoted'", ["a", "b", "flag", "quoted"]),
        ("-dash- _under_ 'tis", ["dash", "under", "tis"]),
        ("Ядро СЛЕДИТ", ["ядро", "следит"]),
        ("naïve Straße", ["naïve", "straße"]),
        ("单线程，事件", ["单线程", "事件"]),
        ("🎉 one 🚀", ["one"]),
        ("", []),
        ("... -- !", []),
    ],
)
def test_words_are_lower_case_in_order(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("word", ["हिन्दी", "ไม่", "cafe\u0301", "שָׁלוֹם"], ids=ascii)
def test_combining_marks_belong_to_their_word(word: str) -> None:
    assert words(word) == [word]


@given(st.text(max_size=80))
def test_there_is_a_span_for_every_word(text: str) -> None:
    spans = word_spans(text)

    assert [text[start:end].lower() for start, end in spans] == words(text)
    assert spans == sorted(spans)


@given(st.lists(st.sampled_from(["thread", "node.js", "c++", "don't", "3.5"]), max_size=8))
def test_words_joined_by_spaces_come_back(said: list[str]) -> None:
    assert words(" ".join(said)) == said


def test_content_words_leave_out_what_carries_no_meaning() -> None:
    assert content_words("So the event loop is basically one of the threads") == [
        "event",
        "loop",
        "threads",
    ]


@pytest.mark.parametrize("word", ["not", "no", "never", "without", "none"])
def test_a_negation_carries_meaning(word: str) -> None:
    assert content_words(f"it is {word} of them") == [word]


@pytest.mark.parametrize(
    ("word", "other"),
    [("threads", "thread"), ("blocking", "blocked"), ("caches", "cached"), ("query", "queries")],
)
def test_forms_of_a_word_have_one_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)


@pytest.mark.parametrize(("word", "other"), [("cache", "catch"), ("commit", "common")])
def test_different_words_have_different_stems(word: str, other: str) -> None:
    assert stem(word) != stem(other)


@pytest.mark.parametrize(
    ("part", "whole", "size", "expected"),
    [
        ("a b c d", "a b c d", 2, 1.0),
        ("a b c d", "x a b c d y", 2, 1.0),
        ("a b c d", "d c b a", 2, 0.0),
        ("a b c d", "d c b a", 1, 1.0),
        ("a b c d", "a b x c d", 2, 2 / 3),
        ("a b c d", "a b c", 3, 0.5),
        ("a b", "x a b y", 5, 1.0),
        ("a b", "b a", 5, 0.0),
        ("a b c", "a", 3, 0.0),
        ("a b c", "", 1, 0.0),
        ("", "a b c", 3, 0.0),
        ("a a a x", "a a", 2, 2 / 3),
    ],
)
def test_overlap_is_the_share_of_runs_found(
    part: str, whole: str, size: int, expected: float
) -> None:
    assert overlap(part.split(), whole.split(), size) == pytest.approx(expected)


said_words = st.lists(st.sampled_from("abc"), min_size=1, max_size=10)


@given(part=said_words, whole=said_words, size=st.integers(1, 5))
def test_overlap_lies_between_0_and_1(part: list[str], whole: list[str], size: int) -> None:
    assert 0 <= overlap(part, whole, size) <= 1


@given(before=said_words, part=said_words, after=said_words, size=st.integers(1, 5))
def test_what_was_copied_overlaps_fully(
    before: list[str], part: list[str], after: list[str], size: int
) -> None:
    assert overlap(part, [*before, *part, *after], size) == 1
