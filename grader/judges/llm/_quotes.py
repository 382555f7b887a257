"""Finding the words that a model quotes in the answer it quotes them from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from grader.answers import Answer, is_instruction
from grader.types import Evidence

# Typographic forms of what a keyboard writes; models put in one for the other.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)

# Joiners shape letters and emoji; other format characters, and these selectors, only hide something.
_JOINERS = "\u200c\u200d"
_FIRST_SELECTOR, _LAST_SELECTOR = "\U000e0100", "\U000e01ef"

_MOST_PLACES = 50


def as_seen(text: str) -> str:
    """Leave out what a person reading a text would not see and a model would read."""
    if text.isascii():
        return text
    return "".join(c for c in text if c in _JOINERS or not _is_hidden(c))


class QuoteFinder:
    """Finds quotes in one answer."""

    def __init__(self, answer: Answer) -> None:
        """Look in this answer."""
        self._answer = answer

    def places(self, quote: str) -> Iterator[Evidence]:
        """Yield the places where quoted words stand, the most literal first.

        They are looked for as they are; then without regard to case, spacing, hidden characters,
        compatibility forms and typographic quotes and dashes; then without the punctuation around
        them. A quote never begins or ends within a word.
        """
        quote = quote.strip()
        if not _has_word(quote):
            return
        for start, end in _occurrences(quote, self._answer.text):
            yield self._evidence(start, end)
        wanted = _Folded.of(quote).text
        for form in dict.fromkeys((wanted, _bare(wanted))):
            for start, end in _occurrences(form, self._folded.text):
                if not self._folded.splits_character(start, end):
                    origins = self._folded.origins
                    yield self._evidence(origins[start], origins[end - 1] + 1)

    def addresses_grader(self, span: Evidence) -> bool:
        """Tell whether a span lies wholly in segments that speak to whoever grades the answer."""
        text = self._answer.text
        return all(
            is_instruction(self._answer.quote(segment))
            for segment in self._answer.segments
            if _has_word(text[max(span.start, segment.start) : min(span.end, segment.end)])
        )

    def _evidence(self, start: int, end: int) -> Evidence:
        return Evidence(start=start, end=end, quote=self._answer.text[start:end])

    @cached_property
    def _folded(self) -> _Folded:
        return _Folded.of(self._answer.text)


class _Folded(NamedTuple):
    """A text in the form in which quotes are compared; `origins` says where each character was."""

    text: str
    origins: list[int]

    @classmethod
    def of(cls, text: str) -> _Folded:
        folded: list[str] = []
        origins: list[int] = []
        for position, character in enumerate(text):
            for each in _fold(character):
                if each == " " and (not folded or folded[-1] == " "):
                    continue
                folded.append(each)
                origins.append(position)
        kept = len("".join(folded).rstrip())
        return cls("".join(folded[:kept]), origins[:kept])

    def splits_character(self, start: int, end: int) -> bool:
        """Tell whether a stretch begins or ends within what one character was written out to."""
        return any(
            0 < position < len(self.text) and self.origins[position - 1] == self.origins[position]
            for position in (start, end)
        )


def _fold(character: str) -> str:
    if _is_hidden(character):
        return ""
    # One character at a time, so that every piece keeps the place it came from.
    plain = unicodedata.normalize("NFKD", character.translate(_TYPOGRAPHY)).casefold()
    return "".join(" " if each.isspace() else each for each in plain)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or _FIRST_SELECTOR <= character <= _LAST_SELECTOR


def _occurrences(quote: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(quote)
    for _ in range(_MOST_PLACES):
        if start < 0:
            return
        end = start + len(quote)
        if not _splits_word(text, start) and not _splits_word(text, end):
            yield start, end
        start = text.find(quote, start + 1)


def _splits_word(text: str, position: int) -> bool:
    """Tell whether a position lies within a word, in scripts that put spaces between words."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    within = all(c.isdigit() or c.lower() != c.upper() for c in (before, after))
    return within or unicodedata.combining(after) != 0


def _bare(text: str) -> str:
    worded = [position for position, character in enumerate(text) if character.isalnum()]
    return text[worded[0] : worded[-1] + 1]


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
