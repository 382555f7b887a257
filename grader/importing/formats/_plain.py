"""Plain text, and the text of PDF pages: structure read from the layout of the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.importing._document import Format, Guide, Piece, Role, Source, clean, clean_code
from grader.importing.formats._code import code_run
from grader.importing.formats._decode import decode
from grader.importing.formats._layout import (
    ended,
    is_lone_bullet,
    is_option,
    is_title,
    layout_of,
    nesting_of,
    split_bullet,
    table_cells,
)

_UNDERLINE = re.compile(r"(=|-|~|\*|_|–|—)(?:\s*\1){2,}")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*?)\s*#*")
_LONGEST_CODE = 200
_WIDEST = 130


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line that is not blank.

    Attributes:
        text: With its indentation.
        after_blank: Whether a gap or the beginning of the file stands before it.
        level: 1 to 6 if its size makes it a heading.
        strong: Whether all of it is bold.
        skip: Why it is no content, where that is known.
    """

    text: str
    source: Source
    after_blank: bool = False
    level: int = 0
    strong: bool = False
    skip: str = ""


def read_plain(data: bytes, file: str) -> Guide:
    """Read a plain text file."""
    text = decode(data, file)
    lines = raw_lines(text, file)
    return Guide(
        file=file,
        format=Format.TEXT,
        lines={(0, line.source.first): clean(line.text) for line in lines},
        pieces=tuple(plain_pieces(lines)),
    )


def raw_lines(text: str, file: str, page: int = 0) -> list[RawLine]:
    """Number the lines of a text and drop the blank ones."""
    lines: list[RawLine] = []
    blank = True
    for number, line in enumerate(text.split("\n"), start=1):
        if clean(line):
            lines.append(RawLine(line, Source(file, page, number, number), blank))
        blank = not clean(line)
    return lines


def plain_pieces(lines: Sequence[RawLine]) -> Iterator[Piece]:
    """Turn lines into pieces, in order, one each."""
    width = wrap_width([line.text for line in lines])
    previous: Piece | None = None
    lone = ""
    at = 0
    while at < len(lines):
        code = code_run(_texts_ahead(lines, at))
        if code:
            for line in lines[at : at + code]:
                yield Piece(clean_code(line.text), line.source, Role.CODE)
            at, previous = at + code, None
            continue
        line, following = lines[at], lines[at + 1] if at + 1 < len(lines) else None
        at += 1
        text = clean(line.text)
        if line.skip:
            yield Piece(text, line.source, skip=line.skip)
            continue
        if is_lone_bullet(text) and following and not following.after_blank:
            lone = text
            yield Piece(text, line.source, skip="bullet")
            continue
        piece = _piece(line, following, previous, width)
        if lone and piece.role is Role.TEXT:
            piece = replace(piece, role=Role.BULLET, marker=lone, level=nesting_of(lone))
            piece = replace(piece, joins=False, title=False)
        lone = ""
        yield piece
        previous = piece if not piece.skip else None


def _texts_ahead(lines: Sequence[RawLine], at: int) -> list[str]:
    """Texts that may be one stretch of code: up to a line that is a heading or no content."""
    texts: list[str] = []
    for line in lines[at : at + _LONGEST_CODE]:
        if line.level or line.skip:
            break
        texts.append(line.text)
    return texts


def wrap_width(texts: Sequence[str]) -> int:
    """Width at which lines were wrapped, in characters; 0 if every paragraph is one line.

    Wrapped text has many lines nearly as long as its longest and hardly any longer.
    """
    lengths = sorted(len(clean(text)) for text in texts)
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    if not 40 <= width <= _WIDEST:
        return 0
    near = sum(0.8 * width <= length <= 1.15 * width for length in lengths)
    beyond = sum(length > 1.15 * width for length in lengths)
    return width if near >= 0.2 * len(lengths) and beyond <= 0.05 * len(lengths) else 0


def goes_on(previous: str, text: str, width: int) -> bool:
    """Tell whether `text` continues the line before it rather than beginning something new.

    A line was wrapped if the next line's first word had no room on it; widths of proportional
    fonts vary, hence the margin. Otherwise only a small letter tells that a sentence goes on.
    """
    if is_option(text):
        return False
    first = text.split(maxsplit=1)[0]
    if width and len(previous) + 1 + len(first) >= 0.85 * width:
        return True
    begins_small = text[:1].islower() or text[:1] in "(&,;"
    return begins_small and not ended(previous.rstrip(",;"))


def _piece(line: RawLine, following: RawLine | None, previous: Piece | None, width: int) -> Piece:
    text, source = clean(line.text), line.source
    if _UNDERLINE.fullmatch(text):
        return Piece(text, source, skip="separator")
    if heading := _heading(line, following, previous):
        return heading
    marker, rest = split_bullet(text)
    if marker:
        level = nesting_of(marker) or _indentation(line.text) // 2
        return Piece(rest, source, Role.BULLET, level, marker, strong=line.strong)
    if cells := table_cells(line.text.strip()):
        return Piece(text, source, Role.ROW, cells=tuple(clean(cell) for cell in cells))
    joins = _joins(line, text, previous, width)
    level, title = layout_of(text) if not joins else (0, False)
    role = Role.HEADING if level else Role.TEXT
    return Piece(text, source, role, level, joins=joins, title=title, strong=line.strong)


def _heading(line: RawLine, following: RawLine | None, previous: Piece | None) -> Piece | None:
    """Read a heading that its size, its number signs or the line below it mark as one."""
    text, source = clean(line.text), line.source
    if line.level:
        on = previous is not None and (previous.role, previous.level) == (Role.HEADING, line.level)
        return Piece(text, source, Role.HEADING, line.level, joins=on and not line.after_blank)
    if hashes := _HASHES.fullmatch(text):
        return Piece(hashes[2], source, Role.HEADING, level=len(hashes[1]))
    below = clean(following.text) if following and not following.after_blank else ""
    if below[:3] in {"===", "---"} and _UNDERLINE.fullmatch(below) and is_title(text):
        return Piece(text, source, Role.HEADING, level=1 if below[0] == "=" else 2)
    return None


def _joins(line: RawLine, text: str, previous: Piece | None, width: int) -> bool:
    if previous is None or line.after_blank or previous.role not in {Role.TEXT, Role.BULLET}:
        return False
    return goes_on(previous.text, text, width)


def _indentation(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
