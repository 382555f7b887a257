"""Markdown, as web pages are exported to it: CommonMark with tables, raw HTML and loose habits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.importing._document import Format, Guide, Piece, Role, Source, clean, clean_code
from grader.importing.formats._code import code_run
from grader.importing.formats._decode import decode
from grader.importing.formats._html import html_pieces
from grader.importing.formats._layout import ended, is_title, layout_of, split_bullet, table_cells
from grader.importing.formats._plain import goes_on, wrap_width

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(?:.*\n){0,100}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_SET_IN_TEXT = re.compile(r"[*_`~]+")
_MOST_HEADING_WORDS = 30


def read_markdown(data: bytes, file: str) -> Guide:
    """Read a Markdown file."""
    text = decode(data, file)
    lines = text.split("\n")
    reader = _Reader(file, lines)
    return Guide(
        file=file,
        format=Format.MARKDOWN,
        lines={(0, n): clean(line) for n, line in enumerate(lines, 1) if clean(line)},
        pieces=tuple(_with_code(reader.read(text))),
    )


def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Indented text is nearly always lost layout, not code; a line of dashes below a paragraph is
    # nearly always a rule, not a heading.
    return MarkdownIt("commonmark").enable("table").disable(["code", "lheading"])


@dataclass(slots=True)
class _Reader:
    file: str
    lines: Sequence[str]
    width: int = 0
    parser: MarkdownIt = field(init=False)
    depth: int = -1
    item: str = ""
    row: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parser = _parser()
        self.width = wrap_width([line for line in self.lines if line.strip()])

    def read(self, text: str) -> Iterator[Piece]:
        """Yield the pieces of a text, in order."""
        front = _FRONT_MATTER.match(text)
        skipped = front[0].count("\n") if front else 0
        for number in range(skipped):
            if clean(self.lines[number]):
                text_of_line = clean(self.lines[number])
                yield Piece(text_of_line, self._source(number), skip="front matter")
        # Blanked rather than cut, so that line numbers stay.
        tokens = self.parser.parse("\n" * skipped + "\n".join(self.lines[skipped:]))
        for at, token in enumerate(tokens):
            yield from self._piece(token, tokens, at)

    def _piece(self, token: Token, tokens: Sequence[Token], at: int) -> Iterator[Piece]:
        first, end = token.map or (0, 0)
        match token.type:
            case "heading_open":
                yield from self._heading(tokens[at + 1], first, int(token.tag[1]))
            case "paragraph_open":
                yield from self._paragraph(tokens[at + 1], first, end)
            case "fence":
                yield from self._fence(token, first, end)
            case "html_block":
                yield from html_pieces(token.content, self.file, first + 1)
            case "hr":
                yield Piece(clean(self.lines[first]), self._source(first), skip="separator")
            case "tr_close":
                yield from self._table_row(tokens, at)
            case _:
                self._nest(token, tokens[at + 1 : at + 2])

    def _nest(self, token: Token, following: Sequence[Token]) -> None:
        """Take note of a list, an item or a row that begins or ends."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.depth += 1
            case "bullet_list_close" | "ordered_list_close":
                self.depth -= 1
            case "list_item_open":
                self.item = f"{token.info}." if token.info else "•"
            case "tr_open":
                self.row = []
            case "th_open" | "td_open":
                self.row.append(_shown(following[0]))
            case _:
                pass

    def _source(self, first: int, end: int = 0) -> Source:
        return Source(self.file, 0, first + 1, max(end, first + 1))

    def _heading(self, inline: Token, first: int, level: int) -> Iterator[Piece]:
        text = _shown(inline)
        if not text:
            return
        role = Role.HEADING if len(text.split()) <= _MOST_HEADING_WORDS else Role.TEXT
        self.item = ""
        yield Piece(text, self._source(first), role, level if role is Role.HEADING else 0)

    def _paragraph(self, inline: Token, first: int, end: int) -> Iterator[Piece]:
        if underlined := self._underlined(inline, first, end):
            yield from underlined
            return
        previous = ""
        for number, (text, anchor) in enumerate(self._shown_lines(inline, first, end), start=first):
            if not text:
                if image := clean(self.lines[number]):
                    yield Piece(image, self._source(number), skip=_reason_without_text(image))
            elif self.item:
                marker, self.item = self.item, ""
                piece = Piece(text, self._source(number), Role.BULLET, self.depth, marker)
                yield replace(piece, skip="table of contents" if anchor else "")
            else:
                yield self._line(text, previous, number)
            previous = text

    def _line(self, text: str, previous: str, number: int) -> Piece:
        """Read a line of a paragraph that is not the first of a list item."""
        source, strong = self._source(number), _is_strong(self.lines[number])
        nested = self.depth + 1
        marker, rest = split_bullet(text)
        if marker and not previous.endswith(","):
            return Piece(rest, source, Role.BULLET, nested, marker, strong=strong)
        joins = bool(previous) and self._goes_on(previous, text, self.lines[number])
        level, title = layout_of(text) if not (nested or joins) else (0, False)
        if level:
            return Piece(text, source, Role.HEADING, level)
        return Piece(text, source, level=nested, joins=joins, title=title, strong=strong)

    def _underlined(self, inline: Token, first: int, end: int) -> list[Piece]:
        """Read a title with a line of dashes or equals signs below it as a heading."""
        text = self._shown_lines(inline, first, end)[0][0]
        below = self.lines[first + 1].strip() if first + 1 < len(self.lines) else ""
        sign = below[0] if len(below) >= 3 and not below.strip(below[0]) else ""
        if self.depth >= 0 or not is_title(text):
            return []
        if sign == "=" and end == first + 2:
            rule = Piece(below, self._source(first + 1), skip="separator")
            return [Piece(text, self._source(first), Role.HEADING, 1), rule]
        if sign == "-" and end == first + 1:
            return [Piece(text, self._source(first), Role.HEADING, 2)]
        return []

    def _goes_on(self, previous: str, text: str, line: str) -> bool:
        if goes_on(previous, text, self.width):
            return True
        # One sentence a line is a way to write Markdown; a capital after a full stop decides
        # nothing, but a line that stops without one is a label, a title or an item.
        indented = line[:1].isspace() and self.depth >= 0
        return indented or (ended(previous) and not previous.endswith((":", "?")))

    def _shown_lines(self, inline: Token, first: int, end: int) -> list[tuple[str, bool]]:
        """Text of each line of a paragraph, and whether it is a link within the page."""
        lines: list[list[Token]] = [[]]
        for child in inline.children or ():
            if child.type in {"softbreak", "hardbreak"}:
                lines.append([])
            else:
                lines[-1].append(child)
        if len(lines) != end - first:
            # Something inline spans lines, as a comment may: each line is read for itself.
            alone = [self.parser.parseInline(self.lines[n].strip()) for n in range(first, end)]
            lines = [list(tokens[0].children or ()) if tokens else [] for tokens in alone]
        return [(_text_of(children), _is_anchor(children)) for children in lines]

    def _fence(self, token: Token, first: int, end: int) -> Iterator[Piece]:
        language = token.info.split()[0] if token.info.split() else ""
        count = token.content.count("\n")
        for number in range(first + 1, min(first + 1 + count, end)):
            code = clean_code(self.lines[number])
            if code.strip():
                yield Piece(code, self._source(number), Role.CODE, marker=clean(language))

    def _table_row(self, tokens: Sequence[Token], at: int) -> Iterator[Piece]:
        opening = next(t for t in reversed(tokens[:at]) if t.type == "tr_open")
        cells = tuple(cell for cell in self.row if cell)
        if opening.map and cells:
            source = self._source(opening.map[0])
            header = tokens[at - 1].type == "th_close"
            yield Piece(" | ".join(cells), source, Role.ROW, cells=cells, title=header)


def _shown(inline: Token) -> str:
    return _text_of(inline.children or ())


def _text_of(children: Sequence[Token]) -> str:
    shown = []
    for child in children:
        if child.type in {"text", "code_inline", "text_special"}:
            shown.append(child.content)
        elif child.type in {"softbreak", "hardbreak"} or child.content.startswith("<br"):
            shown.append(" ")
    return clean("".join(shown))


def _is_anchor(children: Sequence[Token]) -> bool:
    links = [child for child in children if child.type == "link_open"]
    outside, depth = "", 0
    for child in children:
        depth += (child.type == "link_open") - (child.type == "link_close")
        outside += child.content if not depth and child.type == "text" else ""
    return (
        bool(links)
        and not clean(outside)
        and all(str(link.attrs.get("href", "")).startswith("#") for link in links)
    )


def _is_strong(line: str) -> bool:
    line = line.strip()
    return len(line) > 4 and line[:2] in {"**", "__"} and line.find(line[:2], 2) == len(line) - 2


def _reason_without_text(line: str) -> str:
    return "image" if line.startswith(("![", "[![")) else "markup"


def _with_code(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Find code without a fence in text, line by line, and rows of tables without a header."""
    held = list(pieces)
    at = 0
    while at < len(held):
        piece = held[at]
        texts = []
        for following in held[at:]:
            if following.role is not Role.TEXT or following.skip:
                break
            texts.append(following.text)
            if len(texts) == 200:
                break
        count = code_run(texts) if texts else 0
        for one in held[at : at + count]:
            yield replace(one, role=Role.CODE, joins=False, strong=False, level=0)
        if count:
            at += count
            continue
        cells = table_cells(piece.text) if piece.role is Role.TEXT and not piece.skip else ()
        yield replace(piece, role=Role.ROW, cells=cells, joins=False) if cells else piece
        at += 1
