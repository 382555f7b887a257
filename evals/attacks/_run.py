"""Grading the suite's answers, each base once and each case once, in a fixed order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from evals.attacks._plan import Suite
from evals.attacks._types import Case, Outcome
from grader.errors import AnswerInvalid
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

    bases = suite.bases
    needed = _bases_of(cases)
    found = {
        base_id: made
        async for base_id, made in _in_order(
            needed,
            lambda base_id: graded(bases[base_id].text, bases[base_id].rubric_id),
            concurrency,
        )
    }
    async for case, made in _in_order(
        cases, lambda case: graded(case.text, case.rubric_id), concurrency
    ):
        yield Outcome(
            case=case,
            base_score=found[case.base_id].score if case.base_id else 0.0,
            score=made.score,
            flags=made.flags,
            needs_review=made.needs_review,
            refused=made.refused,
        )


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


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


async def _in_order(
    items: Sequence[_Item],
    work: Callable[[_Item], Coroutine[object, object, _Result]],
    concurrency: int,
) -> AsyncIterator[tuple[_Item, _Result]]:
    """Do some of the work at a time, and yield results in the order of the items."""
    under_way: deque[tuple[_Item, asyncio.Task[_Result]]] = deque()
    try:
        for item in items:
            if len(under_way) >= concurrency:
                first, task = under_way.popleft()
                yield first, await task
            under_way.append((item, asyncio.create_task(work(item))))
        while under_way:
            first, task = under_way.popleft()
            yield first, await task
    finally:
        for _, task in under_way:
            task.cancel()
