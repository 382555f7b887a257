"""How far people agree with the judge, week by week."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from api.records import Database, GradeRow, ReviewRow, Reviews
from api.reviews._agreement import kappa_of, same_of
from api.reviews._case import latest_resolving
from api.reviews._corrected import Verdicts
from grader.types import Frozen, Grade, Verdict

_AT_A_TIME = 100

_Pairs = list[tuple[str, str]]


class JudgeWeek(Frozen):
    """Agreement on the grades that people settled in one week.

    Attributes:
        week: Its Monday, in UTC.
        grades: How many were settled.
        points: Points that both the judge and the people gave a verdict on.
        same_verdict: Share of them with the same verdict.
        verdict_kappa: Cohen's; null where it is not defined.
        undecided: Points that the judge left ungraded, which count in nothing else here.
    """

    week: date
    grades: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    undecided: int


class JudgeAgreement(Frozen):
    """Agreement of the judge with the outcome that people came to.

    An open review is made in sight of the judge's verdicts, and of grades that the judge was unsure
    of, so that this tells how things change rather than how good the judge is.

    Attributes:
        grades: Grades that people settled.
        points: As for a week, of all of them together.
        same_verdict: Likewise.
        verdict_kappa: Likewise.
        undecided: Likewise.
        weeks: Those in which grades were settled, in order.
    """

    grades: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    undecided: int
    weeks: tuple[JudgeWeek, ...]


class _Tally:
    """Pairs of what the judge and the people said."""

    def __init__(self) -> None:
        self.grades = self.undecided = 0
        self.pairs: _Pairs = []

    def add(self, judge: Verdicts, people: Verdicts) -> None:
        self.grades += 1
        for name, said in judge.points.items():
            outcome = people.points.get(name, Verdict.UNGRADED)
            if said is Verdict.UNGRADED:
                self.undecided += 1
            elif outcome is not Verdict.UNGRADED:
                self.pairs.append((said, outcome))


async def judge_agreement(
    database: Database, tenant_id: str, *, rubric_id: str | None = None
) -> JudgeAgreement:
    """Measure how far the judge agrees with the people who reviewed its grades.

    Args:
        database: Where the reviews are.
        tenant_id: Whose.
        rubric_id: Only grades under this rubric.
    """
    whole, weeks, after = _Tally(), dict[date, _Tally](), ""
    while True:
        async with database.read() as session:
            page = await Reviews(session, tenant_id).of_reviewed(
                rubric_id=rubric_id, after=after, limit=_AT_A_TIME
            )
        for settled, judge, people in _settled(page):
            for tally in (whole, weeks.setdefault(_monday(settled), _Tally())):
                tally.add(judge, people)
        if len(page) < _AT_A_TIME:
            break
        after = page[-1][0].id
    return await asyncio.to_thread(_measured, whole, weeks)


def _settled(
    page: Iterable[tuple[GradeRow, Iterable[ReviewRow]]],
) -> Iterator[tuple[date, Verdicts, Verdicts]]:
    for grade, reviews in page:
        latest = latest_resolving(tuple(reviews))
        if latest is not None:
            judge, people = (Grade.model_validate(each.document) for each in (grade, latest))
            yield latest.created_at.date(), Verdicts.of(judge), Verdicts.of(people)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _measured(whole: _Tally, weeks: Mapping[date, _Tally]) -> JudgeAgreement:
    return JudgeAgreement(
        weeks=tuple(JudgeWeek(week=week, **_figures(weeks[week])) for week in sorted(weeks)),
        **_figures(whole),
    )


def _figures(tally: _Tally) -> dict[str, float | int | None]:
    return {
        "grades": tally.grades,
        "points": len(tally.pairs),
        "same_verdict": same_of(tally.pairs),
        "verdict_kappa": kappa_of(tally.pairs),
        "undecided": tally.undecided,
    }
