"""Points, mistakes and phrasings that say the same, or that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from grader.bank.lint._findings import Code, Finding, warn
from grader.bank.lint._text import quoted_share, repeats, same_words
from grader.types import Point, Rubric

# Share of a mistake's runs of three words that stand in the reference answer. In the bank, whose
# answers refute many a mistake in its own words, it is 0.31 at most.
_QUOTED = 0.6


def check_duplicates(rubric: Rubric) -> Iterator[Finding]:
    """Find claims of two points, or of two mistakes, that repeat each other."""
    for first, second in claims_in_pairs(rubric):
        if repeats(first.claim, second.claim):
            yield duplicate_claim(first, second)


class PlacedClaim(NamedTuple):
    """A claim of a point or a mistake, and where it stands."""

    where: str
    id: str
    claim: str


def claims_in_pairs(rubric: Rubric) -> Iterator[tuple[PlacedClaim, PlacedClaim]]:
    """Yield all pairs of points, then all pairs of mistakes."""
    points = [PlacedClaim(f"points[{i}].claim", p.id, p.claim) for i, p in enumerate(rubric.points)]
    yield from combinations(points, 2)
    mistakes = enumerate(rubric.mistakes)
    yield from combinations(
        [PlacedClaim(f"mistakes[{i}].claim", m.id, m.claim) for i, m in mistakes], 2
    )


def duplicate_claim(first: PlacedClaim, second: PlacedClaim) -> Finding:
    """Say that two claims are one."""
    message = (
        f"'{second.id}' says nearly the same as '{first.id}', so one sentence counts twice; merge "
        "the two or say what sets them apart"
    )
    return warn(Code.DUPLICATE_CLAIM, second.where, message)


def duplicate_phrasing(where: str, owner: str) -> Finding:
    """Say that a phrasing makes another point than the one it stands with."""
    message = f"this is nearly what makes '{owner}'; move it there or reword it"
    return warn(Code.DUPLICATE_PHRASING, where, message)


def check_phrasings(rubric: Rubric) -> Iterator[Finding]:
    """Find accepted and rejected phrasings that repeat or contradict another statement."""
    for position, point in enumerate(rubric.points):
        for index, phrasing in enumerate(point.accept):
            where = f"points[{position}].accept[{index}]"
            yield from _accepted(rubric, point, where, phrasing, point.accept[:index])
        for index, phrasing in enumerate(point.reject):
            where = f"points[{position}].reject[{index}]"
            yield from _rejected(rubric, where, phrasing, point.reject[:index])
    yield from _mistakes_that_are_true(rubric)


def _accepted(
    rubric: Rubric, point: Point, where: str, phrasing: str, before: tuple[str, ...]
) -> Iterator[Finding]:
    if any(repeats(phrasing, other) for other in (point.claim, *before)):
        message = "this repeats the claim or another phrasing of it; say it in other words"
        yield warn(Code.DUPLICATE_PHRASING, where, message)
    for other in rubric.points:
        if other is not point and any(repeats(phrasing, s) for s in (other.claim, *other.accept)):
            yield duplicate_phrasing(where, other.id)


def _rejected(
    rubric: Rubric, where: str, phrasing: str, before: tuple[str, ...]
) -> Iterator[Finding]:
    if any(same_words(phrasing, other) for other in before):
        message = "this repeats a phrasing that is rejected already; remove it"
        yield warn(Code.DUPLICATE_PHRASING, where, message)
    for other in rubric.points:
        if any(same_words(phrasing, statement) for statement in (other.claim, *other.accept)):
            message = f"this is rejected here and makes '{other.id}' too; decide which"
            yield warn(Code.CONTRADICTORY_PHRASING, where, message)


def _mistakes_that_are_true(rubric: Rubric) -> Iterator[Finding]:
    for position, mistake in enumerate(rubric.mistakes):
        where = f"mistakes[{position}].claim"
        for point in rubric.points:
            if any(same_words(mistake.claim, s) for s in (point.claim, *point.accept)):
                message = f"the mistake '{mistake.id}' is what makes '{point.id}'; decide which"
                yield warn(Code.CONTRADICTORY_PHRASING, where, message)


def check_quoted_mistakes(rubric: Rubric) -> Iterator[Finding]:
    """Find mistakes that the reference answer makes in the mistake's own words."""
    for position, mistake in enumerate(rubric.mistakes):
        if is_quoted(mistake.claim, rubric.reference_answer):
            yield mistake_in_reference(f"mistakes[{position}].claim", mistake.id)


def is_quoted(claim: str, reference_answer: str) -> bool:
    """Tell whether a reference answer says a claim in nearly the same words."""
    return quoted_share(claim, reference_answer) >= _QUOTED


def mistake_in_reference(where: str, mistake: str, said: str = "") -> Finding:
    """Say that the reference answer makes a mistake, and by which words if need be."""
    words = f" (“{said}”)" if said else ""
    message = f"the reference answer makes the mistake '{mistake}'{words}; correct one of them"
    return warn(Code.MISTAKE_IN_REFERENCE, where, message)
