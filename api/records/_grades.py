"""Grades, which are never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, Sha256, TenantId, Version, is_id, now
from api.records._llm_usage import LlmUsage
from api.records._review_queue import ReviewKind, ReviewQueueRow
from api.records._submissions import SubmissionRow
from grader.types import Band, Grade


class GradeRow(Base):
    """One grade. The database itself refuses to update it.

    Attributes:
        document: The grade as it was returned.
        regrade_of: The grade that this one was asked for to compare with.
    """

    __tablename__ = "grades"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "rubric_sha256"],
            ["rubric_documents.tenant_id", "rubric_documents.sha256"],
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "rubric_id", "id"),
        Index(None, "tenant_id", "needs_review", "id"),
        Index(None, "tenant_id", "band", "id"),
        Index(None, "tenant_id", "created_at"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    submission_id: Mapped[Id] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    rubric_id: Mapped[Name]
    rubric_version: Mapped[Version]
    rubric_sha256: Mapped[Sha256]
    score: Mapped[float | None]
    band: Mapped[Band | None]
    needs_review: Mapped[bool]
    document: Mapped[dict[str, Any]]
    regrade_of: Mapped[Id | None] = mapped_column(ForeignKey("grades.id"), index=True)


@dataclass(frozen=True, slots=True)
class GradeFilter:
    """Which grades are asked for; None asks for all."""

    rubric_id: str | None = None
    candidate_id: str | None = None
    custom_id: str | None = None
    band: Band | None = None
    needs_review: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class Grades:
    """One tenant's grades, each with the submission it was made from."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(
        self, grade: Grade, submission: SubmissionRow, *, regrade_of: str | None = None
    ) -> GradeRow:
        """Keep a new grade; its submission and its rubric are kept already.

        Raises:
            ValueError: The submission is another tenant's.
        """
        row = self._row(grade, submission, regrade_of)
        await self._keep([row])
        await LlmUsage(self._session, self._tenant_id).add(_tokens(grade))
        return row

    async def add_all(self, made: Iterable[tuple[Grade, SubmissionRow]]) -> None:
        """Keep several new grades at once.

        Raises:
            ValueError: A submission is another tenant's.
        """
        kept = list(made)
        await self._keep([self._row(grade, submission, None) for grade, submission in kept])
        tokens = sum(_tokens(grade) for grade, _ in kept)
        await LlmUsage(self._session, self._tenant_id).add(tokens)

    async def get(self, grade_id: str) -> tuple[GradeRow, SubmissionRow] | None:
        """Find a grade and what was graded."""
        if not is_id(grade_id, "grd"):
            return None
        found = await self._session.execute(self._mine().where(GradeRow.id == grade_id))
        return next(((grade, submission) for grade, submission in found), None)

    async def page(
        self, asked: GradeFilter, *, before: str | None = None, limit: int
    ) -> Sequence[tuple[GradeRow, SubmissionRow]]:
        """Return grades, newest first.

        Args:
            asked: Which.
            before: Only those that come after this id in the order of the list.
            limit: At most so many.
        """
        narrowing = (
            (asked.rubric_id, GradeRow.rubric_id.__eq__),
            (asked.candidate_id, SubmissionRow.candidate_id.__eq__),
            (asked.custom_id, SubmissionRow.custom_id.__eq__),
            (asked.band, GradeRow.band.__eq__),
            (asked.needs_review, GradeRow.needs_review.__eq__),
            (asked.created_after, GradeRow.created_at.__gt__),
            (asked.created_before, GradeRow.created_at.__lt__),
        )
        query = self._mine().order_by(GradeRow.id.desc()).limit(limit)
        for value, condition in narrowing:
            if value is not None:
                query = query.where(condition(value))
        if before is not None:
            query = query.where(GradeRow.id < before)
        found = await self._session.execute(query)
        return [(grade, submission) for grade, submission in found]

    async def _keep(self, rows: Sequence[GradeRow]) -> None:
        self._session.add_all(rows)
        await self._session.flush()
        waiting = [
            ReviewQueueRow(
                grade_id=row.id,
                tenant_id=self._tenant_id,
                wanted=ReviewKind.OPEN,
                entered_at=row.created_at,
            )
            for row in rows
            if row.needs_review
        ]
        if waiting:
            self._session.add_all(waiting)
            await self._session.flush()

    def _row(self, grade: Grade, submission: SubmissionRow, regrade_of: str | None) -> GradeRow:
        if submission.tenant_id != self._tenant_id:
            raise ValueError("a submission of another tenant")
        return GradeRow(
            id=grade.id,
            tenant_id=self._tenant_id,
            submission_id=submission.id,
            created_at=now(),
            rubric_id=grade.rubric.id,
            rubric_version=grade.rubric.version,
            rubric_sha256=grade.rubric.sha256,
            score=grade.score,
            band=grade.band,
            needs_review=grade.needs_review,
            document=grade.model_dump(mode="json"),
            regrade_of=regrade_of,
        )

    def _mine(self) -> Select[GradeRow, SubmissionRow]:
        return (
            select(GradeRow, SubmissionRow)
            .join(SubmissionRow, SubmissionRow.id == GradeRow.submission_id)
            .where(GradeRow.tenant_id == self._tenant_id)
        )


def _tokens(grade: Grade) -> int:
    return grade.usage.input_tokens + grade.usage.output_tokens
