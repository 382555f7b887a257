"""Which answers can be put in another manner, and where their sentences and words are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"'”’)\]]*(\s+)(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|max|min|mr|mrs|dr)\.$", re.IGNORECASE
)
_LAYOUT = re.compile(r"```|~~~|^\s*(?:[-*•#>|]|\d+[.)])\s", re.MULTILINE)
# Arrows and operators belong to notes and code; neither can be dictated or padded as prose can.
_SYMBOLS = re.compile(r"->|→|=>|[{}<>|\\]|==")
_FEWEST_SENTENCES = 3
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Span(NamedTuple):
    """A stretch of text."""

    start: int
    end: int


def is_prose(text: str) -> bool:
    """Whether a text is written out in sentences: no list, no code, no bare transcript."""
    if _LAYOUT.search(text) or _SYMBOLS.search(text):
        return False
    found = sentences(text)
    begun = sum(text[each.start : each.end].lstrip("\"'“‘([")[:1].isupper() for each in found)
    return len(found) >= _FEWEST_SENTENCES and begun >= 0.8 * len(found)


def sentences(text: str) -> list[Span]:
    """Find the sentences, without the space around them."""
    found: list[Span] = []
    position = len(text) - len(text.lstrip())
    for match in _SENTENCE_BREAK.finditer(text):
        if _ABBREVIATION.search(text, position, match.start(1)):
            continue
        found.append(Span(position, match.start(1)))
        position = match.end()
    end = len(text.rstrip())
    if position < end:
        found.append(Span(position, end))
    return found


def words(text: str) -> Iterator[re.Match[str]]:
    """Find the words that stand by themselves, in prose: not part of a term, a path or a number."""
    for match in _WORD.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if before in ("", *" \n\t(\"“‘'") and after in ("", *" \n\t,.;:!?)\"”’'"):
            following = text[match.end() + 1 : match.end() + 2]
            if not (after == "." and following.isalnum()):
                yield match


def like(model: str, word: str) -> str:
    """Give a word the capitals of another."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word
