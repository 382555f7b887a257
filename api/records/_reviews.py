"""Reviews, by which a person corrects a grade, and appeals, by which a candidate asks for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, TenantId, is_id
from api.records._grades import GradeRow
from api.records._review_queue import ReviewKind
from grader.types import Band


class ReviewRow(Base):
    """One person's verdicts on a grade; appended, and never updated.

    Attributes:
        reviewer: The caller's name for the person.
        key_id: The key it came with.
        kind: What the reviewer had seen.
        resolves: Whether its document is the outcome from then on; not so for a review that waits
            for a blind one, or for one that settles a difference.
        verdicts: By point id, those that were changed or confirmed.
        mistakes: By mistake id, likewise: whether it was made.
        document: The grade as corrected: the same verdicts else, the score made again by code.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "tenant_id", "grade_id", "id"),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    grade_id: Mapped[Id] = mapped_column(ForeignKey("grades.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    reviewer: Mapped[Name]
    key_id: Mapped[Id | None]
    kind: Mapped[ReviewKind]
    resolves: Mapped[bool]
    verdicts: Mapped[dict[str, Any]]
    mistakes: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    score: Mapped[float | None]
    band: Mapped[Band | None]
    document: Mapped[dict[str, Any]]


class AppealStatus(StrEnum):
    """Where an appeal stands: open, resolved by a correction, or rejected."""

    OPEN = "open"
    RESOLVED = "resolved"
    REJECTED = "rejected"


class AppealRow(Base):
    """A candidate's objection to a grade, and what a person made of it.

    Attributes:
        statement: The candidate's words.
        resolution: The person's answer to them.
        review_id: The review by which the person corrected or confirmed the grade.
    """

    __tablename__ = "appeals"
    __table_args__ = (Index(None, "tenant_id", "status", "id"),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    grade_id: Mapped[Id] = mapped_column(ForeignKey("grades.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(Text)
    status: Mapped[AppealStatus] = mapped_column(default=AppealStatus.OPEN)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[Name | None]
    resolution: Mapped[str | None] = mapped_column(Text)
    review_id: Mapped[Id | None] = mapped_column(
        ForeignKey("reviews.id", ondelete="SET NULL"), index=True
    )


class Reviews:
    """One tenant's reviews."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: ReviewRow) -> None:
        """Append a review of a grade that the tenant has."""
        if row.tenant_id != self._tenant_id:
            raise ValueError("a review of another tenant")
        self._session.add(row)
        await self._session.flush()

    async def of(self, grade_id: str) -> Sequence[ReviewRow]:
        """Return the reviews of one grade, oldest first."""
        query = (
            select(ReviewRow)
            .where(ReviewRow.tenant_id == self._tenant_id, ReviewRow.grade_id == grade_id)
            .order_by(ReviewRow.id)
        )
        return (await self._session.scalars(query)).all()

    async def resolving(self, grade_ids: Collection[str]) -> Mapping[str, ReviewRow]:
        """Return for each grade the latest review that counts; grades without one are left out."""
        query = (
            select(ReviewRow)
            .where(
                ReviewRow.tenant_id == self._tenant_id,
                ReviewRow.grade_id.in_(grade_ids),
                ReviewRow.resolves,
            )
            .order_by(ReviewRow.id)
        )
        return {row.grade_id: row for row in await self._session.scalars(query)}

    async def of_reviewed(
        self, *, rubric_id: str | None = None, after: str = "", limit: int
    ) -> Sequence[tuple[GradeRow, Sequence[ReviewRow]]]:
        """Return grades that have reviews, oldest first, each with its reviews, oldest first.

        Args:
            rubric_id: Only those under this rubric.
            after: Only those that come after this grade.
            limit: At most so many grades.
        """
        reviewed = exists().where(
            ReviewRow.tenant_id == self._tenant_id, ReviewRow.grade_id == GradeRow.id
        )
        query = (
            select(GradeRow)
            .where(GradeRow.tenant_id == self._tenant_id, GradeRow.id > after, reviewed)
            .order_by(GradeRow.id)
            .limit(limit)
        )
        if rubric_id is not None:
            query = query.where(GradeRow.rubric_id == rubric_id)
        grades = (await self._session.scalars(query)).all()
        found = await self._session.scalars(
            select(ReviewRow)
            .where(
                ReviewRow.tenant_id == self._tenant_id,
                ReviewRow.grade_id.in_([grade.id for grade in grades]),
            )
            .order_by(ReviewRow.id)
        )
        reviews: dict[str, list[ReviewRow]] = {grade.id: [] for grade in grades}
        for row in found:
            reviews[row.grade_id].append(row)
        return [(grade, reviews[grade.id]) for grade in grades]


class Appeals:
    """One tenant's appeals."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: AppealRow) -> None:
        """Keep an appeal against a grade that the tenant has."""
        if row.tenant_id != self._tenant_id:
            raise ValueError("an appeal of another tenant")
        self._session.add(row)
        await self._session.flush()

    async def get(self, appeal_id: str) -> AppealRow | None:
        """Find an appeal."""
        if not is_id(appeal_id, "app"):
            return None
        found: AppealRow | None = await self._session.scalar(
            select(AppealRow).where(
                AppealRow.tenant_id == self._tenant_id, AppealRow.id == appeal_id
            )
        )
        return found

    async def open_of(self, grade_id: str) -> AppealRow | None:
        """Return the appeal against a grade that is open; there is one at most."""
        found: AppealRow | None = await self._session.scalar(
            select(AppealRow).where(
                AppealRow.tenant_id == self._tenant_id,
                AppealRow.grade_id == grade_id,
                AppealRow.status == AppealStatus.OPEN,
            )
        )
        return found

    async def page(
        self,
        *,
        status: AppealStatus | None = None,
        grade_id: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> Sequence[AppealRow]:
        """Return appeals, newest first."""
        query = (
            select(AppealRow)
            .where(AppealRow.tenant_id == self._tenant_id)
            .order_by(AppealRow.id.desc())
            .limit(limit)
        )
        if status is not None:
            query = query.where(AppealRow.status == status)
        if grade_id is not None:
            query = query.where(AppealRow.grade_id == grade_id)
        if before is not None:
            query = query.where(AppealRow.id < before)
        return (await self._session.scalars(query)).all()
