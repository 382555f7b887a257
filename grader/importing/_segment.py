"""Cutting a guide into units, one question each, and the stretches of text between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.importing._blocks import Block
from grader.importing._cues import LIST_CUES, Cue
from grader.importing._document import Role
from grader.importing._drafts import Shape
from grader.importing.formats import counted_questions
from grader.importing.shapes import OPENERS, Scan

_LEVEL_WITHOUT_HEADING = 2
_LEVEL_OF_TITLE = 3
_LONGEST_INTRODUCTION = 3
_LEVELS_OF_SECTIONS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive blocks of a guide.

    Attributes:
        shape: What opened the part; None for a stretch of text between questions.
        headings: The section headings above it, outermost first.
        scenario: Position of the scenario's opening part among the parts; -1 outside of one.
    """

    blocks: tuple[Block, ...]
    headings: tuple[Block, ...] = ()
    shape: Shape | None = None
    scenario: int = -1


def segment(blocks: Sequence[Block]) -> list[Part]:
    """Cut a guide into parts, in order; every block is in one part or the heading of one.

    Where nothing in a guide opens a question otherwise, bare lines that end in a question mark do.
    """
    parts = _Cutter(blocks, loose=False).cut()
    if not any(part.shape for part in parts):
        loose = _Cutter(blocks, loose=True).cut()
        if sum(part.shape is not None for part in loose) >= 2:
            return loose
    return parts


@dataclass(slots=True)
class _Cutter:
    blocks: Sequence[Block]
    loose: bool
    parts: list[Part] = field(default_factory=list)
    current: list[Block] = field(default_factory=list)
    shape: Shape | None = None
    base: int = 0
    by_heading: bool = False
    cue: Cue | None = None
    bullets: bool = False
    headings: list[Block] = field(default_factory=list)
    heading_is_bare: bool = False
    scenario: int = -1
    scenario_level: int = 0

    def cut(self) -> list[Part]:
        for at, block in enumerate(self.blocks):
            shape = self._opener(at)
            if shape:
                self._open(shape, block)
            elif self._is_section(at):
                self._open_section(block)
                continue
            self._note(block)
            self.current.append(block)
        self._close()
        return self.parts

    def _scan(self, at: int, *, fresh: bool = False) -> Scan:
        return Scan(
            blocks=self.blocks,
            at=at,
            unit=self.current if self.shape and not fresh else (),
            shape=None if fresh else self.shape,
            cue=None if fresh else self.cue,
            loose=self.loose,
        )

    def _opener(self, at: int, *, fresh: bool = False) -> Shape | None:
        scan = self._scan(at, fresh=fresh)
        return next((shape for shape, opens in OPENERS if opens(scan)), None)

    def _open(self, shape: Shape, block: Block) -> None:
        self._close()
        self.shape, self.cue, self.bullets = shape, None, False
        if block.cue is Cue.SCENARIO:
            self.scenario, self.scenario_level = len(self.parts), block.level
        self.by_heading = block.role is Role.HEADING
        if self.by_heading:
            self.base = block.level
        else:
            self.base = max((h.level for h in self.headings), default=0) or _LEVEL_WITHOUT_HEADING

    def _note(self, block: Block) -> None:
        if block.label:
            self.cue, self.bullets = block.cue, False
        self.bullets = self.bullets or block.role is Role.BULLET

    def _is_section(self, at: int) -> bool:
        block = self.blocks[at]
        if block.label or block.role not in {Role.HEADING, Role.TEXT} or not block.text:
            return False
        if block.role is Role.HEADING:
            if not self.shape or counted_questions(block.text) is not None:
                return True
            # Below a question that is no heading, a heading with some words of introduction.
            ahead = 1 if self.by_heading else _LONGEST_INTRODUCTION
            deep = block.level > self.base + _LEVELS_OF_SECTIONS
            return block.level <= self.base or (not deep and self._opens_within(at, ahead))
        if not self.headings and not self.parts and not self.current and block.title:
            return True
        # An unmarked title counts if a question follows it, unless it ends an unmarked list.
        in_bare_list = self.cue in LIST_CUES and not self.bullets
        return (block.title or block.strong) and not in_bare_list and self._opens_within(at, 1)

    def _opens_within(self, at: int, count: int) -> bool:
        """Tell whether a question opens among the next blocks, with nothing but text before it."""
        for following in range(at + 1, min(at + 1 + count, len(self.blocks))):
            if self._opener(following, fresh=True):
                return True
            if self.blocks[following].label or self.blocks[following].role is not Role.TEXT:
                return False
        return False

    def _open_section(self, block: Block) -> None:
        self._close()
        self.shape, self.cue, self.base = None, None, 0
        first = not self.headings and not self.parts
        level = block.level or (1 if first else _LEVEL_OF_TITLE)
        if counted_questions(block.text) is not None and block.role is Role.TEXT:
            level = 2
        if level <= self.scenario_level:
            self.scenario, self.scenario_level = -1, 0
        self.headings = [h for h in self.headings if h.level < level]
        self.headings.append(replace(block, level=level))
        self.heading_is_bare = True

    def _close(self) -> None:
        if self.current:
            self.parts.append(
                Part(tuple(self.current), tuple(self.headings), self.shape, self.scenario)
            )
        elif self.heading_is_bare:
            # A heading without text below it still has to be accounted for.
            self.parts.append(Part((), tuple(self.headings), None, self.scenario))
        self.current, self.heading_is_bare = [], False
