"""PDF: the text of each page line by line, its structure told by position, size and weight."""

from __future__ import annotations

import io
import itertools
import logging
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from grader.importing._cues import find_label
from grader.importing._document import Format, Guide, Role, Source, clean
from grader.importing._errors import GuideInvalid
from grader.importing._noise import without_numbers
from grader.importing.formats._code import is_code
from grader.importing.formats._layout import is_lone_bullet
from grader.importing.formats._plain import RawLine, plain_pieces

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MOST_PAGES = 2_000
_MOST_CHARACTERS = 10_000_000

# What standard encodings leave undefined is shown as a bullet (ISO 32000-2, annex D).
_UNMAPPED = {0x7F: "•", 0x0D: "\n"}
_FURNITURE = "page header or footer"

# Shares of the usual line height and letter size beyond which a gap parts paragraphs and a line is
# a heading.
_PARAGRAPH_GAP = 1.3
_HEADING_SIZE = 1.12
_MOST_HEADING_CHARACTERS = 150

# The reader tells of every flaw it works around, which would go to the terminal otherwise.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


@dataclass(slots=True)
class _Line:
    """A line as set on its page, in points: where it begins, and the size of its letters."""

    text: str = ""
    page: int = 0
    number: int = 0
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    bold: list[bool] = field(default_factory=list)


def read_pdf(data: bytes, file: str) -> Guide:
    """Read a PDF; lines are numbered on each page.

    Raises:
        GuideInvalid: Broken, encrypted, too long, or without any text, as a scan is.
    """
    reader = _open(data, file)
    if len(reader.pages) > _MOST_PAGES:
        raise GuideInvalid(f"{file}: {len(reader.pages):,} pages; at most {_MOST_PAGES:,} are read")
    pages = list(_pages(reader, file))
    lines = [line for page in pages for line in page]
    if not lines:
        raise GuideInvalid(
            f"{file}: holds no text, perhaps it is a scan; run text recognition on it"
        )
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page]
    notes = (f"pages without text, perhaps scans: {', '.join(empty)}",) if empty else ()
    numbered = {(line.page, line.number): clean(line.text) for line in lines}
    pieces = tuple(plain_pieces(_structured(lines, file)))
    return Guide(file, Format.PDF, numbered, pieces, notes=notes)


def _open(data: bytes, file: str) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # An empty password opens a file that is only protected against changes.
        if reader.is_encrypted and not reader.decrypt(""):
            raise GuideInvalid(f"{file}: is encrypted; save it without a password")
        len(reader.pages)
    except PyPdfError as error:
        raise GuideInvalid(f"{file}: a broken PDF file ({error}); save it again") from None
    return reader


def _pages(reader: PdfReader, file: str) -> Iterator[list[_Line]]:
    total = 0
    for number, page in enumerate(reader.pages, start=1):
        lines = _lines(page, number)
        total += sum(len(line.text) for line in lines)
        if total > _MOST_CHARACTERS:
            raise GuideInvalid(
                f"{file}: more than {_MOST_CHARACTERS:,} characters by page {number}; split it"
            )
        yield lines


def _lines(page: PageObject, number: int) -> list[_Line]:
    """Read the lines of a page that are not blank, with where and how each is set."""
    lines = [_Line(page=number)]

    def see(
        text: str, at: Sequence[float], within: Sequence[float], font: Any, size: float
    ) -> None:
        for position, part in enumerate(text.translate(_UNMAPPED).split("\n")):
            if position:
                lines.append(_Line(page=number))
            line = lines[-1]
            if part.strip():
                line.size = line.size or abs(size * within[3] * at[3]) or size
                line.y = line.y or within[4] * at[1] + within[5] * at[3] + at[5]
                line.bold.append("bold" in str((font or {}).get("/BaseFont", "")).lower())
                line.x = line.x or within[4] * at[0] + within[5] * at[2] + at[4]
            line.text += part

    # The pieces that the visitor sees add up to the text of the page.
    page.extract_text(visitor_text=see)
    for line_number, line in enumerate(lines, start=1):
        line.number = line_number
    return [line for line in lines if clean(line.text)]


def _structured(lines: Sequence[_Line], file: str) -> list[RawLine]:
    """Tell paragraphs by the gaps between lines, headings by size, running heads by repetition."""
    body = statistics.mode([round(line.size, 1) for line in lines for _ in line.text]) or 1.0
    levels = _heading_levels(lines, body)
    heads = _running_heads(lines)
    pitch = _pitch(lines, body)
    raw: list[RawLine] = []
    before: _Line | None = None
    for line in lines:
        source = Source(file, line.page, line.number, line.number)
        if _key(line) in heads:
            raw.append(RawLine(line.text, source, skip=_FURNITURE))
            continue
        if before and raw and _beside(before, line):
            # The cells of a row come one after the other, each as a line.
            source = Source(file, line.page, raw[-1].source.first, line.number)
            gap = " " if is_lone_bullet(clean(raw[-1].text)) else "\t"
            raw[-1] = replace(
                raw[-1], text=f"{raw[-1].text}{gap}{line.text}", source=source, level=0
            )
            before = line
            continue
        level = levels.get(round(line.size, 1), 0) if _could_be_heading(line) else 0
        strong = bool(line.bold) and all(line.bold)
        raw.append(RawLine(line.text, source, _parted(before, line, pitch), level, strong))
        before = line
    return raw


def _beside(before: _Line, line: _Line) -> bool:
    level = abs(before.y - line.y) < 0.1 * line.size
    return before.page == line.page and level and line.x > before.x + line.size and line.y != 0


def _parted(before: _Line | None, line: _Line, pitch: float) -> bool:
    if before is None or abs(before.size - line.size) > 0.05 * max(before.size, line.size):
        return True
    if before.page != line.page:
        return False
    gap = before.y - line.y
    return pitch > 0 and (gap > _PARAGRAPH_GAP * pitch * line.size or gap < 0)


def _pitch(lines: Sequence[_Line], body: float) -> float:
    """Usual distance of two lines of body text, as a multiple of the size; 0 if it cannot be told."""
    gaps = [
        round((above.y - below.y) / below.size, 2)
        for above, below in itertools.pairwise(lines)
        if above.page == below.page
        and abs(above.size - body) < 0.2
        and abs(below.size - body) < 0.2
        if 0 < above.y - below.y < 3 * below.size
    ]
    # The tightest that is common: paragraphs of one line have wider gaps between them.
    common = [gap for gap, count in Counter(gaps).items() if count >= max(2, 0.15 * len(gaps))]
    return min(common, default=0.0)


def _heading_levels(lines: Sequence[_Line], body: float) -> Mapping[float, int]:
    sizes = {round(line.size, 1) for line in lines if _could_be_heading(line)}
    larger = sorted((size for size in sizes if size >= _HEADING_SIZE * body), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, start=1)}


def _could_be_heading(line: _Line) -> bool:
    return len(line.text) <= _MOST_HEADING_CHARACTERS and not is_code(line.text)


def _running_heads(lines: Sequence[_Line]) -> frozenset[tuple[int, int]]:
    """Find the lines at the top or bottom of most pages that say the same, numbers aside."""
    pages: dict[int, list[_Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = {number: _edges(page) for number, page in pages.items()}
    counts = Counter(text for page in edges.values() for text in {_told(line) for line in page})
    needed = max(2, 0.6 * len(pages))
    return frozenset(
        _key(line) for page in edges.values() for line in page if counts[_told(line)] >= needed
    )


def _edges(page: Sequence[_Line]) -> list[_Line]:
    """The two lines at either edge of a page; `Question 3` may begin every page and is no head."""
    chosen = page if len(page) <= 4 else [*page[:2], *page[-2:]]
    return [line for line in chosen if find_label(clean(line.text), Role.TEXT) is None]


def _told(line: _Line) -> str:
    return without_numbers(clean(line.text))


def _key(line: _Line) -> tuple[int, int]:
    return line.page, line.number
