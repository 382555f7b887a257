"""Grading every answer of a data set once, or several times, into a run file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice

from evals.datasets import LabelledAnswer, LabelledCase
from evals.runs._file import RunWriter
from evals.runs._records import (
    RunRecord,
    failed_record,
    graded_record,
    record_key,
    repeat_of,
    with_labels,
)
from grader import __version__
from grader.bank import Bank
from grader.errors import GraderError, RubricNotFound
from grader.grading import Grader
from grader.judges import Judge, JudgeIdentity, JudgeTask, SupportsClose
from grader.types import Grade, Judgement, Rubric

# Chooses the rubric version an answer is graded under; None leaves the answer out.
RubricChoice = Callable[[LabelledAnswer], Rubric | None]

_heard: ContextVar[Judgement | None] = ContextVar("heard", default=None)


class ListeningJudge:
    """Passes everything on, and keeps what was last said in the current task.

    A grade tells the probability of its verdicts only; measures need those of the others too.
    """

    def __init__(self, judge: Judge) -> None:
        """Listen to a judge."""
        self._judge = judge

    @property
    def identity(self) -> JudgeIdentity:
        """The judge's own."""
        return self._judge.identity

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge; see `Judge.judge`."""
        _heard.set(None)
        judgement = await self._judge.judge(task)
        _heard.set(judgement)
        return judgement

    def close(self) -> None:
        """Close the judge."""
        if isinstance(self._judge, SupportsClose):
            self._judge.close()


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, in answers.

    Attributes:
        graded: Graded now.
        reused: Taken from an earlier run.
        failed: Could not be graded; counted apart, never as wrong.
        skipped: Left out, since the bank has no rubric for them.
    """

    graded: int
    reused: int
    failed: int
    skipped: int


def rubric_choice(bank: Bank, *, latest: bool = False) -> RubricChoice:
    """Choose the version that the labels were made for, else the bank's current one.

    Args:
        bank: Where rubrics come from.
        latest: Always choose the current version; labels are then mapped by id.
    """

    def choose(answer: LabelledAnswer) -> Rubric | None:
        if not latest and (answer.rubric_id, answer.rubric_version) in bank:
            try:
                return bank.get(answer.rubric_id, answer.rubric_version)
            except RubricNotFound:  # a draft, in a bank that serves none
                return None
        try:
            return bank.get(answer.rubric_id)
        except RubricNotFound:
            return None

    return choose


async def run_answers(  # noqa: PLR0913 - the last four are options
    grader: Grader,
    cases: Iterable[LabelledCase],
    writer: RunWriter,
    choose: RubricChoice,
    *,
    workers: int,
    repeats: int = 1,
    limit: int | None = None,
    on_answer: Callable[[], None] | None = None,
) -> RunReport:
    """Grade labelled answers into a run file, in order, with at most `workers` under way.

    Args:
        grader: Does the grading.
        cases: The answers; read as they are needed.
        writer: Entered already; what it finds of an earlier run is not graded again.
        choose: Gives each answer's rubric version.
        workers: Answers graded at the same time.
        repeats: How often each answer is graded; the first time counts, the others show flips.
        limit: Only the first so many answers.
        on_answer: Called after each answer, whatever became of it.
    """
    counts = {"graded": 0, "reused": 0, "failed": 0, "skipped": 0}
    with _listening(grader):
        session = _Session(grader, writer, choose, repeats)
        async with aclosing(session.results(islice(cases, limit), workers)) as results:
            async for outcome, record, rubric in results:
                counts[outcome] += 1
                if record is not None and rubric is not None:
                    writer.write(record, rubric)
                if on_answer:
                    on_answer()
    return RunReport(**counts)


_Result = tuple[str, RunRecord | None, Rubric | None]


class _Session:
    def __init__(
        self, grader: Grader, writer: RunWriter, choose: RubricChoice, repeats: int
    ) -> None:
        self._grader = grader
        self._writer = writer
        self._choose = choose
        self._repeats = repeats

    async def results(self, cases: Iterable[LabelledCase], workers: int) -> AsyncGenerator[_Result]:
        pending: list[asyncio.Task[_Result]] = []
        try:
            for case in cases:
                pending.append(asyncio.create_task(self._result(case)))
                if len(pending) >= workers:
                    yield await pending.pop(0)
            while pending:
                yield await pending.pop(0)
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _result(self, case: LabelledCase) -> _Result:
        rubric = self._choose(case.answer)
        if rubric is None:
            return "skipped", None, None
        identity = self._grader.judge.identity
        key = record_key(case.answer.answer, rubric, identity, __version__)
        held = self._writer.find(key)
        if held is not None and len(held.repeats) >= self._repeats - 1:
            return "reused", with_labels(held, case, rubric), rubric
        try:
            grade = await self._grade(case, rubric)
        except GraderError as error:
            return "failed", with_labels(failed_record(key, rubric, error), case, rubric), rubric
        record = graded_record(key, rubric, grade, _heard.get())
        again = [repeat_of(await self._grade(case, rubric)) for _ in range(self._repeats - 1)]
        record = record.model_copy(update={"repeats": tuple(again)})
        return "graded", with_labels(record, case, rubric), rubric

    async def _grade(self, case: LabelledCase, rubric: Rubric) -> Grade:
        return await self._grader.grade(case.answer.answer, rubric)


@contextmanager
def _listening(grader: Grader) -> Iterator[None]:
    judge = grader.judge
    grader.judge = ListeningJudge(judge)
    try:
        yield
    finally:
        grader.judge = judge
