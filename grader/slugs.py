"""Ids made from words: lower-case, joined by hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from grader.words import STOP_WORDS

_MOST_CHARACTERS = 60


def slug(text: str, most_words: int = 6) -> str:
    """Make an id of the words of a text that carry meaning; empty if it has no Latin letters."""
    found = [word for word in plain_words(text) if word not in STOP_WORDS]
    return cut("-".join((found or plain_words(text))[:most_words]))


def unique(name: str, taken: Container[str]) -> str:
    """Return the name, or the name with the first number that makes it new."""
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def plain_words(text: str) -> list[str]:
    """Return the words of a text in ASCII letters and digits, as an id may hold them."""
    text = text.lower().replace("c++", "cpp").replace("c#", "csharp").replace("ß", "ss")
    text = re.sub(r"(?<=\w)[.'’](?=\w)", "", text)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", ascii_text)


def cut(name: str) -> str:
    """Shorten a name to what an id may have, at a hyphen if it has one."""
    while len(name) > _MOST_CHARACTERS and "-" in name:
        name = name.rsplit("-", 1)[0]
    return name[:_MOST_CHARACTERS].strip("-")
