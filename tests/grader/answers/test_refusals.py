"""What is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AnswerInvalid
from tests.grader.answers.reading import read, texts


@pytest.mark.parametrize("value", [None, 5, b"bytes", ["text"], {"text": 1}, True])
def test_what_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(AnswerInvalid, match=f"must be text, not {type(value).__name__}"):
        read(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t\r\n ", "\u00a0\u2003\u3000", "\u200b\u200d\ufeff", " \u200f\u2060 \u00ad "],
    ids=ascii,
)
def test_an_empty_answer_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="the answer is empty"):
        read(text)


@pytest.mark.parametrize(
    "text", ["...", "?!", "-", "🎉🚀", "👩\u200d💻", "```\n```", "—", "___", "¿", "。", "\u0301"]
)
def test_an_answer_without_words_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="holds no words"):
        read(text)


@pytest.mark.parametrize("filler", ["\u3164", "\u115f", "\uffa0"], ids=ascii)
def test_an_answer_of_invisible_letters_is_refused(filler: str) -> None:
    with pytest.raises(AnswerInvalid):
        read(filler * 3)


@pytest.mark.parametrize("text", ["1. ", "b) ", "2. ?", "(c) -\n(d) -"])
def test_an_answer_of_list_markers_alone_is_refused(text: str) -> None:
    with pytest.raises(AnswerInvalid, match="holds no words"):
        read(text)


def test_an_answer_at_the_limit_is_read() -> None:
    assert read("a" * 10, 10).text == "a" * 10


def test_an_answer_over_the_limit_is_refused_with_both_lengths() -> None:
    with pytest.raises(AnswerInvalid) as caught:
        read("a" * 20_001)

    assert "has 20,001 characters; the limit is 20,000" in str(caught.value)
    assert "GRADER_MAX_ANSWER_CHARACTERS" in str(caught.value)


def test_the_limit_counts_code_points() -> None:
    assert read("🎉" * 9 + "a", 10).text

    with pytest.raises(AnswerInvalid, match="11 characters"):
        read("🎉" * 10 + "a", 10)


@given(before=texts, after=texts)
def test_a_nul_is_refused_with_its_offset(before: str, after: str) -> None:
    with pytest.raises(AnswerInvalid, match=f"NUL character at offset {len(before)};"):
        read(before + "\x00" + after)


@given(before=texts, after=texts, half=st.sampled_from("\ud800\udbff\udc00\udfff"))
def test_half_a_surrogate_pair_is_refused_with_its_offset(
    before: str, after: str, half: str
) -> None:
    with pytest.raises(AnswerInvalid, match=f"surrogate pair at offset {len(before)};"):
        read(before + half + after)
