"""From pieces to blocks: whole paragraphs and bullets, each with the label that announces it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.importing._cues import Cue, Label, find_label, split_inner_labels
from grader.importing._document import Guide, Piece, Role, Sources, merge_sources
from grader.importing._noise import reason_to_skip
from grader.importing.formats import is_option


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, bullet, heading, row or stretch of code.

    Attributes:
        text: Its words; lines of code are kept apart. Empty for a label that stands alone.
        sources: The lines it came from, what was skipped in between left out.
        level: 1 to 6 for a heading, nesting for a bullet.
        marker: The bullet or number before it, or the language of code.
        label: The label at its beginning, which `text` leaves out.
        title: Whether it looks like a heading.
        strong: Whether all of it is bold.
    """

    text: str
    sources: Sources
    role: Role = Role.TEXT
    level: int = 0
    marker: str = ""
    cells: tuple[str, ...] = ()
    label: Label | None = None
    title: bool = False
    strong: bool = False

    @property
    def cue(self) -> Cue | None:
        """What its label announces, if it has one."""
        return self.label.cue if self.label else None


@dataclass(frozen=True, slots=True)
class Skip:
    """Lines that go into no field, and why."""

    sources: Sources
    reason: str
    text: str


def build_blocks(guide: Guide) -> tuple[list[Block], list[Skip]]:
    """Join a guide's pieces into blocks, setting aside what is no content.

    Returns:
        The blocks in order, and what was skipped with the reason.
    """
    builder = _Builder()
    pieces = guide.pieces
    for at, piece in enumerate(pieces):
        builder.add(piece, pieces[at + 1].text if at + 1 < len(pieces) else "")
    return builder.finish()


_PASSED_OVER = {"bullet", "page header or footer"}


class _Builder:
    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._skips: list[Skip] = []
        # Whether the last block may still be continued, and the reason the last piece was skipped.
        self._open = False
        self._skipped = ""

    def add(self, piece: Piece, following: str) -> None:
        if piece.skip:
            self._skip(piece, piece.skip)
            return
        if piece.role is Role.CODE:
            self._add_code(piece)
            return
        parts = [piece.text] if piece.role is Role.ROW else split_inner_labels(piece.text)
        if piece.joins and (is_option(piece.text) or find_label(parts[0], piece.role, following)):
            piece = replace(piece, joins=False)
        if reason := self._reason(piece):
            self._skip(piece, reason)
            self._skipped = reason
            return
        self._skipped = ""
        for part in parts:
            self._add_part(piece, part, following)
            role = Role.TEXT if piece.role is Role.HEADING else piece.role
            piece = replace(piece, joins=False, marker="", role=role)

    def _reason(self, piece: Piece) -> str:
        """Tell why a piece is no content; empty if it is."""
        if piece.joins and self._skipped:
            # What goes on where an advertisement stopped is the rest of the advertisement.
            return self._skipped
        if is_option(piece.text) or (piece.joins and piece.text[:1].islower()):
            return ""
        return reason_to_skip(piece.text)

    def _skip(self, piece: Piece, reason: str) -> None:
        self._skips.append(Skip((piece.source,), reason, piece.text))
        # A page ends in the middle of a sentence, a bullet is parted from its text.
        self._open = self._open and piece.skip in _PASSED_OVER

    def finish(self) -> tuple[list[Block], list[Skip]]:
        kept: list[Block] = []
        for block in self._blocks:
            several = len(block.sources) > 1 or block.sources[0].first != block.sources[-1].last
            reason = reason_to_skip(block.text) if several and block.role is Role.TEXT else ""
            if reason and not block.label:
                self._skips.append(Skip(block.sources, reason, block.text))
            else:
                kept.extend(_inline_bullets(block))
        for block in kept:
            if block.label and not block.text:
                self._skips.append(Skip(block.sources, "label", block.label.text))
        return kept, self._skips

    def _add_part(self, piece: Piece, text: str, following: str) -> None:
        label = find_label(text, piece.role, following)
        nested = 0
        while label and label.rest and nested < 3:
            inner = find_label(label.rest, Role.TEXT, following)
            if inner is None or inner.cue is label.cue:
                break
            self._append(piece, "", label)
            text, label, nested = label.rest, inner, nested + 1
        if label:
            self._append(piece, label.rest, label)
        elif piece.joins and self._may_join(piece, text):
            last = self._blocks[-1]
            joined = merge_sources((*last.sources, piece.source))
            self._blocks[-1] = replace(
                last, text=_join(last.text, text), sources=joined, title=False, strong=False
            )
        else:
            self._append(piece, text, None)
        self._open = True

    def _may_join(self, piece: Piece, text: str) -> bool:
        if not self._open or not self._blocks or is_option(text):
            return False
        last = self._blocks[-1]
        if piece.role is Role.HEADING:
            return last.role is Role.HEADING and last.level == piece.level
        return bool(last.text) and last.role in {Role.TEXT, Role.BULLET} and piece.role is Role.TEXT

    def _append(self, piece: Piece, text: str, label: Label | None) -> None:
        self._blocks.append(
            Block(
                text=text,
                sources=(piece.source,),
                role=piece.role,
                level=piece.level,
                marker=piece.marker,
                cells=piece.cells if not label else (),
                label=label,
                title=piece.title,
                strong=piece.strong,
            )
        )

    def _add_code(self, piece: Piece) -> None:
        last = self._blocks[-1] if self._blocks else None
        self._skipped = ""
        if self._open and last and last.role is Role.CODE:
            gap = piece.source.page == last.sources[-1].page
            gap = gap and piece.source.first > last.sources[-1].last + 1
            text = last.text + ("\n\n" if gap else "\n") + piece.text.rstrip()
            sources = merge_sources((*last.sources, piece.source))
            self._blocks[-1] = replace(last, text=text, sources=sources)
        else:
            self._append(piece, piece.text.rstrip(), None)
        self._open = True


def _join(before: str, after: str) -> str:
    hyphenated = re.search(r"\w-$", before) and after[:1].islower()
    return before + after if hyphenated else f"{before} {after}"


_INLINE_BULLET = re.compile(r"(?:^|\s+)[•●▪■✓✔➤]\s+")


def _inline_bullets(block: Block) -> Iterator[Block]:
    """Split `Points: • one • two`, a list that lost its line breaks."""
    starts = list(_INLINE_BULLET.finditer(block.text)) if block.role is not Role.CODE else []
    if len(starts) < 2 and not (starts and starts[0].start() == 0):
        yield block
        return
    before = block.text[: starts[0].start()].strip()
    if before or block.label:
        yield replace(block, text=before)
    ends = [match.start() for match in starts[1:]] + [len(block.text)]
    for match, end in zip(starts, ends, strict=True):
        text = block.text[match.end() : end].strip()
        if text:
            yield Block(text, block.sources, Role.BULLET, 0, "•")
