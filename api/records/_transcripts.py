"""Transcripts: of submissions that were spoken, what was heard and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, TenantId
from grader.speech import SpokenAnswer


class TranscriptRow(Base):
    """One spoken answer; deleted with its submission.

    Attributes:
        document: A `SpokenAnswer` as JSON: the transcript that is graded, and the one that was
            recognised where a person corrected it. It has a line for each word, so it is a table
            of its own, which lists of submissions need not read.
    """

    __tablename__ = "transcripts"

    submission_id: Mapped[Id] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[TenantId]
    document: Mapped[str] = mapped_column(Text)


class Transcripts:
    """One tenant's transcripts."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, submission_id: str, spoken: SpokenAnswer) -> None:
        """Keep the transcript of a submission that is kept already."""
        await self.add_all({submission_id: spoken.model_dump_json()})

    async def add_all(self, documents: Mapping[str, str]) -> None:
        """Keep transcripts, each as JSON, by the submissions' ids."""
        self._session.add_all(
            TranscriptRow(submission_id=name, tenant_id=self._tenant_id, document=document)
            for name, document in documents.items()
        )
        await self._session.flush()

    async def of(self, submission_id: str) -> SpokenAnswer | None:
        """Return the transcript of a submission; None if it was typed."""
        found = await self.of_all([submission_id])
        return found.get(submission_id)

    async def of_all(self, submission_ids: Collection[str]) -> Mapping[str, SpokenAnswer]:
        """Return the transcripts of those submissions that were spoken."""
        found = await self._session.execute(
            select(TranscriptRow.submission_id, TranscriptRow.document).where(
                TranscriptRow.tenant_id == self._tenant_id,
                TranscriptRow.submission_id.in_(submission_ids),
            )
        )
        return {name: SpokenAnswer.model_validate_json(document) for name, document in found}
