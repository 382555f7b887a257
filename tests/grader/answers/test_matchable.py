"""Text as it is compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from grader.answers import matchable
from tests.grader.answers.reading import answers_like


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  one\n\n two\t", "one two"),
        ("ｏｎｅ　ｔｗｏ", "one two"),
        ("o\u200bn\u00ade", "one"),
        ("\ufeffone", "one"),
        ("e\u0301", "é"),
        ("ﬁle", "file"),
        ("\u200b", ""),
        ("case Stays", "case Stays"),
    ],
)
def test_text_is_compared_as_it_looks(text: str, expected: str) -> None:
    assert matchable(text) == expected


@given(answers_like)
def test_what_can_be_compared_shows_all_its_characters(text: str) -> None:
    seen = matchable(text)

    assert not any(unicodedata.category(character) == "Cf" for character in seen)
    assert seen == " ".join(seen.split())


def test_emoji_and_tags_of_paragraphs_are_not_read() -> None:
    assert matchable("<p>Use a queue 🚀</p><br/>") == "Use a queue"
    assert matchable("an <img> tag and a <script> tag") == "an <img> tag and a <script> tag"
