"""Grading every answer of a data set once, or several times, into a run file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from evals.datasets import LabelledAnswer, LabelledCase
from evals.runs._file import RunWriter
from evals.runs._records import (
    RunError,
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
from grader.ordered import in_order
from grader.types import GraderRef, Rubric

# Chooses the rubric version an answer is graded under; None leaves the answer out.
RubricChoice = Callable[[LabelledAnswer], Rubric | None]


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


def graded_by(grader: Grader) -> GraderRef:
    """Say what stands on every grade that a grader makes."""
    return GraderRef(**grader.judge.identity._asdict(), version=__version__)


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
    session = _Session(grader, writer, choose, repeats)
    found = in_order(islice(cases, limit), session.result, workers=workers)
    async with aclosing(found) as results:
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
        self._graded_by = graded_by(grader)

    async def result(self, case: LabelledCase) -> _Result:
        rubric = self._choose(case.answer)
        if rubric is None:
            return "skipped", None, None
        answer = case.answer.answer
        key = record_key(answer, rubric, self._graded_by)
        held = self._writer.find(key)
        if held is not None and len(held.repeats) >= self._repeats - 1:
            return "reused", with_labels(held, case, rubric), rubric
        try:
            grade = await self._grader.grade(answer, rubric)
            again = [await self._grader.grade(answer, rubric) for _ in range(self._repeats - 1)]
        except GraderError as error:
            failed = failed_record(key, rubric, RunError(code=error.code, message=str(error)))
            return "failed", with_labels(failed, case, rubric), rubric
        record = graded_record(key, rubric, grade)
        record = record.model_copy(update={"repeats": tuple(map(repeat_of, again))})
        return "graded", with_labels(record, case, rubric), rubric
