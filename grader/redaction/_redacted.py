"""A text without its personal data, and the way back to where each part of it stood."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of personal data.

    Attributes:
        start: First code point.
        end: One past the last code point.
        kind: What it is, in words that a model reads, as in `email`.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the redacted text that was kept as it was, or a placeholder."""

    start: int
    end: int
    original_start: int
    original_end: int
    is_placeholder: bool


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text in which placeholders such as `[email 1]` stand for personal data.

    The same data has the same number wherever it stands, so that what is said of it still makes
    sense.

    Attributes:
        text: The text that may leave.
    """

    text: str
    _pieces: Sequence[_Piece]

    @classmethod
    def of(cls, text: str, findings: Iterable[Finding]) -> Self:
        """Replace findings; those that overlap are replaced as one, under the kind of the longest."""
        written: list[str] = []
        pieces: list[_Piece] = []
        names: dict[tuple[str, str], str] = {}
        counts: dict[str, int] = {}
        length = position = 0

        def write(part: str, end: int, *, is_placeholder: bool) -> None:
            nonlocal length, position
            if part:
                written.append(part)
                pieces.append(_Piece(length, length + len(part), position, end, is_placeholder))
                length += len(part)
            position = end

        for found in _merged(findings):
            write(text[position : found.start], found.start, is_placeholder=False)
            value = "".join(text[found.start : found.end].casefold().split())
            name = names.get((found.kind, value))
            if name is None:
                counts[found.kind] = counts.get(found.kind, 0) + 1
                name = names[found.kind, value] = f"[{found.kind} {counts[found.kind]}]"
            write(name, found.end, is_placeholder=True)
        write(text[position:], len(text), is_placeholder=False)
        return cls("".join(written), tuple(pieces))

    @property
    def changed(self) -> bool:
        """Whether anything was taken out."""
        return any(piece.is_placeholder for piece in self._pieces)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the redacted text stood in the original.

        A span that begins or ends within a placeholder takes in all that the placeholder stands for.

        Raises:
            ValueError: It is empty or not within the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"the span {start} to {end} is empty, or not within the redacted text")
        first, last = self._piece_at(start), self._piece_at(end - 1)
        begins = first.original_start
        ends = last.original_end
        if not first.is_placeholder:
            begins += start - first.start
        if not last.is_placeholder:
            ends -= last.end - end
        return begins, ends

    def _piece_at(self, position: int) -> _Piece:
        return self._pieces[bisect_right(self._pieces, position, key=lambda p: p.start) - 1]


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    merged: list[Finding] = []
    longest = 0
    for found in sorted(findings, key=lambda f: (f.start, -f.end)):
        if merged and found.start < merged[-1].end:
            before = merged.pop()
            kind = found.kind if found.end - found.start > longest else before.kind
            longest = max(longest, found.end - found.start)
            merged.append(Finding(before.start, max(before.end, found.end), kind))
        else:
            longest = found.end - found.start
            merged.append(found)
    return merged
