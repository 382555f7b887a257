"""Paragraphs, lists and headings."""

from __future__ import annotations

import pytest

from tests.grader.answers.reading import blocks, quotes


@pytest.mark.parametrize(
    "marker", ["-", "*", "+", "•", "–", "1.", "12)", "(3)", "a)", "b.", "(c)", "\t-", "  *"]
)
def test_each_entry_of_a_list_is_a_block_without_its_marker(marker: str) -> None:
    text = f"Two things:\n{marker} one thread\n{marker} many sockets"

    assert quotes(text) == ["Two things:", "one thread", "many sockets"]
    assert blocks(text) == [0, 1, 2]


def test_an_entry_of_several_sentences_is_one_block() -> None:
    text = "- One thread. It runs.\n- Many sockets."

    assert quotes(text) == ["One thread.", "It runs.", "Many sockets."]
    assert blocks(text) == [0, 0, 1]


def test_a_wrapped_line_goes_on_with_its_sentence() -> None:
    text = "The loop runs\none callback. Then\nthe next."

    assert quotes(text) == ["The loop runs\none callback.", "Then\nthe next."]
    assert blocks(text) == [0, 0]


def test_a_wrapped_entry_goes_on_with_its_sentence() -> None:
    assert quotes("- the loop runs\n  one callback\n- then the next") == [
        "the loop runs\n  one callback",
        "then the next",
    ]


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\n\n\n\n"])
def test_an_empty_line_ends_a_paragraph_and_its_sentence(gap: str) -> None:
    text = f"one thread{gap}many sockets"

    assert quotes(text) == ["one thread", "many sockets"]
    assert blocks(text) == [0, 1]


def test_a_heading_begins_a_block() -> None:
    assert blocks("one thread\n## Sockets\n") == [0, 1]


@pytest.mark.parametrize("text", ["well-known", "a -1 offset", "2.5 ms", "x - y is z", "e.g. this"])
def test_what_only_resembles_a_list_marker_stays(text: str) -> None:
    assert quotes(text) == [text]


def test_windows_line_ends_split_like_others() -> None:
    text = "Two things:\n- one\n  thread. Yes.\n- two\n\nLast\nwords."

    with_crlf = quotes(text.replace("\n", "\r\n"))

    assert [q.replace("\r\n", "\n") for q in with_crlf] == quotes(text)
