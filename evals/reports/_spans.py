"""An answer cut where evidence begins and ends, so that each piece can be marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.types import Evidence


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of evidence: words of the answer, who quotes them, and for which finding.

    Attributes:
        source: `label` or `judge`; in a comparison `first` or `second`.
        finding: 1-based number of the finding within its answer.
    """

    start: int
    end: int
    source: str
    finding: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the answer under the same marks throughout.

    Attributes:
        begins: Marks that begin with it.
        ends: Marks that end with it.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    begins: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Who quotes it, each once."""
        return tuple(dict.fromkeys(mark.source for mark in self.marks))

    @property
    def findings(self) -> tuple[int, ...]:
        """What it is quoted for."""
        return tuple(sorted({mark.finding for mark in self.marks}))


def marks_of(evidence: Iterable[Evidence], source: str, finding: int) -> list[Mark]:
    """Make marks of evidence; adjoining and overlapping spans become one."""
    marks: list[Mark] = []
    for each in sorted(evidence, key=lambda e: (e.start, e.end)):
        if marks and each.start <= marks[-1].end:
            marks[-1] = Mark(marks[-1].start, max(each.end, marks[-1].end), source, finding)
        else:
            marks.append(Mark(each.start, each.end, source, finding))
    return marks


def pieces(answer: str, marks: Sequence[Mark]) -> list[Piece]:
    """Cut an answer; joined together the pieces are the answer again."""
    kept = [mark for mark in marks if 0 <= mark.start < mark.end <= len(answer)]
    edges = sorted({0, len(answer), *(m.start for m in kept), *(m.end for m in kept)})
    return [
        Piece(
            answer[start:end],
            tuple(m for m in kept if m.start <= start and end <= m.end),
            tuple(m for m in kept if m.start == start),
            tuple(m for m in kept if m.end == end),
        )
        for start, end in pairwise(edges)
    ]
