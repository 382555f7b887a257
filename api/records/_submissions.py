"""Submissions: what candidates said. Beside transcripts, the one table that holds answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Name, OwnId, Sha256, TenantId, Version, is_id


class SubmissionRow(Base):
    """One answer, as it was sent, and what it is to be graded by.

    Deleting it deletes its transcript, grades, reviews, appeals and kept responses with it.

    Attributes:
        candidate_id: The caller's name for the person.
        custom_id: The caller's name for the submission.
        labels: The request's `metadata`.
        rubric_sha256: The version, found when the answer was accepted.
        asked: Ids of follow-ups put to the candidate already.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "rubric_sha256"],
            ["rubric_documents.tenant_id", "rubric_documents.sha256"],
            deferrable=True,
            initially="DEFERRED",  # so that a tenant can be deleted with all that it has
        ),
        Index(None, "tenant_id", "candidate_id"),
        Index(None, "tenant_id", "custom_id"),
        Index(None, "tenant_id", "created_at"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    candidate_id: Mapped[Name | None]
    custom_id: Mapped[Name | None]
    labels: Mapped[dict[str, str]]
    answer: Mapped[str] = mapped_column(Text)
    rubric_id: Mapped[Name]
    rubric_version: Mapped[Version]
    rubric_sha256: Mapped[Sha256]
    asked: Mapped[list[str]]
    allow_partial: Mapped[bool]


class Submissions:
    """One tenant's submissions."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: SubmissionRow) -> None:
        """Keep a new submission; its rubric is kept already."""
        if row.tenant_id != self._tenant_id:
            raise ValueError("a submission of another tenant")
        self._session.add(row)
        await self._session.flush()

    async def get(self, submission_id: str) -> SubmissionRow | None:
        """Find a submission."""
        if not is_id(submission_id, "sub"):
            return None
        found: SubmissionRow | None = await self._session.scalar(
            select(SubmissionRow).where(
                SubmissionRow.tenant_id == self._tenant_id, SubmissionRow.id == submission_id
            )
        )
        return found

    async def delete(self, submission_id: str) -> bool:
        """Delete a submission and all that was made from it; tell whether there was one."""
        deleted = await self._session.execute(
            delete(SubmissionRow)
            .where(SubmissionRow.tenant_id == self._tenant_id, SubmissionRow.id == submission_id)
            .returning(SubmissionRow.id)
        )
        return deleted.first() is not None
