"""Points and mistakes as the local judge sees them: rows of statements for and against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.index import Role, RubricVectors

_FOR = frozenset({Role.CLAIM, Role.ACCEPT, Role.REFERENCE})
_OF_CLAIMS = frozenset({Role.CLAIM, Role.REFERENCE})


@dataclass(frozen=True, slots=True)
class Owner:
    """A point or a mistake.

    Attributes:
        wanted: Rows of its claim, accepted phrasings and reference sentence; the claim first.
        against: Rows of its rejected phrasings; for a mistake, of its correction.
        is_bare: Whether the rubric says it in no other words than its claim's, but perhaps in the
            reference answer's.
    """

    id: str
    wanted: tuple[int, ...]
    against: tuple[int, ...]
    is_bare: bool


def owners_of(rubric: RubricVectors) -> list[Owner]:
    """Group a rubric's statements by owner, in rubric order."""
    rows: dict[str, tuple[list[int], list[int]]] = {}
    for row, item in enumerate(rubric.statements):
        wanted, against = rows.setdefault(item.statement.owner, ([], []))
        (wanted if item.statement.role in _FOR else against).append(row)
    return [
        Owner(name, tuple(wanted), tuple(against), _is_bare(wanted, against, rubric))
        for name, (wanted, against) in rows.items()
    ]


def _is_bare(wanted: Iterable[int], against: Sequence[int], rubric: RubricVectors) -> bool:
    roles = {rubric.statements[row].statement.role for row in wanted}
    return not against and roles <= _OF_CLAIMS
