"""The work on batches of all tenants, for whoever does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._base import now
from api.records._batches import (
    CHUNK_ITEMS,
    UNFINISHED,
    BatchItemRow,
    BatchRow,
    BatchStatus,
    ItemStatus,
)
from api.records._grades import Grades
from api.records._submissions import SubmissionRow
from grader.types import Grade

_DELETED = {
    "code": "submission_deleted",
    "message": "the answer was deleted before it was graded; send it again if that was not meant",
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a batch that are graded together: one piece of work.

    Attributes:
        first: Position of the first.
        count: How many positions, those included that hold nothing to grade.
    """

    batch_id: str
    first: int
    count: int = CHUNK_ITEMS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: a grade, or an error as its error line has it.

    Attributes:
        tokens: What was spent on it, failed attempts included.
    """

    position: int
    submission: SubmissionRow | None
    grade: Grade | None = None
    error: dict[str, Any] | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A chunk whose work was begun, with the lines of it that are still to be graded."""

    batch: BatchRow
    items: Sequence[tuple[BatchItemRow, SubmissionRow | None]]


class BatchWork:
    """Chunks of batches: which there are, what is in them, and what came of it.

    Every method that changes something locks the batch first, and then sees whether the lines are
    still open. So two who grade the same chunk, or one who grades what was cancelled meanwhile, do
    no harm: the first result counts.
    """

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self._session = session

    async def chunks(self, batch_id: str) -> Sequence[Chunk]:
        """Return the chunks of a batch that hold something to grade, in order."""
        number = BatchItemRow.position // CHUNK_ITEMS
        found = await self._session.scalars(
            select(number)
            .where(BatchItemRow.batch_id == batch_id, BatchItemRow.status == ItemStatus.PENDING)
            .distinct()
            .order_by(number)
        )
        return [Chunk(batch_id, index * CHUNK_ITEMS) for index in found]

    async def next_chunk(self, under_way: Collection[Chunk]) -> Chunk | None:
        """Return the chunk whose turn it is, without those that are under way.

        A batch with a token limit has one chunk under way at a time, so that the limit holds.
        """
        busy = [
            and_(
                BatchItemRow.batch_id == chunk.batch_id,
                BatchItemRow.position.between(chunk.first, chunk.first + chunk.count - 1),
            )
            for chunk in under_way
        ]
        first = (
            select(func.min(BatchItemRow.position))
            .where(
                BatchItemRow.batch_id == BatchRow.id,
                BatchItemRow.status == ItemStatus.PENDING,
                *map(not_, busy),
            )
            .scalar_subquery()
        )
        waiting = await self._session.execute(
            select(BatchRow.id, BatchRow.turn, first).where(
                BatchRow.status.in_(UNFINISHED),
                BatchRow.token_limit.is_(None)
                | BatchRow.id.not_in([chunk.batch_id for chunk in under_way]),
            )
        )
        due = sorted(
            (turn + position // CHUNK_ITEMS, batch_id, position // CHUNK_ITEMS)
            for batch_id, turn, position in waiting
            if position is not None
        )
        return Chunk(due[0][1], due[0][2] * CHUNK_ITEMS) if due else None

    async def begin(self, chunk: Chunk) -> Begun | None:
        """Begin with a chunk; None if nothing is left to be done."""
        batch = await self._locked(chunk.batch_id)
        if batch is None:
            return None
        found = await self._session.execute(
            select(BatchItemRow, SubmissionRow)
            .outerjoin(SubmissionRow, SubmissionRow.id == BatchItemRow.submission_id)
            .where(
                BatchItemRow.batch_id == chunk.batch_id,
                BatchItemRow.position.between(chunk.first, chunk.first + chunk.count - 1),
                BatchItemRow.status == ItemStatus.PENDING,
            )
            .order_by(BatchItemRow.position)
        )
        items = [(item, submission) for item, submission in found]
        if not items:
            return None
        if batch.status is BatchStatus.QUEUED:
            batch.status = BatchStatus.IN_PROGRESS
            batch.started_at = now()
        return Begun(batch, items)

    async def count_attempt(self, batch_id: str, positions: Collection[int]) -> None:
        """Note that the grading of some lines begins; nothing tells of it if the process dies."""
        await self._session.execute(
            update(BatchItemRow)
            .where(BatchItemRow.batch_id == batch_id, BatchItemRow.position.in_(positions))
            .values(attempts=BatchItemRow.attempts + 1)
        )

    async def keep(self, batch_id: str, outcomes: Sequence[Outcome]) -> BatchRow | None:
        """Keep what became of some lines, unless they have a result already.

        Returns:
            The batch as it stands then; None if it is not being worked on any more.
        """
        batch = await self._locked(batch_id)
        if batch is None:
            return None
        open_positions = set(
            await self._session.scalars(
                select(BatchItemRow.position).where(
                    BatchItemRow.batch_id == batch_id,
                    BatchItemRow.position.in_([outcome.position for outcome in outcomes]),
                    BatchItemRow.status == ItemStatus.PENDING,
                )
            )
        )
        mine = [outcome for outcome in outcomes if outcome.position in open_positions]
        present = await self._present(mine)
        moment = now()
        changes = [_change(batch_id, outcome, present, moment) for outcome in mine]
        kept = [outcome for outcome in mine if _has_grade(outcome, present)]
        await self._add_grades(batch.tenant_id, kept)
        if changes:
            await self._session.execute(update(BatchItemRow), changes)
        batch.graded += len(kept)
        batch.ungraded += sum(o.grade is not None and o.grade.score is None for o in kept)
        batch.failed += len(mine) - len(kept)
        batch.tokens += sum(outcome.tokens for outcome in outcomes)
        if batch.pending == 0:
            batch.status = BatchStatus.COMPLETED
            batch.finished_at = moment
        await self._session.flush()
        return batch

    async def _locked(self, batch_id: str) -> BatchRow | None:
        batch: BatchRow | None = await self._session.scalar(
            select(BatchRow)
            .where(BatchRow.id == batch_id, BatchRow.status.in_(UNFINISHED))
            .with_for_update()
        )
        return batch

    async def _present(self, outcomes: Sequence[Outcome]) -> set[str]:
        """Return the submissions that are there, and stay so until the end of the transaction."""
        ids = [outcome.submission.id for outcome in outcomes if outcome.submission is not None]
        return set(
            await self._session.scalars(
                select(SubmissionRow.id)
                .where(SubmissionRow.id.in_(ids))
                .with_for_update(read=True, key_share=True)
            )
        )

    async def _add_grades(self, tenant_id: str, outcomes: Sequence[Outcome]) -> None:
        await Grades(self._session, tenant_id).add_all(
            [(o.grade, o.submission) for o in outcomes if o.grade and o.submission]
        )


def _has_grade(outcome: Outcome, present: set[str]) -> bool:
    submission = outcome.submission
    return outcome.grade is not None and submission is not None and submission.id in present


def _change(batch_id: str, outcome: Outcome, present: set[str], moment: datetime) -> dict[str, Any]:
    graded = _has_grade(outcome, present)
    return {
        "batch_id": batch_id,
        "position": outcome.position,
        "status": ItemStatus.GRADED if graded else ItemStatus.FAILED,
        "grade_id": outcome.grade.id if graded and outcome.grade else None,
        "error": None if graded else outcome.error or _DELETED,
        "finished_at": moment,
    }
