"""Batches and their items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, TenantId, is_id, now
from api.records._grades import GradeRow
from api.records._submissions import SubmissionRow

CHUNK_ITEMS = 50
"""So many lines of a batch are one piece of work."""


class BatchStatus(StrEnum):
    """Where a batch stands; it ends in one of the last two."""

    VALIDATING = "validating"
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class ItemStatus(StrEnum):
    """Where one line of a batch stands."""

    PENDING = "pending"
    GRADED = "graded"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (BatchStatus.QUEUED, BatchStatus.IN_PROGRESS)


class BatchRow(Base):
    """Many answers that are graded in the background.

    The counts change in the transaction that changes the items, so that they always agree.

    Attributes:
        key_id: The key that sent it.
        status: `validating` while its lines are still being taken in; nobody sees it until then.
        labels: The request's `metadata`.
        token_limit: What the calls to an LLM for it may use together; None for no limit.
        tokens: What they have used.
        turn: When its first piece of work is due, in pieces; see `Batches.accept`.
        total: Lines that hold something.
        graded: Lines that have a grade.
        ungraded: Those of them whose score is withheld.
        failed: Lines that have an error instead.
        cancelled: Lines that were not graded because the batch was cancelled.
    """

    __tablename__ = "batches"
    __table_args__ = (Index(None, "tenant_id", "id"), Index(None, "status", "id"))

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    key_id: Mapped[Id | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    status: Mapped[BatchStatus]
    labels: Mapped[dict[str, str]]
    allow_partial: Mapped[bool]
    token_limit: Mapped[int | None] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    turn: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    graded: Mapped[int] = mapped_column(default=0)
    ungraded: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)

    @property
    def pending(self) -> int:
        """Lines that are still to be graded."""
        return self.total - self.graded - self.failed - self.cancelled


class BatchItemRow(Base):
    """One line of a batch: its answer is the submission's, its result the grade or the error.

    Attributes:
        position: 0-based, in the order of the file.
        line: 1-based line of the file.
        custom_id: The caller's name for the line; None where it does not say.
        submission_id: None for a line that could not be read, or whose submission was deleted.
        attempts: How often a piece of work with it was begun.
        error: Why there is no grade, as an error line has it.
    """

    __tablename__ = "batch_items"
    __table_args__ = (
        PrimaryKeyConstraint("batch_id", "position"),
        Index(None, "batch_id", "custom_id", unique=True),
        Index(None, "batch_id", "status", "position"),
    )

    batch_id: Mapped[Id] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    position: Mapped[int]
    tenant_id: Mapped[TenantId]
    line: Mapped[int]
    custom_id: Mapped[Name | None]
    submission_id: Mapped[Id | None] = mapped_column(
        ForeignKey("submissions.id", ondelete="SET NULL"), index=True
    )
    grade_id: Mapped[Id | None] = mapped_column(
        ForeignKey("grades.id", ondelete="SET NULL"), index=True
    )
    status: Mapped[ItemStatus] = mapped_column(default=ItemStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]


GradedLine = tuple[int, str | None, dict[str, Any]]
"""Position, custom id and grade."""


class Batches:
    """One tenant's batches."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def stage(
        self, items: Sequence[BatchItemRow], submissions: Sequence[SubmissionRow]
    ) -> None:
        """Take in some lines of a batch that is being validated; their rubrics are kept.

        Raises:
            ValueError: Something is another tenant's.
        """
        tenants = {item.tenant_id for item in items} | {row.tenant_id for row in submissions}
        if tenants - {self._tenant_id}:
            raise ValueError("a line of another tenant")
        # Inserted as plain values, which takes half the time of adding rows to the session.
        for table, rows in ((SubmissionRow, submissions), (BatchItemRow, items)):
            if rows:
                await self._session.execute(insert(table), [_values(row) for row in rows])

    async def accept(self, batch_id: str) -> BatchRow:
        """Make a batch, all of whose lines were staged, one that is to be graded.

        It gets its turn by start-time fair queuing (Goyal, Vin and Cheng, 1996), with pieces of
        work as time: behind what its own tenant has waiting, level with what is next of others. So
        tenants take turns, however much one of them has sent.

        Raises:
            LookupError: There is no such batch.
        """
        row = await self._session.scalar(self._mine().where(BatchRow.id == batch_id))
        if row is None:
            raise LookupError(batch_id)
        counted = await self._session.execute(
            select(BatchItemRow.status, func.count())
            .where(BatchItemRow.batch_id == batch_id)
            .group_by(BatchItemRow.status)
        )
        counts: dict[ItemStatus, int] = dict(counted.all())
        row.turn = await self._turn()
        row.total = sum(counts.values())
        row.failed = counts.get(ItemStatus.FAILED, 0)
        row.status = BatchStatus.QUEUED
        if row.pending == 0:
            row.status = BatchStatus.COMPLETED
            row.finished_at = now()
        await self._session.flush()
        return row

    async def get(self, batch_id: str, *, lock: bool = False) -> BatchRow | None:
        """Find a batch; with `lock`, it stays as it is until the end of the transaction."""
        if not is_id(batch_id, "bat"):
            return None
        query = self._visible().where(BatchRow.id == batch_id)
        found: BatchRow | None = await self._session.scalar(
            query.with_for_update() if lock else query
        )
        return found

    async def page(
        self, *, status: BatchStatus | None = None, before: str | None = None, limit: int
    ) -> Sequence[BatchRow]:
        """Return batches, newest first.

        Args:
            status: Only those that stand so.
            before: Only those that come after this id in the order of the list.
            limit: At most so many.
        """
        query = self._visible().order_by(BatchRow.id.desc()).limit(limit)
        if status is not None:
            query = query.where(BatchRow.status == status)
        if before is not None:
            query = query.where(BatchRow.id < before)
        return (await self._session.scalars(query)).all()

    async def cancel(self, batch: BatchRow) -> None:
        """Cancel an unfinished batch, which is locked: what is not graded now will not be."""
        await self._session.execute(
            update(BatchItemRow)
            .where(BatchItemRow.batch_id == batch.id, BatchItemRow.status == ItemStatus.PENDING)
            .values(status=ItemStatus.CANCELLED, finished_at=now())
        )
        batch.cancelled = batch.pending
        batch.status = BatchStatus.CANCELLED
        batch.finished_at = now()
        await self._session.flush()

    async def grades(self, batch_id: str, *, after: int, limit: int) -> Sequence[GradedLine]:
        """Return lines that have a grade, in the order of the file, from behind a position."""
        found = await self._session.execute(
            select(BatchItemRow.position, BatchItemRow.custom_id, GradeRow.document)
            .join(GradeRow, GradeRow.id == BatchItemRow.grade_id)
            .where(self._lines_behind(batch_id, after), BatchItemRow.status == ItemStatus.GRADED)
            .order_by(BatchItemRow.position)
            .limit(limit)
        )
        return [(position, name, document) for position, name, document in found]

    async def errors(self, batch_id: str, *, after: int, limit: int) -> Sequence[BatchItemRow]:
        """Return finished lines that have no grade, in the order of the file."""
        without_grade = or_(
            BatchItemRow.status.in_((ItemStatus.FAILED, ItemStatus.CANCELLED)),
            and_(BatchItemRow.status == ItemStatus.GRADED, BatchItemRow.grade_id.is_(None)),
        )
        found = await self._session.scalars(
            select(BatchItemRow)
            .where(self._lines_behind(batch_id, after), without_grade)
            .order_by(BatchItemRow.position)
            .limit(limit)
        )
        return found.all()

    async def _turn(self) -> int:
        first = (
            select(func.min(BatchItemRow.position))
            .where(BatchItemRow.batch_id == BatchRow.id, BatchItemRow.status == ItemStatus.PENDING)
            .scalar_subquery()
        )
        waiting = await self._session.execute(
            select(BatchRow.tenant_id, BatchRow.turn, BatchRow.total, first).where(
                BatchRow.status.in_(UNFINISHED)
            )
        )
        due, behind_own = [], [0]
        for tenant_id, turn, total, position in waiting:
            if position is not None:
                due.append(turn + position // CHUNK_ITEMS)
            if tenant_id == self._tenant_id:
                behind_own.append(turn + -(-total // CHUNK_ITEMS))
        return max(min(due, default=0), *behind_own)

    def _mine(self) -> Select[BatchRow]:
        return select(BatchRow).where(BatchRow.tenant_id == self._tenant_id)

    def _visible(self) -> Select[BatchRow]:
        return self._mine().where(BatchRow.status != BatchStatus.VALIDATING)

    def _lines_behind(self, batch_id: str, after: int) -> Any:
        return and_(
            BatchItemRow.tenant_id == self._tenant_id,
            BatchItemRow.batch_id == batch_id,
            BatchItemRow.position > after,
        )


def _values(row: Base) -> dict[str, Any]:
    return {key: value for key, value in vars(row).items() if not key.startswith("_")}


async def discard_staged(
    session: AsyncSession, *, batch_id: str | None = None, older_than: timedelta = timedelta()
) -> None:
    """Delete what was staged of batches that were never accepted: of one, or of all old ones."""
    condition = BatchRow.id == batch_id if batch_id else BatchRow.created_at < now() - older_than
    staged = select(BatchRow.id).where(BatchRow.status == BatchStatus.VALIDATING, condition)
    answers = select(BatchItemRow.submission_id).where(BatchItemRow.batch_id.in_(staged))
    await session.execute(delete(SubmissionRow).where(SubmissionRow.id.in_(answers)))
    await session.execute(delete(BatchRow).where(BatchRow.id.in_(staged)))
