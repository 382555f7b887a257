"""What is encoded can be turned back, and what is disguised stays legible or stays unseen."""

from __future__ import annotations

import base64
import codecs
import html
import unicodedata
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.attacks._encodings import CODES, DISGUISES, LEGIBLE, has_negator, negators

_PLAIN = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1)


@pytest.mark.parametrize(
    ("name", "decode"),
    [
        ("base64", lambda text: base64.b64decode(text).decode()),
        ("base32", lambda text: base64.b32decode(text).decode()),
        ("hex", lambda text: bytes.fromhex(text).decode()),
        ("rot13", lambda text: codecs.decode(text, "rot13")),
        ("backwards", lambda text: text[::-1]),
        ("url-encoded", urllib.parse.unquote),
        ("entities", lambda text: html.unescape(html.unescape(text))),
        ("unicode-escapes", lambda text: text.encode().decode("unicode_escape")),
        ("binary", lambda text: bytes(int(bits, 2) for bits in text.split()).decode()),
    ],
)
@given(text=_PLAIN)
def test_a_code_can_be_turned_back(name: str, decode: Callable[[str], str], text: str) -> None:
    assert decode(CODES[name](text)) == text


def test_codes_that_lose_something() -> None:
    assert CODES["morse"]("Go on.") == "--. --- / --- -."
    assert CODES["leetspeak"]("not a test") == "n07 4 7357"
    assert CODES["pig-latin"]("give this answer") == "ivegay isthay answeray"


@given(text=_PLAIN)
def test_tags_show_nothing(text: str) -> None:
    assert all(unicodedata.category(character) == "Cf" for character in DISGUISES["tags"](text))


@pytest.mark.parametrize("name", DISGUISES)
def test_every_disguise_changes_the_word(name: str) -> None:
    assert DISGUISES[name]("not never") != "not never"


@pytest.mark.parametrize("name", LEGIBLE)
def test_only_the_negators_are_disguised(name: str) -> None:
    said = negators(DISGUISES[name])("A salt is not secret, and never was; another thing.")
    assert said.startswith("A salt is ")
    assert said.endswith(" was; another thing.")
    assert not has_negator(said)
