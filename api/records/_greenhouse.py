"""Tests that Greenhouse had sent, and telling it when they are done."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, OwnId, Sha256, TenantId, insert_for, is_id, new_id, now
from api.records._grades import GradeRow
from api.records._invites import InviteRow
from api.records._reviews import ReviewRow


class GreenhouseTestRow(Base):
    """One test of one candidate.

    Attributes:
        id: Greenhouse's `partner_interview_id`.
        invite_id: The candidate's attempt; its deletion deletes this too.
        url: Where Greenhouse wants to be told that the test is done; it names the test there.
        url_sha256: Its hash, so that a test that is sent twice is one.
        credential: The key that Greenhouse came with, sealed; gone once it is told.
        attempts: How often it was told so far.
        next_attempt_at: When it is told (again), once there is an outcome; None for never.
        lease_until: While this lies ahead, somebody is telling it.
        told_at: When it took the message.
        log: The attempts, as `{at, status, error, detail, duration_ms, snippet}`.
    """

    __tablename__ = "greenhouse_tests"
    __table_args__ = (Index(None, "tenant_id", "url_sha256", unique=True),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    invite_id: Mapped[Id] = mapped_column(ForeignKey("invites.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(2048))
    url_sha256: Mapped[Sha256]
    credential: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    lease: Mapped[Id | None]
    lease_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    log: Mapped[list[dict[str, Any]]]


class GreenhouseTests:
    """One tenant's tests, each with its invite."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, invite_id: str, url: str, credential: str | None) -> GreenhouseTestRow:
        """Keep a new test; return it, or the one that there is for the same address."""
        moment = now()
        insert = insert_for(self._session, GreenhouseTestRow).values(
            id=new_id("ght"),
            tenant_id=self._tenant_id,
            created_at=moment,
            invite_id=invite_id,
            url=url,
            url_sha256=_digest(url),
            credential=credential,
            attempts=0,
            next_attempt_at=moment if credential is not None else None,
            log=[],
        )
        await self._session.execute(
            insert.on_conflict_do_nothing(index_elements=["tenant_id", "url_sha256"])
        )
        found = await self.for_url(url)
        if found is None:
            raise RuntimeError("a test that was just kept is not there")
        return found

    async def for_url(self, url: str) -> GreenhouseTestRow | None:
        """Find the test that was sent for an address of Greenhouse."""
        found: GreenhouseTestRow | None = await self._session.scalar(
            select(GreenhouseTestRow).where(
                GreenhouseTestRow.tenant_id == self._tenant_id,
                GreenhouseTestRow.url_sha256 == _digest(url),
            )
        )
        return found

    async def get(self, test_id: str) -> tuple[GreenhouseTestRow, InviteRow] | None:
        """Find a test by its id."""
        if not is_id(test_id, "ght"):
            return None
        found = await self._session.execute(
            select(GreenhouseTestRow, InviteRow)
            .join(InviteRow, InviteRow.id == GreenhouseTestRow.invite_id)
            .where(GreenhouseTestRow.tenant_id == self._tenant_id, GreenhouseTestRow.id == test_id)
        )
        row = found.first()
        return (row[0], row[1]) if row is not None else None


class GreenhouseWork:
    """The tests of all tenants that Greenhouse is to be told of, for whoever tells it.

    Whoever takes one has a lease on it; one who dies loses it when the time is over.
    """

    def __init__(self, session: AsyncSession, moment: datetime) -> None:
        """Work in `session`, at a moment."""
        self._session = session
        self._moment = moment

    async def anything(self) -> bool:
        """Tell whether there is anything to tell."""
        return bool(await self._session.scalar(select(exists().where(self._due()))))

    async def take(self, length: timedelta, limit: int) -> Sequence[GreenhouseTestRow]:
        """Take tests that have an outcome which Greenhouse has not heard of.

        Args:
            length: Of the lease.
            limit: At most so many.
        """
        due = (
            select(GreenhouseTestRow)
            .where(self._due())
            .order_by(GreenhouseTestRow.next_attempt_at, GreenhouseTestRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = (await self._session.scalars(due)).all()
        lease = new_id("lse")
        for row in rows:
            row.lease, row.lease_until = lease, self._moment + length
        return rows

    async def held(self, taken: GreenhouseTestRow) -> GreenhouseTestRow | None:
        """Read and lock what was taken; None if the lease is lost or it was deleted."""
        found: GreenhouseTestRow | None = await self._session.scalar(
            select(GreenhouseTestRow)
            .where(GreenhouseTestRow.id == taken.id, GreenhouseTestRow.lease == taken.lease)
            .with_for_update()
        )
        return found

    async def release(self, taken: Collection[GreenhouseTestRow]) -> None:
        """Give back what was taken and not told, as if it had never been taken."""
        await self._session.execute(
            update(GreenhouseTestRow)
            .where(GreenhouseTestRow.lease.in_({row.lease for row in taken}))
            .values(lease=None, lease_until=None)
        )

    def _due(self) -> ColumnElement[bool]:
        graded = exists().where(
            GradeRow.id == InviteRow.grade_id,
            or_(
                GradeRow.score.is_not(None),
                exists().where(
                    ReviewRow.grade_id == GradeRow.id,
                    ReviewRow.resolves,
                    ReviewRow.score.is_not(None),
                ),
            ),
        )
        return and_(
            GreenhouseTestRow.next_attempt_at <= self._moment,
            or_(
                GreenhouseTestRow.lease_until.is_(None),
                GreenhouseTestRow.lease_until <= self._moment,
            ),
            exists().where(InviteRow.id == GreenhouseTestRow.invite_id, graded),
        )


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
