"""An account of every line of a guide: in which field it is, or why in none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from grader.importing._blocks import Block, Skip
from grader.importing._document import Guide, Source, merge_sources
from grader.importing._drafts import Draft
from grader.words import words

_UNPLACED = "not recognised"
_MOST_OF = 0.6
_SHORT = 12
_OPTION_LETTER = re.compile(r"(?:^|\s)\(?[A-Ha-h][.):]\)?(?=\s)|^\(?\d{1,3}[.)](?=\s)")


def account(
    guide: Guide, blocks: Sequence[Block], drafts: Sequence[Draft], skips: Sequence[Skip]
) -> tuple[Skip, ...]:
    """Complete the list of skipped lines, so that each line is in a field or in the list.

    Args:
        guide: The guide as read.
        blocks: All its text, less what was skipped as no content.
        drafts: What was made of it.
        skips: The lines known to be in no field.

    Returns:
        All lines that are in no field, with the reason, in the order of the guide.
    """
    skips = [*skips, *_unplaced(blocks, drafts, skips)]
    used = {
        line for draft in drafts for _, p in draft.fields() for s in p.sources for line in _lines(s)
    }
    listed: list[Skip] = []
    covered: set[tuple[int, int]] = set(used)
    for skip in skips:
        # A label on the line of what it announces is part of that; all else is listed even if
        # something else on its line was used.
        on_used_line = all(set(_lines(source)) <= used for source in skip.sources)
        if skip.reason != "label" or not on_used_line:
            listed.append(skip)
            covered.update(line for source in skip.sources for line in _lines(source))
    in_pieces = {line for piece in guide.pieces for line in _lines(piece.source)}
    for line, text in guide.lines.items():
        if line not in covered:
            page, number = line
            source = Source(guide.file, page, number, number, guide.unit)
            reason = _UNPLACED if line in in_pieces else "markup"
            listed.append(Skip((source,), reason, text))
    return tuple(_merged(sorted(listed, key=lambda skip: skip.sources)))


def _unplaced(
    blocks: Sequence[Block], drafts: Sequence[Draft], skips: Sequence[Skip]
) -> Iterator[Skip]:
    """Find blocks whose words are in no field: a line may hold several, of which one was used."""
    used = _Runs(passage.text for draft in drafts for _, passage in draft.fields())
    skipped = _Runs(skip.text for skip in skips)
    for block in blocks:
        if block.text and not used.holds(block.text) and not skipped.holds(block.text):
            yield Skip(block.sources, _UNPLACED, block.text)


class _Runs:
    """All words of some texts, and all pairs of words that follow each other."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs: set[tuple[str, ...]] = set()
        for text in texts:
            found = words(text)
            for size in (1, 2):
                self._runs.update(tuple(found[i : i + size]) for i in range(len(found) - size + 1))

    def holds(self, text: str) -> bool:
        """Tell whether most of a text is in one of the texts, less its marks and numbers."""
        found = words(_OPTION_LETTER.sub(" ", text))
        size = min(2, len(found))
        runs = [tuple(found[i : i + size]) for i in range(len(found) - size + 1)]
        held = sum(run in self._runs for run in runs) >= _MOST_OF * len(runs)
        # A short line that was split, as options are, has hardly any pair left.
        return held or (len(found) <= _SHORT and all((word,) in self._runs for word in found))


def _merged(skips: Sequence[Skip]) -> list[Skip]:
    """Join skipped lines that follow each other and have the same reason."""
    merged: list[Skip] = []
    for skip in skips:
        last = merged[-1] if merged else None
        joined = merge_sources((*last.sources, *skip.sources)) if last else ()
        if last and last.reason == skip.reason and len(joined) == len(last.sources):
            text = last.text if skip.text in last.text else f"{last.text} / {skip.text}"
            merged[-1] = Skip(joined, last.reason, text[:500])
        else:
            merged.append(skip)
    return merged


def _lines(source: Source) -> Iterator[tuple[int, int]]:
    for number in range(source.first, source.last + 1):
        yield source.page, number
