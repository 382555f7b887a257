"""HTML: the text a browser would show, block by block, with the source lines it stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lxml import etree

from grader.importing._document import (
    Format,
    Guide,
    Piece,
    Role,
    Source,
    clean,
    clean_code,
    word_set,
)
from grader.importing._errors import GuideInvalid
from grader.importing.formats._decode import decode
from grader.importing.formats._html_asides import reason_to_skip
from grader.importing.formats._layout import layout_of, split_bullet

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = word_set(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form header hgroup hr html legend li main menu nav
    noscript ol optgroup option p pre search section select summary table tbody tfoot thead
    title ul
    """
) | frozenset(_HEADINGS)
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_CELLS = frozenset({"td", "th"})
_FEWEST_SWALLOWED = 3
_IN_LAYOUT_TABLES = "descendant::table|descendant::ul|descendant::ol|descendant::h2|descendant::pre"


def read_html(data: bytes, file: str) -> Guide:
    """Read an HTML file.

    Raises:
        GuideInvalid: Nested too deeply to be a page.
    """
    text = decode(data, file, html=True)
    lines = {
        (0, number): clean(line) for number, line in enumerate(text.split("\n"), 1) if clean(line)
    }
    pieces = tuple(html_pieces(text, file))
    return Guide(file=file, format=Format.HTML, lines=lines, pieces=pieces)


def html_pieces(text: str, file: str, first_line: int = 1) -> list[Piece]:
    """Turn HTML, a page or a fragment of one, into pieces.

    Args:
        text: The source.
        file: For sources and messages.
        first_line: Number of the source's first line.

    Raises:
        GuideInvalid: Nested too deeply.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    fatal = [entry for entry in parser.error_log if entry.level_name == "FATAL"]
    if fatal:
        # Nothing else is fatal to the parser: it repairs whatever it can follow.
        raise GuideInvalid(f"{file}: nested too deeply at line {fatal[0].line}; this is no page")
    if root is None:
        return []
    walker = _Walker(
        lambda first, last: Source(file, 0, first + first_line - 1, last + first_line - 1)
    )
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        walker.see(event, node)
    walker.flush()
    return walker.pieces


@dataclass(slots=True)
class _Run:
    """Text gathered since the last block began.

    Attributes:
        first: Line of its first word; 0 while there is none.
        kinds: Of each stretch of words: whether it is bold, whether it links into the same page.
    """

    parts: list[str] = field(default_factory=list)
    first: int = 0
    last: int = 0
    kinds: list[tuple[bool, bool]] = field(default_factory=list)


@dataclass(slots=True)
class _Walker:
    """Walks a tree in document order, gathering text until a block begins or ends.

    The parser gives the line on which each start tag ends; line breaks counted in the text between
    tags give the rest, also beyond the 65,535 lines up to which the parser counts.

    Attributes:
        open: The tags that are open.
        numbers: Of each open list, the next number; -1 if its items have none.
        tables: Of each open table, whether it holds data rather than the layout of the page.
        header: Whether all cells of the row so far name columns.
        skips: Depth at which each part to skip began, and why it is skipped.
    """

    source: Callable[[int, int], Source]
    pieces: list[Piece] = field(default_factory=list)
    line: int = 1
    run: _Run = field(default_factory=_Run)
    open: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    tables: list[bool] = field(default_factory=list)
    skips: list[tuple[int, str]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    header: bool = False
    begins_item: bool = False
    in_page_link: bool = False

    def see(self, event: str, node: etree._Element) -> None:
        """Take in the start or the end of an element, or a comment."""
        before, self.line = self.line, max(self.line, int(node.sourceline or 0))
        if event == "start":
            self._swallowed(node, before)
            self._start(str(node.tag).lower(), node)
            self._text(node.text)
            return
        if event == "end":
            self._end(str(node.tag).lower())
        self._text(node.tail)

    def flush(self) -> None:
        """End the block that is open."""
        if self._in_cell():
            self.run.parts.append(" ")
            return
        run, self.run = self.run, _Run()
        text = clean("".join(run.parts))
        if text:
            self.pieces.append(self._piece(text, run))

    def _start(self, tag: str, node: etree._Element) -> None:
        if tag in _BLOCKS or (tag in _CELLS and not self._in_data_table()):
            self.flush()
        self.open.append(tag)
        if not self.skips and (reason := reason_to_skip(tag, node)):
            self.flush()
            self.skips.append((len(self.open), reason))
        if tag in _LISTS:
            start = node.get("start") or "1"
            self.numbers.append(int(start) if tag == "ol" and start.isdecimal() else -1)
        elif tag == "table":
            self.tables.append(not node.xpath(_IN_LAYOUT_TABLES))
        elif tag == "li":
            self.begins_item = True
        elif tag == "tr":
            self.cells, self.header = [], True
        elif tag == "a":
            self.in_page_link = (node.get("href") or "").startswith("#")
        elif tag == "img" and not self.run.parts and (alt := clean(node.get("alt") or "")):
            self.pieces.append(Piece(alt, self.source(self.line, self.line), skip="image"))

    def _swallowed(self, node: etree._Element, before: int) -> None:
        """Report the words that a stray `<` turned into attributes of a tag."""
        names = [str(name) for name, value in node.attrib.items() if not value]
        if len(names) >= _FEWEST_SWALLOWED:
            self.flush()
            source = self.source(before, self.line)
            self.pieces.append(Piece(clean(" ".join(names)), source, skip="broken markup"))

    def _end(self, tag: str) -> None:
        if tag in _CELLS and self._in_data_table():
            self.cells.append(clean("".join(self.run.parts)))
            self.header = self.header and tag == "th"
            self.run.parts = []
        elif tag == "tr" and self._in_data_table():
            self._row()
        elif tag in _BLOCKS or tag in _CELLS:
            self.flush()
        if self.skips and self.skips[-1][0] == len(self.open):
            self.flush()
            self.skips.pop()
        if tag in _LISTS:
            self.numbers.pop()
        elif tag == "table":
            self.tables.pop()
        elif tag == "a":
            self.in_page_link = False
        self.open.pop()

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if "pre" in self.open and not self.skips:
            self._code(text)
            return
        bold = bool({"b", "strong", "dt"} & set(self.open))
        for number, part in enumerate(text.split("\n")):
            self.line += bool(number)
            if clean(part):
                self.run.first = self.run.first or self.line
                self.run.last = self.line
                self.run.kinds.append((bold, self.in_page_link))
            self.run.parts.append("\n" + part if number else part)

    def _code(self, text: str) -> None:
        for number, part in enumerate(text.split("\n")):
            self.line += bool(number)
            code, source = clean_code(part), self.source(self.line, self.line)
            last = self.pieces[-1] if self.pieces else None
            if number == 0 and last and last.role is Role.CODE and last.source == source:
                # Highlighted code comes in many small elements.
                self.pieces[-1] = replace(last, text=last.text + code)
            elif code.strip():
                self.pieces.append(Piece(code, source, Role.CODE))

    def _piece(self, text: str, run: _Run) -> Piece:
        source = self.source(run.first, run.last)
        if self.skips:
            return Piece(text, source, skip=self.skips[-1][1])
        heading = next((_HEADINGS[tag] for tag in self.open if tag in _HEADINGS), 0)
        heading = heading or (6 if "summary" in self.open else 0)
        if heading:
            return Piece(text, source, Role.HEADING, level=heading)
        begins, self.begins_item = self.begins_item, False
        depth = len(self.numbers)
        if not depth:
            return self._paragraph(text, source, run)
        if not begins:
            return Piece(text, source, level=depth)
        skip = "table of contents" if all(link for _, link in run.kinds) else ""
        return Piece(text, source, Role.BULLET, depth - 1, self._marker(), skip=skip)

    def _paragraph(self, text: str, source: Source, run: _Run) -> Piece:
        strong = all(bold for bold, _ in run.kinds)
        marker, rest = split_bullet(text)
        if marker:
            return Piece(rest, source, Role.BULLET, 0, marker, strong=strong)
        level, title = layout_of(text)
        role = Role.HEADING if level else Role.TEXT
        return Piece(text, source, role, level, title=title, strong=strong)

    def _marker(self) -> str:
        if self.numbers[-1] < 0:
            return "•"
        self.numbers[-1] += 1
        return f"{self.numbers[-1] - 1}."

    def _row(self) -> None:
        run, self.run = self.run, _Run()
        cells = tuple(cell for cell in self.cells if cell)
        self.cells = []
        if not cells:
            return
        source = self.source(run.first, run.last)
        skip = self.skips[-1][1] if self.skips else ""
        role = Role.ROW if len(cells) > 1 else Role.TEXT
        text = " | ".join(cells)
        self.pieces.append(Piece(text, source, role, cells=cells, title=self.header, skip=skip))

    def _in_data_table(self) -> bool:
        return bool(self.tables) and self.tables[-1]

    def _in_cell(self) -> bool:
        return self._in_data_table() and bool(_CELLS & set(self.open))
