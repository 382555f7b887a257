"""Grades that were promised and are still to be made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, Sha256, TenantId, Version, is_id, now
from api.records._submissions import SubmissionRow
from grader.types import Rubric


class PendingStatus(StrEnum):
    """Where a grade stands that is not there yet."""

    PENDING = "pending"
    FAILED = "failed"


class PendingGradeRow(Base):
    """A grade that was promised; gone once it is made.

    Attributes:
        id: The id that the grade will have.
        lease_until: While this lies ahead, somebody is making it.
        attempts: How often it was begun.
        error: Why it cannot be made, as `{code, message}`.
    """

    __tablename__ = "pending_grades"
    __table_args__ = (Index(None, "status", "lease_until"),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    submission_id: Mapped[Id] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    rubric_id: Mapped[Name]
    rubric_version: Mapped[Version]
    rubric_sha256: Mapped[Sha256]
    regrade_of: Mapped[Id | None]
    status: Mapped[PendingStatus] = mapped_column(default=PendingStatus.PENDING)
    lease: Mapped[Id | None]
    lease_until: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None]


class PendingGrades:
    """One tenant's promised grades."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(
        self,
        grade_id: str,
        submission: SubmissionRow,
        rubric: Rubric,
        *,
        regrade_of: str | None = None,
    ) -> PendingGradeRow:
        """Promise a grade; its submission and its rubric are kept already.

        Raises:
            ValueError: The submission is another tenant's.
        """
        if submission.tenant_id != self._tenant_id:
            raise ValueError("a submission of another tenant")
        moment = now()
        row = PendingGradeRow(
            id=grade_id,
            tenant_id=self._tenant_id,
            submission_id=submission.id,
            created_at=moment,
            rubric_id=rubric.id,
            rubric_version=rubric.version,
            rubric_sha256=rubric.sha256,
            regrade_of=regrade_of,
            status=PendingStatus.PENDING,
            lease_until=moment,
            attempts=0,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, grade_id: str) -> tuple[PendingGradeRow, SubmissionRow] | None:
        """Find a promised grade and what is to be graded."""
        if not is_id(grade_id, "grd"):
            return None
        found = await self._session.execute(
            select(PendingGradeRow, SubmissionRow)
            .join(SubmissionRow, SubmissionRow.id == PendingGradeRow.submission_id)
            .where(PendingGradeRow.tenant_id == self._tenant_id, PendingGradeRow.id == grade_id)
        )
        return next(((pending, submission) for pending, submission in found), None)


class PendingWork:
    """The promised grades of all tenants, for whoever makes them.

    Whoever takes some has a lease on them: a token and a time. One who dies or is cut off loses
    them when the time is over, and then cannot finish them any more.
    """

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self._session = session

    async def take(self, lease: str, length: timedelta, limit: int) -> Sequence[PendingGradeRow]:
        """Take up to `limit` grades that nobody is making, oldest first."""
        moment = now()
        free = (
            select(PendingGradeRow.id)
            .where(
                PendingGradeRow.status == PendingStatus.PENDING,
                PendingGradeRow.lease_until <= moment,
            )
            .order_by(PendingGradeRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._session.scalars(free)).all()
        if not ids:
            return ()
        taken = await self._session.scalars(
            update(PendingGradeRow)
            .where(PendingGradeRow.id.in_(ids))
            .values(
                lease=lease,
                lease_until=moment + length,
                attempts=PendingGradeRow.attempts + 1,
            )
            .returning(PendingGradeRow)
        )
        return sorted(taken, key=lambda row: row.id)

    async def renew(self, grade_ids: Collection[str], lease: str, length: timedelta) -> None:
        """Prolong a lease on some grades."""
        await self._session.execute(
            update(PendingGradeRow)
            .where(PendingGradeRow.id.in_(grade_ids), PendingGradeRow.lease == lease)
            .values(lease_until=now() + length)
        )

    async def release(self, lease: str) -> None:
        """Give back what was taken and not finished, as if it had never been begun."""
        await self._session.execute(
            update(PendingGradeRow)
            .where(PendingGradeRow.lease == lease, PendingGradeRow.status == PendingStatus.PENDING)
            .values(lease=None, lease_until=now(), attempts=PendingGradeRow.attempts - 1)
        )

    async def finish(self, grade_id: str, lease: str) -> bool:
        """Strike a grade off the list; tell whether the lease on it still held."""
        done = await self._session.execute(
            delete(PendingGradeRow)
            .where(PendingGradeRow.id == grade_id, PendingGradeRow.lease == lease)
            .returning(PendingGradeRow.id)
        )
        return done.first() is not None

    async def fail(self, grade_id: str, lease: str, error: dict[str, Any]) -> None:
        """Note that a grade cannot be made, and why."""
        await self._session.execute(
            update(PendingGradeRow)
            .where(PendingGradeRow.id == grade_id, PendingGradeRow.lease == lease)
            .values(status=PendingStatus.FAILED, lease=None, error=error)
        )
