"""Deleting submissions from the records, and counting what went and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import (
    AppealRow,
    BatchItemRow,
    DeliveryRow,
    EventRow,
    GradeRow,
    IdempotencyRow,
    InviteRow,
    Invites,
    PendingGradeRow,
    ReviewQueueRow,
    ReviewRow,
    SubmissionRow,
    TranscriptRow,
)


@dataclass(frozen=True, slots=True)
class Doomed:
    """A submission that is to be deleted.

    Attributes:
        grade_ids: What was made from it.
    """

    id: str
    answer: str
    grade_ids: tuple[str, ...]


class Erasure:
    """Finds and deletes one tenant's submissions with all that was made from them."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def of_candidate(self, candidate_id: str, limit: int) -> Sequence[str]:
        """Return ids of submissions of one person, oldest first."""
        return await self._ids(SubmissionRow.candidate_id == candidate_id, limit)

    async def older_than(self, moment: datetime, limit: int) -> Sequence[str]:
        """Return ids of submissions from before a moment, oldest first."""
        return await self._ids(SubmissionRow.created_at < moment, limit)

    async def count_older_than(self, moment: datetime) -> int:
        """Count the submissions from before a moment."""
        mine = SubmissionRow.tenant_id == self._tenant_id
        return await self._count(SubmissionRow, mine, SubmissionRow.created_at < moment)

    async def look_up(self, submission_ids: Sequence[str]) -> Sequence[Doomed]:
        """Return what is to be deleted; what is not there is left out."""
        answers = await self._session.execute(
            select(SubmissionRow.id, SubmissionRow.answer).where(
                SubmissionRow.tenant_id == self._tenant_id, SubmissionRow.id.in_(submission_ids)
            )
        )
        grades: dict[str, list[str]] = {}
        made = await self._session.execute(
            select(GradeRow.submission_id, GradeRow.id).where(
                GradeRow.submission_id.in_(submission_ids)
            )
        )
        for submission_id, grade_id in made:
            grades.setdefault(submission_id, []).append(grade_id)
        return [Doomed(name, answer, tuple(grades.get(name, ()))) for name, answer in answers]

    async def erase(self, doomed: Sequence[Doomed]) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Delete submissions; return how many rows went, and how many are left, by table."""
        parts = await self._parts(doomed)
        before = {name: await self._count(*part) for name, part in parts.items()}
        events = parts["events"][1]
        await self._session.execute(delete(EventRow).where(events))
        await self._session.execute(
            delete(SubmissionRow).where(
                SubmissionRow.tenant_id == self._tenant_id,
                SubmissionRow.id.in_([each.id for each in doomed]),
            )
        )
        after = {name: await self._count(*part) for name, part in parts.items()}
        return {name: before[name] - after[name] for name in before}, after

    async def invites_of(self, candidate_id: str) -> int:
        """Delete the invites of one person that have no submission; return how many."""
        return await Invites(self._session, self._tenant_id).delete_of(candidate_id)

    async def invites_older_than(self, moment: datetime) -> int:
        """Delete invites that ended without an answer before a moment; return how many."""
        return await Invites(self._session, self._tenant_id).delete_unanswered(moment)

    async def _parts(
        self, doomed: Sequence[Doomed]
    ) -> Mapping[str, tuple[Any, ColumnElement[bool]]]:
        """Say where rows about submissions are: the table, and which of its rows."""
        ids = [each.id for each in doomed]
        grades = [grade_id for each in doomed for grade_id in each.grade_ids]
        subjects = [*ids, *grades]
        for row in (ReviewRow, AppealRow):
            found = await self._session.scalars(select(row.id).where(row.grade_id.in_(grades)))
            subjects += found.all()
        invites = select(InviteRow.id).where(InviteRow.submission_id.in_(ids))
        subjects += (await self._session.scalars(invites)).all()
        pending = select(PendingGradeRow.id).where(PendingGradeRow.submission_id.in_(ids))
        subjects += (await self._session.scalars(pending)).all()
        events = EventRow.subject.in_(subjects) & (EventRow.tenant_id == self._tenant_id)
        sent = select(EventRow.id).where(events).scalar_subquery()
        return {
            "submissions": (SubmissionRow, SubmissionRow.id.in_(ids)),
            "transcripts": (TranscriptRow, TranscriptRow.submission_id.in_(ids)),
            "grades": (GradeRow, GradeRow.submission_id.in_(ids)),
            "promised_grades": (PendingGradeRow, PendingGradeRow.submission_id.in_(ids)),
            "reviews": (ReviewRow, ReviewRow.grade_id.in_(grades)),
            "appeals": (AppealRow, AppealRow.grade_id.in_(grades)),
            "review_queue": (ReviewQueueRow, ReviewQueueRow.grade_id.in_(grades)),
            "invites": (InviteRow, InviteRow.submission_id.in_(ids)),
            "kept_responses": (IdempotencyRow, IdempotencyRow.submission_id.in_(ids)),
            "batch_lines": (
                BatchItemRow,
                or_(BatchItemRow.submission_id.in_(ids), BatchItemRow.grade_id.in_(grades)),
            ),
            "webhook_deliveries": (DeliveryRow, DeliveryRow.event_id.in_(sent)),
            "events": (EventRow, events),
        }

    async def _ids(self, condition: ColumnElement[bool], limit: int) -> Sequence[str]:
        found = await self._session.scalars(
            select(SubmissionRow.id)
            .where(SubmissionRow.tenant_id == self._tenant_id, condition)
            .order_by(SubmissionRow.id)
            .limit(limit)
        )
        return found.all()

    async def _count(self, table: Any, *conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(table).where(*conditions)
        return int(await self._session.scalar(counted) or 0)
