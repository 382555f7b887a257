"""DOCX: paragraphs, lists and tables in the order of the document, text boxes included."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.importing._document import Format, Guide, Piece, Role, Source, clean
from grader.importing._errors import GuideInvalid
from grader.importing.formats._code import is_code
from grader.importing.formats._layout import layout_of, nesting_of, split_bullet

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.part import Part

# A document of a thousand pages stays below both; a bomb of some kilobytes does not.
_MOST_BYTES = 200_000_000
_MOST_PARTS = 10_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading\s*(\d)", re.IGNORECASE)
_CODE_STYLE = re.compile(r"code|source|preformatted|verbatim", re.IGNORECASE)
_BESIDE = re.compile(r"/word/(header|footer|footnotes|endnotes|comments)\d*\.xml$")
_BESIDE_NAMES = {
    "header": "page headers",
    "footer": "page footers",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}
_CONTENTS_STYLE = re.compile(r"toc\s*\d|table of contents", re.IGNORECASE)


def read_docx(data: bytes, file: str) -> Guide:
    """Read a Word document; its lines are its paragraphs and table rows.

    Raises:
        GuideInvalid: Not a Word document, broken, encrypted, or too large when unpacked.
    """
    _check_archive(data, file)
    import docx

    document = docx.Document(io.BytesIO(data))
    styles = {style.style_id: str(style.name or "") for style in document.styles}
    pieces = tuple(_Walker(file, document, styles).pieces())
    lines = {(0, piece.source.first): piece.text for piece in pieces}
    unread = sorted(
        {name for part in document.part.package.iter_parts() if (name := _unread(part))}
    )
    notes = (f"not read: the {', '.join(unread)}",) if unread else ()
    return Guide(file, Format.DOCX, lines, pieces, unit="paragraph", notes=notes)


def _unread(part: Part) -> str:
    """Name a part of the document that has text beside the body's."""
    match = _BESIDE.search(str(part.partname))
    return _BESIDE_NAMES[match[1]] if match and b"<w:t" in part.blob else ""


def _check_archive(data: bytes, file: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise GuideInvalid(f"{file}: a broken DOCX file ({error}); save it again") from None
    size = sum(part.file_size for part in parts)
    if size > _MOST_BYTES or len(parts) > _MOST_PARTS:
        raise GuideInvalid(
            f"{file}: unpacks to {size:,} bytes in {len(parts):,} parts; a DOCX file may have "
            f"{_MOST_BYTES:,} bytes in {_MOST_PARTS:,} parts"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise GuideInvalid(f"{file}: is encrypted; save it without a password")
    if not any(part.filename == "word/document.xml" for part in parts):
        raise GuideInvalid(f"{file}: a ZIP archive, but not a DOCX file")


@dataclass(slots=True)
class _Walker:
    file: str
    document: Document
    styles: Mapping[str, str]
    number: int = 0
    counters: dict[tuple[str, int], int] = field(default_factory=dict)

    def pieces(self) -> Iterator[Piece]:
        """Yield a piece for every paragraph and table row that has text."""
        yield from self._blocks(self.document.element.body)

    def _blocks(self, parent: Any) -> Iterator[Piece]:
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag not in {f"{_W}sectPr", f"{_W}del"}:
                # Content controls, insertions and custom XML wrap paragraphs.
                yield from self._blocks(child)

    def _source(self) -> Source:
        self.number += 1
        return Source(self.file, 0, self.number, self.number, "paragraph")

    def _paragraph(self, element: Any) -> Iterator[Piece]:
        parts = [part for part in _text(element).split("\n") if clean(part)]
        source = self._source()
        for position, part in enumerate(parts):
            yield self._piece(element, clean(part), source, first=position == 0)
        for box in element.iter(f"{_W}txbxContent"):
            yield from self._blocks(box)

    def _piece(self, element: Any, text: str, source: Source, *, first: bool) -> Piece:
        style = self._style(element)
        if _CONTENTS_STYLE.match(style):
            return Piece(text, source, skip="table of contents")
        if level := _heading_level(style):
            return Piece(text, source, Role.HEADING, level=level)
        if _CODE_STYLE.search(style) or is_code(text):
            return Piece(text, source, Role.CODE)
        return self._text_piece(element, text, source, style, first=first)

    def _text_piece(
        self, element: Any, text: str, source: Source, style: str, *, first: bool
    ) -> Piece:
        strong = _is_bold(element)
        listed = self._list_level(element, style)
        if listed is not None:
            if not first:
                return Piece(text, source, level=listed + 1, strong=strong)
            marker = self._marker(style, listed)
            return Piece(text, source, Role.BULLET, listed, marker, strong=strong)
        marker, rest = split_bullet(text)
        if marker:
            return Piece(rest, source, Role.BULLET, nesting_of(marker), marker, strong=strong)
        level, title = layout_of(text)
        role = Role.HEADING if level else Role.TEXT
        return Piece(text, source, role, level, strong=strong, title=title)

    def _table(self, table: Any) -> Iterator[Piece]:
        rows = list(table.iterchildren(f"{_W}tr"))
        if any(len(list(row.iterchildren(f"{_W}tc"))) > 1 for row in rows):
            for row in rows:
                cells = tuple(
                    text
                    for cell in row.iterchildren(f"{_W}tc")
                    if (text := clean(" ".join(_text(p) for p in cell.iter(f"{_W}p"))))
                )
                source = self._source()
                if cells:
                    yield Piece(" | ".join(cells), source, Role.ROW, cells=cells)
            return
        # A table of one column is a box around paragraphs.
        for row in rows:
            for cell in row.iterchildren(f"{_W}tc"):
                yield from self._blocks(cell)

    def _style(self, element: Any) -> str:
        named = element.find(f"{_W}pPr/{_W}pStyle")
        style = str(named.get(f"{_W}val")) if named is not None else ""
        return self.styles.get(style, style)

    def _list_level(self, element: Any, style: str) -> int | None:
        level = element.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
        if element.find(f"{_W}pPr/{_W}numPr") is not None:
            return int(level.get(f"{_W}val") or 0) if level is not None else 0
        if style.lower().startswith(("list bullet", "list number", "list continue")):
            digits = re.search(r"\d+$", style)
            return int(digits[0]) - 1 if digits else 0
        return None

    def _marker(self, style: str, level: int) -> str:
        if not style.lower().startswith("list number"):
            return "•"
        key = (style, level)
        self.counters[key] = self.counters.get(key, 0) + 1
        return f"{self.counters[key]}."


def _heading_level(style: str) -> int:
    """Level of a heading style; 0 for any other."""
    if match := _HEADING.match(style):
        return min(int(match[1]) or 1, 6)
    return {"title": 1, "subtitle": 2}.get(style.lower(), 0)


def _text(element: Any) -> str:
    """Text of a paragraph as shown: insertions in, deletions and nested text boxes out."""
    shown: list[str] = []
    for child in element:
        if child.tag == f"{_W}t":
            shown.append(child.text or "")
        elif child.tag == f"{_W}tab":
            shown.append("\t")
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            shown.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            shown.append("-")
        elif child.tag not in {f"{_W}del", f"{_W}txbxContent", f"{_W}pPr", f"{_W}rPr", f"{_W}p"}:
            shown.append(_text(child))
    return "".join(shown)


def _is_bold(element: Any) -> bool:
    runs = [run for run in element.iter(f"{_W}r") if clean(_text(run))]
    bold = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(
        b is not None and b.get(f"{_W}val") not in {"0", "false"} for b in bold
    )
