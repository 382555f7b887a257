"""A text as a model reads it, with the way back."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Self

_FIRST_SELECTOR, _LAST_SELECTOR = "\U000e0100", "\U000e01ef"


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text without what hides personal data from patterns and not from a reader.

    Characters that show nothing are left out, and compatibility forms (full-width letters and digits)
    are written as the plain ones.

    Attributes:
        text: The plain text.
        origins: For each of its characters, where that stood.
    """

    text: str
    origins: tuple[int, ...] | range

    @classmethod
    def of(cls, text: str) -> Self:
        """Make a text plain."""
        if text.isascii():
            return cls(text, range(len(text)))
        plain: list[str] = []
        origins: list[int] = []
        for position, character in enumerate(text):
            if not _is_hidden(character):
                forms = unicodedata.normalize("NFKC", character)
                plain.append(forms)
                origins += [position] * len(forms)
        return cls("".join(plain), tuple(origins))

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span that is not empty stood."""
        return self.origins[start], self.origins[end - 1] + 1


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or _FIRST_SELECTOR <= character <= _LAST_SELECTOR
