"""What a shape may look at to tell whether a question begins at a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.importing._blocks import Block
from grader.importing._cues import LIST_CUES, Cue
from grader.importing._drafts import Shape


@dataclass(frozen=True, slots=True)
class Scan:
    """A position in a guide.

    Attributes:
        unit: Blocks of the question that is open, the one at `at` not yet among them.
        shape: What opened it; None between questions.
        cue: The last label in it.
        loose: Whether bare lines with a question mark may open a question.
    """

    blocks: Sequence[Block]
    at: int
    unit: Sequence[Block] = ()
    shape: Shape | None = None
    cue: Cue | None = None
    loose: bool = False

    @property
    def block(self) -> Block:
        """The block at the position."""
        return self.blocks[self.at]

    @property
    def in_list(self) -> bool:
        """Whether the position is below the label of a list."""
        return self.cue in LIST_CUES

    def ahead(self, count: int) -> Sequence[Block]:
        """The blocks after this one."""
        return self.blocks[self.at + 1 : self.at + 1 + count]
