"""Interviews: where each stands, what happened in it, and which submissions its answers became."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Select,
    String,
    Text,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, TenantId, is_id, now
from grader.types import Level

# Few enough for the placeholders that one statement may have.
_AT_ONCE = 500


class InterviewStatus(StrEnum):
    """Where an interview stands: going on, paused, or over."""

    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"


class InterviewRow(Base):
    """One interview; deleting it deletes its events, but not the submissions of its answers.

    Attributes:
        script: Id of its script; None where its questions were chosen by topic and level.
        state: `InterviewState` as JSON, with all answers and their grades.
        due_at: When something is to be done that no request asks for: a grade to be made, a question
            to be closed. None where nothing is.
        attempts: How often the grade that is to be made now was begun.
        seen_at: When a service was last there for the candidate; what lies between that and the next
            sign of one is not taken from the candidate's time.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        Index(None, "tenant_id", "id"),
        Index(None, "tenant_id", "status", "id"),
        Index(None, "tenant_id", "candidate_id"),
        Index(None, "tenant_id", "custom_id"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "due_at"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    candidate_id: Mapped[Name | None]
    custom_id: Mapped[Name | None]
    labels: Mapped[dict[str, str]]
    title: Mapped[str] = mapped_column(Text)
    script: Mapped[Name | None]
    level: Mapped[Level]
    minutes: Mapped[int]
    status: Mapped[InterviewStatus]
    state: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]


class InterviewEventRow(Base):
    """One thing that happened in an interview; appended.

    Attributes:
        number: From 1, without gaps.
        document: A `grader.interviewing.Event`.
    """

    __tablename__ = "interview_events"
    __table_args__ = (PrimaryKeyConstraint("interview_id", "number"),)

    interview_id: Mapped[Id] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"))
    number: Mapped[int]
    tenant_id: Mapped[TenantId]
    at: Mapped[datetime]
    document: Mapped[dict[str, Any]]


class InterviewAnswerRow(Base):
    """What became of the answer of one turn.

    Attributes:
        submission_id: All that had been said on the question by then, which is what is graded.
        idempotency_key: Of the request that brought the answer, so that the same request, sent again
            after a failure halfway, is not taken for another's.
    """

    __tablename__ = "interview_answers"
    __table_args__ = (PrimaryKeyConstraint("interview_id", "turn"),)

    interview_id: Mapped[Id] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"))
    turn: Mapped[int]
    tenant_id: Mapped[TenantId]
    submission_id: Mapped[Id] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    idempotency_key: Mapped[str | None] = mapped_column(String(255))


@dataclass(frozen=True, slots=True)
class InterviewFilter:
    """Which interviews are asked for; None asks for all."""

    status: InterviewStatus | None = None
    candidate_id: str | None = None
    custom_id: str | None = None
    script: str | None = None


class Interviews:
    """One tenant's interviews."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, row: InterviewRow) -> None:
        """Keep a new interview."""
        if row.tenant_id != self._tenant_id:
            raise ValueError("an interview of another tenant")
        self._session.add(row)
        await self._session.flush()

    async def get(self, interview_id: str, *, lock: bool = False) -> InterviewRow | None:
        """Find an interview; `lock` makes others who would change it wait for this transaction."""
        if not is_id(interview_id, "int"):
            return None
        query = select(InterviewRow).where(
            InterviewRow.tenant_id == self._tenant_id, InterviewRow.id == interview_id
        )
        found: InterviewRow | None = await self._session.scalar(
            query.with_for_update() if lock else query
        )
        return found

    async def page(
        self, asked: InterviewFilter, *, before: str | None = None, limit: int
    ) -> Sequence[InterviewRow]:
        """Return interviews, newest first.

        Args:
            asked: Which.
            before: Only those that come after this id in the order of the list.
            limit: At most so many.
        """
        query = (
            select(InterviewRow)
            .where(InterviewRow.tenant_id == self._tenant_id)
            .order_by(InterviewRow.id.desc())
            .limit(limit)
        )
        for value, column in (
            (asked.status, InterviewRow.status),
            (asked.candidate_id, InterviewRow.candidate_id),
            (asked.custom_id, InterviewRow.custom_id),
            (asked.script, InterviewRow.script),
        ):
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(InterviewRow.id < before)
        return (await self._session.scalars(query)).all()

    def add_events(self, interview_id: str, documents: Sequence[dict[str, Any]]) -> None:
        """Append what happened, each with its `number`."""
        at = now()
        self._session.add_all(
            InterviewEventRow(
                interview_id=interview_id,
                number=document["number"],
                tenant_id=self._tenant_id,
                at=at,
                document=document,
            )
            for document in documents
        )

    async def events(
        self, interview_id: str, *, after: int = 0, limit: int
    ) -> Sequence[InterviewEventRow]:
        """Return what happened after an event, in order."""
        query = (
            select(InterviewEventRow)
            .where(
                InterviewEventRow.tenant_id == self._tenant_id,
                InterviewEventRow.interview_id == interview_id,
                InterviewEventRow.number > after,
            )
            .order_by(InterviewEventRow.number)
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def add_answer(
        self, interview_id: str, turn: int, submission_id: str, idempotency_key: str | None
    ) -> None:
        """Note which submission the answer of a turn became; the submission is kept already."""
        self._session.add(
            InterviewAnswerRow(
                interview_id=interview_id,
                turn=turn,
                tenant_id=self._tenant_id,
                submission_id=submission_id,
                idempotency_key=idempotency_key,
            )
        )
        await self._session.flush()

    async def answer(self, interview_id: str, turn: int) -> InterviewAnswerRow | None:
        """Find what the answer of a turn became."""
        found: InterviewAnswerRow | None = await self._session.scalar(
            select(InterviewAnswerRow).where(
                InterviewAnswerRow.tenant_id == self._tenant_id,
                InterviewAnswerRow.interview_id == interview_id,
                InterviewAnswerRow.turn == turn,
            )
        )
        return found


class InterviewWork:
    """The interviews of all tenants in which something is to be done, for whoever does it.

    Whoever takes one puts off when it is due, and does so again while at work; one who dies leaves
    it due. What somebody else is changing at this moment is passed over: nothing here waits, so no
    two wait for each other.
    """

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self._session = session

    async def is_any_due(self) -> bool:
        """Tell whether there is anything to take."""
        found = select(InterviewRow.id).where(InterviewRow.due_at <= now()).limit(1)
        return await self._session.scalar(found) is not None

    async def take(self, length: timedelta, limit: int) -> Sequence[tuple[str, str]]:
        """Take up to `limit` interviews in which something is due; returns tenants and interviews."""
        due = select(InterviewRow.id).where(InterviewRow.due_at <= now())
        ids = await self._free(due.order_by(InterviewRow.due_at).limit(limit))
        taken = await self._session.execute(
            update(InterviewRow)
            .where(InterviewRow.id.in_(ids))
            .values(due_at=now() + length, attempts=InterviewRow.attempts + 1)
            .returning(InterviewRow.tenant_id, InterviewRow.id)
        )
        return [(tenant_id, interview_id) for tenant_id, interview_id in taken]

    async def put_off(self, interview_ids: Collection[str], length: timedelta) -> None:
        """Have interviews be due so much later than now."""
        await self._change(interview_ids, due_at=now() + length)

    async def give_back(self, interview_ids: Collection[str]) -> None:
        """Leave interviews to others, as if their grades had never been begun."""
        await self._change(interview_ids, due_at=now(), attempts=InterviewRow.attempts - 1)

    async def note_presence(self) -> None:
        """Note that a service is there for every candidate whose time runs."""
        active = select(InterviewRow.id).where(InterviewRow.status == InterviewStatus.ACTIVE)
        await self._update(await self._free(active), seen_at=now())

    async def _change(self, interview_ids: Collection[str], **values: Any) -> None:
        # One with nothing due is over, or waits to be resumed.
        waiting = select(InterviewRow.id).where(
            InterviewRow.id.in_(interview_ids), InterviewRow.due_at.is_not(None)
        )
        await self._update(await self._free(waiting), **values)

    async def _free(self, query: Select[str]) -> Sequence[str]:
        return (await self._session.scalars(query.with_for_update(skip_locked=True))).all()

    async def _update(self, interview_ids: Sequence[str], **values: Any) -> None:
        for start in range(0, len(interview_ids), _AT_ONCE):
            some = interview_ids[start : start + _AT_ONCE]
            await self._session.execute(
                update(InterviewRow).where(InterviewRow.id.in_(some)).values(**values)
            )
