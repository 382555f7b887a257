"""What holds of every answer that can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from grader.answers import matchable
from grader.errors import AnswerInvalid
from tests.grader.answers.reading import answers_like, blocks, read, readable

# The number or letter before a list's entry; it is not among the candidate's words.
LIST_MARKER = re.compile(r"[ \t]*\(?(?:\d{1,2}|[a-z])")


def is_list_marker(text: str, position: int) -> bool:
    line = text[:position].splitlines(keepends=True)[-1:] or [""]
    before = "" if line[0].endswith(tuple("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")) else line[0]
    return LIST_MARKER.fullmatch(before + text[position]) is not None


@given(readable)
def test_segments_come_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    answer = read(text)

    assert answer.text == text
    position = 0
    for segment in answer.segments:
        assert position <= segment.start < segment.end <= len(text)
        position = segment.end


@given(readable)
def test_a_segment_begins_and_ends_with_something_to_read(text: str) -> None:
    answer = read(text)

    for segment in answer.segments:
        quote = answer.quote(segment)
        assert quote == text[segment.start : segment.end]
        assert quote == quote.strip()
        assert any(character.isalnum() for character in quote)


@given(readable)
def test_each_word_character_is_in_a_segment_list_markers_aside(text: str) -> None:
    inside = {i for segment in read(text).segments for i in range(segment.start, segment.end)}

    left_out = [i for i, c in enumerate(text) if c.isalnum() and i not in inside]

    assert [i for i in left_out if not is_list_marker(text, i)] == []


@given(readable)
def test_blocks_are_numbered_in_order(text: str) -> None:
    numbers = blocks(text)

    assert numbers == sorted(numbers)


@given(readable)
def test_windows_are_single_segments_then_neighbours(text: str) -> None:
    answer = read(text)
    segments = answer.segments
    pairs = [
        i
        for i in range(len(segments) - 1)
        if not segments[i].is_code and not segments[i + 1].is_code
    ]

    assert [(w.first, w.last) for w in answer.windows] == [
        *((i, i) for i in range(len(segments))),
        *((i, i + 1) for i in pairs),
    ]
    for window in answer.windows:
        assert window.start == segments[window.first].start
        assert window.end == segments[window.last].end
        assert answer.quote(window) == text[window.start : window.end]


@given(readable)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert read(text) == read(text)


@given(answers_like)
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    if matchable(text) and any(character.isalnum() for character in text):
        assert read(text).text == text
    else:
        with pytest.raises(AnswerInvalid, match="nothing to grade"):
            read(text)
