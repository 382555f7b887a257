"""Grading one line of a batch, with further attempts where the judge fails."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.grading import GradingTask, make_grade
from api.records import BatchItemRow, Outcome, SubmissionRow, new_id
from api.workers._patience import patiently
from grader.errors import GraderError
from grader.grading import Grader
from grader.llm import TokenBudget
from grader.review import UNREADABLE, was_judged
from grader.speech import SpokenAnswer
from grader.types import Grade, Rubric, Verdict

_log = logging.getLogger(__name__)

_MOST_WAY_SECONDS = 0.25
_WAY_STEP_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """One line to be graded; without a submission and a rubric if it was deleted."""

    row: BatchItemRow
    submission: SubmissionRow | None
    rubric: Rubric | None
    spoken: SpokenAnswer | None = None


class AnswerGrader:
    """Grades lines of batches, a bounded number at a time."""

    def __init__(
        self, grader: Grader, retry_seconds: Sequence[float], busy: Callable[[], bool]
    ) -> None:
        """Prepare.

        Args:
            grader: Its settings say how many answers are graded at a time.
            retry_seconds: How long to wait before each further attempt after the judge failed.
            busy: Tells whether somebody waits for an answer to be graded; those go first.
        """
        self._grader = grader
        self._busy = busy
        self._retry_seconds = tuple(retry_seconds)
        self._places = asyncio.Semaphore(grader.settings.concurrency)

    async def grade(self, answer: BatchAnswer, budget: TokenBudget) -> Outcome:
        """Grade one line; whatever goes wrong with it is its result.

        An answer at which the judge fails is tried again some times, and then gets the grade that a
        failing judge gives: ungraded points and a withheld score.
        """
        if answer.submission is None or answer.rubric is None:
            return Outcome(answer.row.position, None)
        task = GradingTask(new_id("grd"), answer.submission, answer.rubric, spoken=answer.spoken)
        try:
            grade, tokens = await self._attempt(task, budget)
        except GraderError as error:
            return failed(answer, error.code, str(error), **error.details())
        except Exception:  # noqa: BLE001 - it is logged, and the caller is told of it
            _log.exception(
                "line %s of batch %s cannot be graded", answer.row.line, answer.row.batch_id
            )
            message = "an unexpected error occurred; it has been logged"
            return failed(answer, "internal_error", message)
        return Outcome(answer.row.position, answer.submission, grade, tokens=tokens)

    async def _attempt(self, task: GradingTask, budget: TokenBudget) -> tuple[Grade, int]:
        tokens = 0
        for wait in (*self._retry_seconds, None):
            async with self._places:
                await self._make_way()
                grade = await patiently(partial(make_grade, self._grader, task))
            tokens += grade.usage.input_tokens + grade.usage.output_tokens
            if wait is None or not _judge_failed(grade) or self._is_spent(budget):
                break
            _log.info("the judge failed at submission %s; again in %g s", task.submission.id, wait)
            await asyncio.sleep(wait)
        return grade, tokens

    async def _make_way(self) -> None:
        """Let answers that somebody waits for go first, but not for ever."""
        end = time.monotonic() + _MOST_WAY_SECONDS
        while self._busy() and time.monotonic() < end:  # noqa: ASYNC110 - nothing tells the end
            await asyncio.sleep(_WAY_STEP_SECONDS)

    def _is_spent(self, budget: TokenBudget) -> bool:
        most = self._grader.settings.llm.call_tokens
        return budget.limit is not None and budget.limit - budget.used < most


def failed(answer: BatchAnswer, code: str, message: str, **details: Any) -> Outcome:
    """Return the outcome of a line that gets an error."""
    error = {"code": code, "message": message, "line": answer.row.line, **details}
    return Outcome(answer.row.position, answer.submission, error=error)


def _judge_failed(grade: Grade) -> bool:
    if any(flag in grade.flags for flag in UNREADABLE):
        return False
    if grade.spoken is not None and grade.spoken.doubtful:
        # What rests on badly heard words stays ungraded, however often it is judged.
        return not was_judged(grade)
    return any(point.verdict is Verdict.UNGRADED for point in grade.points)
