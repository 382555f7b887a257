"""Grading one chunk of a batch, whoever queued it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from api.batches import announce_finished
from api.grading import tokens_left
from api.records import (
    BatchRow,
    BatchWork,
    Begun,
    Chunk,
    Database,
    Outcome,
    RubricDocuments,
    SubmissionRow,
    Transcripts,
)
from api.workers._answers import AnswerGrader, BatchAnswer, failed
from api.workers._patience import patiently
from grader.cancelling import cancel_all
from grader.grading import Grader
from grader.llm import TokenBudget, token_budget
from grader.types import Grade, Rubric

_KEPT_EVERY = 0.25
_RUBRICS_IN_MEMORY = 256

# A line that was under way so often when a process died is graded alone from then on, so that it
# takes no others with it, and after as many more deaths it is given up.
_MOST_TOGETHER = 5
_MOST_ATTEMPTS = 2 * _MOST_TOGETHER

_FIRST_RETRY_SECONDS, _RETRY_FACTOR = 2.0, 4


class ChunkGrader:
    """Grades chunks, a bounded number of answers at a time over all of them.

    Results are kept a few times a second. What a process that dies had not kept is graded again;
    nothing is kept twice.
    """

    def __init__(
        self,
        database: Database,
        grader: Grader,
        *,
        retry_seconds: Sequence[float] | None = None,
        busy: Callable[[], bool] = lambda: False,
        on_grade: Callable[[Grade], object] = lambda _: None,
    ) -> None:
        """Prepare.

        Args:
            database: Holds the batches.
            grader: Its settings say how many answers are graded at a time.
            retry_seconds: How long to wait before each further attempt at an answer that the judge
                failed at; by default 2, 8, 32 and so on, as many as the settings say.
            busy: Tells whether this process has answers to grade that somebody waits for; while it
                has, batches go slowly.
            on_grade: Called with each grade once it is kept.
        """
        if retry_seconds is None:
            waits = range(grader.settings.batch_retries)
            retry_seconds = [_FIRST_RETRY_SECONDS * _RETRY_FACTOR**n for n in waits]
        self._database = database
        self._grader = grader
        self._on_grade = on_grade
        self._answers = AnswerGrader(grader, retry_seconds, busy)
        self._rubrics: OrderedDict[tuple[str, str], Rubric] = OrderedDict()

    async def run(self, chunk: Chunk) -> None:
        """Grade what is still to be graded of a chunk; returns once all of it is kept.

        While the records are unavailable it waits for them.
        """
        begun = await patiently(partial(self._begin, chunk))
        if begun is None:
            return
        batch, lines = begun
        left = await patiently(partial(tokens_left, self._grader, self._database, batch.tenant_id))
        limit, remedy = _limit(batch, left), "GRADER_LLM_BATCH_TOKENS, grader tenants limit"
        with token_budget(limit, remedy=remedy) as budget:
            budget.used = batch.tokens
            together = [line for line in lines if line.row.attempts < _MOST_TOGETHER]
            going_on = await self._grade(batch, together, budget)
            for line in lines:
                if going_on and line.row.attempts >= _MOST_TOGETHER:
                    going_on = await self._grade_alone(batch, line, budget)

    async def _begin(self, chunk: Chunk) -> tuple[BatchRow, Sequence[BatchAnswer]] | None:
        async with self._database.write() as session:
            work = BatchWork(session)
            begun = await work.begin(chunk)
            if begun is None:
                return None
            positions = [row.position for row, _ in begun.items if row.attempts < _MOST_TOGETHER]
            await work.count_attempt(chunk.batch_id, positions)
            lines = await self._lines(session, begun)
        while len(self._rubrics) > _RUBRICS_IN_MEMORY:
            self._rubrics.popitem(last=False)
        return begun.batch, lines

    async def _lines(self, session: AsyncSession, begun: Begun) -> Sequence[BatchAnswer]:
        tenant_id = begun.batch.tenant_id
        documents = RubricDocuments(session, tenant_id)
        spoken = await Transcripts(session, tenant_id).of_all(
            [submission.id for _, submission in begun.items if submission is not None]
        )
        lines = []
        for row, submission in begun.items:
            if submission is None:
                lines.append(BatchAnswer(row, None, None))
            else:
                rubric = await self._rubric(documents, submission)
                lines.append(BatchAnswer(row, submission, rubric, spoken.get(submission.id)))
        return lines

    async def _rubric(self, documents: RubricDocuments, submission: SubmissionRow) -> Rubric:
        key = (submission.tenant_id, submission.rubric_sha256)
        if key not in self._rubrics:
            self._rubrics[key] = await documents.get(submission.rubric_sha256)
        self._rubrics.move_to_end(key)
        return self._rubrics[key]

    async def _grade_alone(self, batch: BatchRow, line: BatchAnswer, budget: TokenBudget) -> bool:
        if line.row.attempts >= _MOST_ATTEMPTS:
            message = f"the service ended {_MOST_ATTEMPTS} times while grading this answer"
            return await self._keep(batch, [failed(line, "gave_up", message)])
        await patiently(partial(self._count_attempt, line))
        return await self._grade(batch, [line], budget)

    async def _count_attempt(self, line: BatchAnswer) -> None:
        async with self._database.write() as session:
            await BatchWork(session).count_attempt(line.row.batch_id, [line.row.position])

    async def _grade(
        self, batch: BatchRow, lines: Sequence[BatchAnswer], budget: TokenBudget
    ) -> bool:
        """Grade lines and keep what comes of them; tell whether the batch is still worked on."""
        pending = {asyncio.create_task(self._answers.grade(line, budget)) for line in lines}
        try:
            while pending:
                done, pending = await asyncio.wait(pending, timeout=_KEPT_EVERY)
                outcomes = [task.result() for task in done]
                if outcomes and not await self._keep(batch, outcomes):
                    return False
        finally:
            await cancel_all(pending)
        return True

    async def _keep(self, batch: BatchRow, outcomes: Sequence[Outcome]) -> bool:
        kept = await patiently(partial(self._keep_now, batch, outcomes))
        for outcome in outcomes:
            if kept and outcome.grade is not None:
                self._on_grade(outcome.grade)
        return kept

    async def _keep_now(self, batch: BatchRow, outcomes: Sequence[Outcome]) -> bool:
        async with self._database.write() as session:
            standing = await BatchWork(session).keep(batch.id, outcomes)
            if standing is None:
                return False
            if standing.finished_at is not None:
                announce_finished(session, standing)
        return True


def _limit(batch: BatchRow, left: int | None) -> int | None:
    """Return the tokens that a batch may have used by the time its tenant has none left today."""
    limits = (batch.token_limit, None if left is None else batch.tokens + left)
    return min((limit for limit in limits if limit is not None), default=None)
