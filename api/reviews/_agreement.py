"""How far blind second reviews agree with the open first ones."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence

from api.records import Database, ReviewKind, ReviewRow, Reviews
from api.reviews._corrected import Verdicts
from grader.types import Frozen, Grade

_AT_A_TIME = 100

_Pairs = list[tuple[str, str]]


class ReviewAgreement(Frozen):
    """Agreement between first and second reviewers, who did not know of each other's verdicts.

    Kappa is Cohen's; null where it is not defined, as when everybody always says the same.

    Attributes:
        grades: Grades that were reviewed twice.
        settled: Those of them on which the two differed somewhere, so that a third was asked.
        points: Points that both said something of.
        same_verdict: Share of them on which both said the same.
        mistakes: Mistakes likewise.
        same_mistake: Likewise.
    """

    grades: int
    settled: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    mistakes: int
    same_mistake: float | None
    mistake_kappa: float | None


async def agreement(
    database: Database, tenant_id: str, *, rubric_id: str | None = None
) -> ReviewAgreement:
    """Measure how far second reviewers agree with first ones.

    Args:
        database: Where the reviews are.
        tenant_id: Whose.
        rubric_id: Only grades under this rubric.
    """
    points: _Pairs = []
    mistakes: _Pairs = []
    grades = settled = 0
    after = ""
    while True:
        async with database.read() as session:
            page = await Reviews(session, tenant_id).of_reviewed(
                rubric_id=rubric_id, after=after, limit=_AT_A_TIME
            )
        for _, reviews in page:
            for first, second in _twice(reviews):
                grades += 1
                settled += bool(first.differences(second))
                points += [(v, second.points[name]) for name, v in first.points.items()]
                mistakes += [
                    (str(made), str(second.mistakes[name])) for name, made in first.mistakes.items()
                ]
        if len(page) < _AT_A_TIME:
            break
        after = page[-1][0].id
    return ReviewAgreement(
        grades=grades,
        settled=settled,
        points=len(points),
        same_verdict=same_of(points),
        verdict_kappa=await asyncio.to_thread(kappa_of, points),
        mistakes=len(mistakes),
        same_mistake=same_of(mistakes),
        mistake_kappa=await asyncio.to_thread(kappa_of, mistakes),
    )


def _twice(reviews: Sequence[ReviewRow]) -> Iterator[tuple[Verdicts, Verdicts]]:
    for before, row in itertools.pairwise(reviews):
        if row.kind is ReviewKind.BLIND:
            first, second = (Grade.model_validate(each.document) for each in (before, row))
            yield Verdicts.of(first), Verdicts.of(second)


def same_of(pairs: _Pairs) -> float | None:
    """Return the share of pairs that are the same; None for no pairs."""
    return round(sum(a == b for a, b in pairs) / len(pairs), 4) if pairs else None


def kappa_of(pairs: _Pairs) -> float | None:
    """Return Cohen's kappa; None where all always say the same."""
    if len({said for pair in pairs for said in pair}) < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    return round(float(cohen_kappa_score(*zip(*pairs, strict=True))), 4)
