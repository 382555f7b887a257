"""Deleting interviews, whole or not at all: each turn's submission holds the words of those before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import (
    DeliveryRow,
    EventRow,
    IdempotencyRow,
    InterviewAnswerRow,
    InterviewEventRow,
    InterviewRow,
)


@dataclass(frozen=True, slots=True)
class DoomedInterview:
    """An interview that is to be deleted.

    Attributes:
        answers: What was said, turn by turn; a judge may have kept something of each.
        submission_ids: What its answers became.
    """

    id: str
    answers: tuple[str, ...]
    submission_ids: tuple[str, ...]


class InterviewErasure:
    """Finds and deletes one tenant's interviews."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def of_candidate(self, candidate_id: str, limit: int) -> Sequence[str]:
        """Return ids of interviews with one person, oldest first."""
        return await self._ids(InterviewRow.candidate_id == candidate_id, limit)

    async def older_than(self, moment: datetime, limit: int) -> Sequence[str]:
        """Return ids of interviews that were begun before a moment, oldest first."""
        return await self._ids(InterviewRow.created_at < moment, limit)

    async def look_up(
        self,
        interview_ids: Collection[str],
        submission_ids: Collection[str] = (),
        *,
        lock: bool = False,
    ) -> Sequence[DoomedInterview]:
        """Return interviews, those named and those that some submissions belong to.

        Args:
            interview_ids: What is not there is left out.
            submission_ids: Most submissions belong to no interview.
            lock: Whether nothing may be added to them until this transaction ends.
        """
        parts = select(InterviewAnswerRow.interview_id).where(
            InterviewAnswerRow.submission_id.in_(submission_ids)
        )
        query = select(InterviewRow.id, InterviewRow.state).where(
            InterviewRow.tenant_id == self._tenant_id,
            or_(InterviewRow.id.in_(interview_ids), InterviewRow.id.in_(parts)),
        )
        found = await self._session.execute(query.with_for_update() if lock else query)
        states = {interview_id: state for interview_id, state in found}  # noqa: C416 - of two types
        submissions: dict[str, list[str]] = {interview_id: [] for interview_id in states}
        answers = await self._session.execute(
            select(InterviewAnswerRow.interview_id, InterviewAnswerRow.submission_id)
            .where(InterviewAnswerRow.interview_id.in_(states))
            .order_by(InterviewAnswerRow.turn)
        )
        for interview_id, submission_id in answers:
            submissions[interview_id].append(submission_id)
        return [
            DoomedInterview(name, tuple(_answers(state)), tuple(submissions[name]))
            for name, state in states.items()
        ]

    async def erase(
        self, doomed: Sequence[DoomedInterview]
    ) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Delete interviews; return how many rows went, and how many are left, by table."""
        parts = self._parts([each.id for each in doomed])
        before = {name: await self._count(*part) for name, part in parts.items()}
        await self._session.execute(delete(EventRow).where(parts["events"][1]))
        await self._session.execute(delete(InterviewRow).where(parts["interviews"][1]))
        after = {name: await self._count(*part) for name, part in parts.items()}
        return {name: before[name] - after[name] for name in before}, after

    def _parts(self, ids: Sequence[str]) -> Mapping[str, tuple[Any, ColumnElement[bool]]]:
        """Say where rows about interviews are: the table, and which of its rows."""
        events = EventRow.subject.in_(ids) & (EventRow.tenant_id == self._tenant_id)
        sent = select(EventRow.id).where(events).scalar_subquery()
        return {
            "interviews": (
                InterviewRow,
                InterviewRow.id.in_(ids) & (InterviewRow.tenant_id == self._tenant_id),
            ),
            "interview_events": (InterviewEventRow, InterviewEventRow.interview_id.in_(ids)),
            "kept_responses": (IdempotencyRow, IdempotencyRow.interview_id.in_(ids)),
            "webhook_deliveries": (DeliveryRow, DeliveryRow.event_id.in_(sent)),
            "events": (EventRow, events),
        }

    async def _ids(self, condition: ColumnElement[bool], limit: int) -> Sequence[str]:
        found = await self._session.scalars(
            select(InterviewRow.id)
            .where(InterviewRow.tenant_id == self._tenant_id, condition)
            .order_by(InterviewRow.id)
            .limit(limit)
        )
        return found.all()

    async def _count(self, table: Any, condition: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(table).where(condition)
        return int(await self._session.scalar(counted) or 0)


def _answers(state: str) -> Iterator[str]:
    """Find the answers in a state, which may be of another version of its format."""
    for question in json.loads(state).get("questions", ()):
        for turn in question.get("turns", ()):
            if turn.get("answer") is not None:
                yield turn["answer"]
