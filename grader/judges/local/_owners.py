"""Points and mistakes as the local judge sees them: rows of statements for and against."""

from __future__ import annotations

from dataclasses import dataclass

from grader.index import Role, RubricVectors

_FOR = frozenset({Role.CLAIM, Role.ACCEPT, Role.REFERENCE})


@dataclass(frozen=True, slots=True)
class Owner:
    """A point or a mistake.

    Attributes:
        wanted: Rows of its claim, accepted phrasings and reference sentence; the claim first.
        against: Rows of its rejected phrasings; for a mistake, of its correction.
    """

    id: str
    wanted: tuple[int, ...]
    against: tuple[int, ...]


def owners_of(rubric: RubricVectors) -> list[Owner]:
    """Group a rubric's statements by owner, in rubric order."""
    rows: dict[str, tuple[list[int], list[int]]] = {}
    for row, item in enumerate(rubric.statements):
        wanted, against = rows.setdefault(item.statement.owner, ([], []))
        (wanted if item.statement.role in _FOR else against).append(row)
    return [Owner(name, tuple(wanted), tuple(against)) for name, (wanted, against) in rows.items()]
