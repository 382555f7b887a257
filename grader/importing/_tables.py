"""Tables whose columns are fields of a rubric, as in `| Question | Answer |`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue, Label, find_label
from grader.importing._document import Role, word_set

_HEADER_WORDS = word_set(
    """
    answer better claim consequence correct correction description detail details example explanation
    fix flag follow-up impact importance instead key mistake mistakes no pitfall pitfalls point points
    problem question questions red reason solution weight what why
    """
)


def unfold_tables(blocks: Sequence[Block]) -> tuple[list[Block], list[Skip]]:
    """Turn each row of a table of questions into labelled blocks, one for each cell.

    Returns:
        All blocks, other tables as they were, and the header rows that were read.
    """
    kept: list[Block] = []
    skips: list[Skip] = []
    columns: tuple[Cue | None, ...] = ()
    for block in blocks:
        if block.role is not Role.ROW:
            columns = ()
            kept.append(block)
            continue
        if not columns:
            columns = _columns(block)
            if Cue.QUESTION in columns:
                skips.append(Skip(block.sources, "table header", block.text))
                continue
            columns = (None,) * len(block.cells)
        kept += _unfolded(block, columns) if Cue.QUESTION in columns else [block]
    return kept, skips


def _columns(header: Block) -> tuple[Cue | None, ...]:
    labels = (find_label(f"{cell}:", Role.TEXT) for cell in header.cells)
    return tuple(label.cue if label and not label.rest else None for label in labels)


def _unfolded(row: Block, columns: Sequence[Cue | None]) -> Iterator[Block]:
    for cue, cell in zip(columns, row.cells, strict=False):
        label = Label(cue, "", cell) if cue else None
        yield replace(row, text=cell, role=Role.TEXT, cells=(), label=label)
    for cell in row.cells[len(columns) :]:
        yield replace(row, text=cell, role=Role.TEXT, cells=())


def is_header(block: Block) -> bool:
    """Tell whether a row names the columns of its table."""
    if block.role is not Role.ROW:
        return False
    named = all(set(cell.lower().rstrip(":").split()) <= _HEADER_WORDS for cell in block.cells)
    return block.title or named
