"""What every format is read into: pieces of text, each with the lines it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a piece of text is in its guide's layout."""

    HEADING = "heading"
    TEXT = "text"
    BULLET = "bullet"
    CODE = "code"
    ROW = "row"


class Format(StrEnum):
    """The formats guides come in."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Consecutive lines of a guide.

    Attributes:
        file: The guide, as the caller named it.
        page: 1-based page of a PDF; 0 elsewhere.
        first: 1-based first line: of the file, of the page's text for a PDF, or the number of the
            paragraph for a DOCX.
        last: Last line, inclusive.
        unit: What is counted: `line` or `paragraph`.
    """

    file: str
    page: int
    first: int
    last: int
    unit: str = "line"

    def __str__(self) -> str:
        """Render as `guide.md:12-14`, `guide.pdf p. 3:4` or `guide.docx ¶7`."""
        page = f" p. {self.page}" if self.page else ""
        separator = " ¶" if self.unit == "paragraph" else ":"
        last = f"-{self.last}" if self.last != self.first else ""
        return f"{self.file}{page}{separator}{self.first}{last}"

    @property
    def place(self) -> str:
        """The lines without the file."""
        return str(self)[len(self.file) :].lstrip(": ")


Sources = tuple[Source, ...]


def merge_sources(sources: Iterable[Source]) -> Sources:
    """Join spans of lines that touch or overlap, in order, each once."""
    merged: list[Source] = []
    for source in sorted(sources):
        last = merged[-1] if merged else None
        if last and _touch(last, source):
            end = max(last.last, source.last)
            merged[-1] = Source(last.file, last.page, last.first, end, last.unit)
        else:
            merged.append(source)
    return tuple(merged)


def _touch(before: Source, after: Source) -> bool:
    same_text = (before.file, before.page) == (after.file, after.page)
    return same_text and after.first <= before.last + 1


def render_sources(sources: Iterable[Source]) -> str:
    """Render spans for people; the file is named once if it is one file."""
    merged = merge_sources(sources)
    if not merged:
        return ""
    rest = [s.place if s.file == merged[0].file else str(s) for s in merged[1:]]
    return ", ".join([str(merged[0]), *rest])


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a guide as a reader sees it, or a paragraph where the format has paragraphs.

    Attributes:
        text: The words, without markup, on one line unless it is code.
        source: The lines it came from.
        level: 1 to 6 for a heading, nesting from 0 for a bullet, above 0 for text in a list item.
        marker: The bullet or number before it; for code, its language.
        cells: The cells of a table row.
        joins: Whether it goes on where the piece before it stopped.
        title: Whether it looks like a heading although the format does not say so.
        strong: Whether all of it is set in bold.
        skip: Why it is no content, where the format tells; empty for content.
    """

    text: str
    source: Source
    role: Role = Role.TEXT
    level: int = 0
    marker: str = ""
    cells: tuple[str, ...] = ()
    joins: bool = False
    title: bool = False
    strong: bool = False
    skip: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide, read.

    Attributes:
        file: As the caller named it.
        lines: Every line that is not blank, by page and number; what the report accounts for.
        pieces: Its text in order.
        unit: What line numbers count.
        notes: What the reader could not read, for the report.
    """

    file: str
    format: Format
    lines: Mapping[tuple[int, int], str]
    pieces: Sequence[Piece]
    unit: str = "line"
    notes: tuple[str, ...] = field(default=())


# Characters that show nothing, soft hyphens and direction marks among them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0e\ufe0f]")

# Bullets of symbol fonts, which word processors write as characters of the private use area.
_SYMBOL_BULLETS = dict.fromkeys(map(ord, "\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf0a8"), "•")


def clean(text: str) -> str:
    """Return text on one line: spaces collapsed, control and invisible characters dropped."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text.translate(_SYMBOL_BULLETS)))
    text = " ".join(text.split())
    if text.isprintable():
        return text
    kept = (c for c in text if c == " " or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})
    return "".join(kept).strip()


def clean_code(text: str) -> str:
    """Return a line of code: indentation kept, control characters dropped."""
    text = text.expandtabs(4)
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"})


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that lists some."""
    return frozenset(text.split())
