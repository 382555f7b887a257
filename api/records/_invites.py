"""Invites: one candidate's one attempt at one question or interview, behind a link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    and_,
    delete,
    false,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, Sha256, TenantId, Version, is_id


class InviteStatus(StrEnum):
    """Where an invite stands.

    Attributes:
        OPEN: Not begun yet.
        STARTED: The candidate has agreed to the terms and sees the question.
        SUBMITTED: There is an answer.
        EXPIRED: Its time ended without one.
        REVOKED: Taken back by who made it.
    """

    OPEN = "open"
    STARTED = "started"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    REVOKED = "revoked"


class InviteRow(Base):
    """One candidate's one attempt.

    Attributes:
        created_by: The key it was made with.
        candidate_id: The caller's name for the person.
        custom_id: The caller's name for the answer.
        labels: The request's `metadata`.
        rubric_sha256: The version, found when the invite was made: all are asked the same. None, with
            the other two, where the invite is to an interview.
        script: Of the interview; None where the invite is to a question.
        interview_id: The interview, once the candidate has begun; its deletion deletes the invite.
        consent_text: What the candidate agrees to before the question is shown.
        time_limit: Seconds from the start; None where only the link's own end counts.
        spoken: Whether the candidate may speak.
        show_grade: Whether the candidate is to see the outcome, if the tenant allows it.
        closes_at: The last moment to begin; once begun, to answer.
        started_at: When the candidate agreed, and saw the question.
        draft: What is written so far; empty once it is submitted.
        draft_turn: The turn of the interview that the draft is for.
        draft_revision: How often the draft was saved.
        automatic: Whether the draft was taken as the answer because the time was over.
        submission_id: The answer; its deletion deletes the invite.
        grade_id: The grade that was promised for it.
    """

    __tablename__ = "invites"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "rubric_sha256"],
            ["rubric_documents.tenant_id", "rubric_documents.sha256"],
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "candidate_id"),
        Index(None, "submitted_at", "closes_at"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    created_by: Mapped[Id | None]
    candidate_id: Mapped[Name]
    custom_id: Mapped[Name | None]
    labels: Mapped[dict[str, str]]
    rubric_id: Mapped[Name | None]
    rubric_version: Mapped[Version | None]
    rubric_sha256: Mapped[Sha256 | None]
    script: Mapped[Name | None]
    interview_id: Mapped[Id | None] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), index=True
    )
    spoken: Mapped[bool] = mapped_column(default=False, server_default=false())
    consent_text: Mapped[str] = mapped_column(Text)
    time_limit: Mapped[int | None]
    show_grade: Mapped[bool]
    closes_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    draft: Mapped[str] = mapped_column(Text, default="")
    draft_turn: Mapped[int | None]
    draft_revision: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None]
    automatic: Mapped[bool] = mapped_column(default=False)
    submission_id: Mapped[Id | None] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    grade_id: Mapped[Id | None]
    revoked_at: Mapped[datetime | None]

    def status(self, moment: datetime) -> InviteStatus:
        """Say where it stands at a moment."""
        if self.revoked_at is not None:
            return InviteStatus.REVOKED
        if self.submitted_at is not None:
            return InviteStatus.SUBMITTED
        if self.interview_id is not None:
            return InviteStatus.STARTED  # its interview keeps the time, and ends it
        if moment >= self.closes_at:
            return InviteStatus.EXPIRED
        return InviteStatus.OPEN if self.started_at is None else InviteStatus.STARTED


# Those with an answer or an interview go with it.
_UNANSWERED = and_(InviteRow.submission_id.is_(None), InviteRow.interview_id.is_(None))


class Invites:
    """One tenant's invites."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: InviteRow) -> None:
        """Keep a new invite; its rubric is kept already.

        Raises:
            ValueError: It is another tenant's.
        """
        if row.tenant_id != self._tenant_id:
            raise ValueError("an invite of another tenant")
        self._session.add(row)
        await self._session.flush()

    async def get(self, invite_id: str, *, lock: bool = False) -> InviteRow | None:
        """Find an invite."""
        found = await find_invite(self._session, invite_id, lock=lock)
        return found if found is not None and found.tenant_id == self._tenant_id else None

    async def of_interview(self, interview_id: str) -> InviteRow | None:
        """Find the invite that an interview is held by, locked."""
        query = select(InviteRow).where(
            InviteRow.tenant_id == self._tenant_id, InviteRow.interview_id == interview_id
        )
        found: InviteRow | None = await self._session.scalar(query.with_for_update())
        return found

    async def page(
        self,
        *,
        moment: datetime,
        status: InviteStatus | None = None,
        candidate_id: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> Sequence[InviteRow]:
        """Return invites, newest first.

        Args:
            moment: When `status` is asked for.
            status: Only those that stand so.
            candidate_id: Only those of this person.
            before: Only those that come after this id in the order of the list.
            limit: At most so many.
        """
        query = (
            select(InviteRow)
            .where(InviteRow.tenant_id == self._tenant_id)
            .order_by(InviteRow.id.desc())
            .limit(limit)
        )
        if status is not None:
            query = query.where(stands(status, moment))
        if candidate_id is not None:
            query = query.where(InviteRow.candidate_id == candidate_id)
        if before is not None:
            query = query.where(InviteRow.id < before)
        return (await self._session.scalars(query)).all()

    async def delete_of(self, candidate_id: str) -> int:
        """Delete the invites of a person that have no answer; return how many there were."""
        return await self._delete(_UNANSWERED, InviteRow.candidate_id == candidate_id)

    async def delete_unanswered(self, before: datetime) -> int:
        """Delete invites that closed before a moment without an answer; return how many."""
        return await self._delete(_UNANSWERED, InviteRow.closes_at < before)

    async def _delete(self, *conditions: ColumnElement[bool]) -> int:
        deleted = await self._session.execute(
            delete(InviteRow)
            .where(InviteRow.tenant_id == self._tenant_id, *conditions)
            .returning(InviteRow.id)
        )
        return len(deleted.all())


def stands(status: InviteStatus, moment: datetime) -> ColumnElement[bool]:
    """Return the condition for `InviteRow.status`."""
    revoked, submitted = InviteRow.revoked_at.is_not(None), InviteRow.submitted_at.is_not(None)
    unanswered = and_(~revoked, ~submitted)
    begun = InviteRow.started_at.is_not(None)
    closed = and_(InviteRow.closes_at <= moment, InviteRow.interview_id.is_(None))
    return {
        InviteStatus.REVOKED: revoked,
        InviteStatus.SUBMITTED: and_(~revoked, submitted),
        InviteStatus.EXPIRED: and_(unanswered, closed),
        InviteStatus.STARTED: and_(unanswered, ~closed, begun),
        InviteStatus.OPEN: and_(unanswered, ~closed, ~begun),
    }[status]


async def find_invite(
    session: AsyncSession, invite_id: str, *, lock: bool = False
) -> InviteRow | None:
    """Find an invite of whichever tenant: its link says which, not a key.

    Args:
        session: Where.
        invite_id: Which.
        lock: Whether others who would change it wait until the transaction ends.
    """
    if not is_id(invite_id, "inv"):
        return None
    query = select(InviteRow).where(InviteRow.id == invite_id)
    found: InviteRow | None = await session.scalar(query.with_for_update() if lock else query)
    return found


async def overdue_invites(
    session: AsyncSession, moment: datetime, grace: timedelta, *, limit: int
) -> Sequence[InviteRow]:
    """Return invites whose time ended with a draft and without an answer, locked, of all tenants.

    Args:
        session: Where.
        moment: The present one.
        grace: They are left alone for so long after their end.
        limit: At most so many.
    """
    query = (
        select(InviteRow)
        .where(
            InviteRow.submitted_at.is_(None),
            InviteRow.interview_id.is_(None),
            InviteRow.closes_at < moment - grace,
            InviteRow.revoked_at.is_(None),
            InviteRow.draft != "",
        )
        .order_by(InviteRow.closes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()
