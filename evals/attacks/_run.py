"""Grading the suite's answers, each base once and each case once, in a fixed order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from evals.attacks._plan import Suite
from evals.attacks._types import Case, Outcome
from grader.errors import AnswerInvalid
from grader.ordered import in_order
from grader.types import Grade, Rubric


class GradesAnswers(Protocol):
    """What the suite attacks; a `grader.Grader` is one."""

    async def grade(self, answer: str, rubric: Rubric) -> Grade:
        """Grade one answer.

        Raises:
            AnswerInvalid: The answer cannot be graded as it stands.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Graded:
    score: float | None
    flags: tuple[str, ...] = ()
    needs_review: bool = False
    refused: str = ""


async def run_cases(
    grader: GradesAnswers,
    suite: Suite,
    cases: Sequence[Case],
    *,
    concurrency: int = 8,
    on_graded: Callable[[], None] = lambda: None,
) -> AsyncIterator[Outcome]:
    """Grade the cases and yield what became of each, in their order.

    The answers they were made from are graded first.

    Args:
        grader: What is under attack.
        suite: Where the cases came from.
        cases: What to grade.
        concurrency: Answers graded at the same time.
        on_graded: Called after each answer, `answers_to_grade` times in all.
    """

    async def graded(text: str, rubric_id: str) -> _Graded:
        made = await _grade(grader, text, suite.material[rubric_id].rubric)
        on_graded()
        return made

    async def before(base_id: str) -> tuple[str, float | None]:
        base = suite.bases[base_id]
        return base_id, (await graded(base.text, base.rubric_id)).score

    scores = {
        base_id: score
        async for base_id, score in in_order(_bases_of(cases), before, workers=concurrency)
    }

    async def outcome(case: Case) -> Outcome:
        made = await graded(case.text, case.rubric_id)
        return Outcome(
            case=case,
            base_score=scores[case.base_id] if case.base_id else 0.0,
            score=made.score,
            flags=made.flags,
            needs_review=made.needs_review,
            refused=made.refused,
        )

    async with aclosing(in_order(cases, outcome, workers=concurrency)) as outcomes:
        async for each in outcomes:
            yield each


def answers_to_grade(cases: Sequence[Case]) -> int:
    """Count the answers behind the cases: the cases, and what they were made from."""
    return len(cases) + len(_bases_of(cases))


def _bases_of(cases: Sequence[Case]) -> list[str]:
    return list(dict.fromkeys(case.base_id for case in cases if case.base_id))


async def _grade(grader: GradesAnswers, text: str, rubric: Rubric) -> _Graded:
    try:
        grade = await grader.grade(text, rubric)
    except AnswerInvalid as error:
        return _Graded(0.0, refused=str(error))
    return _Graded(grade.score, grade.flags, grade.needs_review)
