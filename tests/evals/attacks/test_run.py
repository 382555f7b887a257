"""Grading the cases: order, bases, refusals, and scores that are withheld."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from evals.attacks import Case, Outcome, Side, Suite, answers_to_grade, run_cases
from grader.errors import AnswerInvalid
from grader.types import Grade, GraderRef, Rubric, RubricRef


class Scripted:
    """Gives the scores it is told to; slower for earlier answers, to mix up their order."""

    def __init__(self, scores: Mapping[str, float | None], refused: Sequence[str] = ()) -> None:
        self.scores = scores
        self.refused = refused
        self.graded: list[str] = []
        self.at_once = 0
        self._now = 0

    async def grade(self, answer: str, rubric: Rubric) -> Grade:
        self.graded.append(answer)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        for _ in range(max(1, 20 - len(self.graded))):
            await asyncio.sleep(0)
        self._now -= 1
        if answer in self.refused:
            raise AnswerInvalid("the answer is empty; there is nothing to grade")
        return Grade(
            id="grd_0",
            rubric=RubricRef(id=rubric.id, version=rubric.version, sha256="", structure_sha256=""),
            score=self.scores.get(answer, 0.0),
            score_interval=None,
            band=None,
            points=(),
            mistakes=(),
            missing=(),
            follow_up=None,
            flags=("keyword_list",),
            grader=GraderRef(judge="scripted", model="", version=""),
            elapsed_ms=0,
        )


def _run(grader: Scripted, suite: Suite, cases: Sequence[Case], concurrency: int) -> list[Outcome]:
    async def collect() -> list[Outcome]:
        return [
            outcome async for outcome in run_cases(grader, suite, cases, concurrency=concurrency)
        ]

    return asyncio.run(collect())


def _cases(suite: Suite) -> list[Case]:
    base = suite.wrong[0]

    def case(text: str, base_id: str | None) -> Case:
        return Case(
            side=Side.ATTACK,
            group="padding",
            name=text,
            rubric_id=base.rubric_id,
            base_id=base_id,
            text=text,
        )

    return [case("first", base.id), case("second", None), case("third", base.id)]


def test_outcomes_come_in_order_and_bases_are_graded_once(suite: Suite) -> None:
    base = suite.wrong[0].text
    grader = Scripted({base: 4.0, "first": 10.0, "second": 7.5, "third": 1.0})
    cases = _cases(suite)
    outcomes = _run(grader, suite, cases, concurrency=2)
    assert [outcome.case for outcome in outcomes] == cases
    assert [outcome.base_score for outcome in outcomes] == [4.0, 0.0, 4.0]
    assert [outcome.lift for outcome in outcomes] == [6.0, 7.5, -3.0]
    assert outcomes[0].flags == ("keyword_list",)
    assert grader.graded.count(base) == 1
    assert len(grader.graded) == answers_to_grade(cases) == 4
    assert grader.at_once == 2


def test_concurrency_changes_nothing(suite: Suite) -> None:
    cases = suite.cases(limit=20)
    scores = {case.text: float(len(case.text) % 90) for case in cases}
    one, many = (_run(Scripted(scores), suite, cases, concurrency=n) for n in (1, 8))
    assert one == many


def test_an_answer_that_is_refused_scores_nothing(suite: Suite) -> None:
    outcomes = _run(Scripted({}, refused=["second"]), suite, _cases(suite), concurrency=1)
    assert outcomes[1].score == 0.0
    assert "empty" in outcomes[1].refused


def test_a_withheld_score_gives_no_lift(suite: Suite) -> None:
    base = suite.wrong[0].text
    outcomes = _run(Scripted({base: None}), suite, _cases(suite), concurrency=1)
    assert [outcome.lift for outcome in outcomes] == [None, 0.0, None]
