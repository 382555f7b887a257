"""The audit log: who did what to which record, and when; never what an answer said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from api.records._base import NAME_LENGTH, Base, Id, Name, OwnId, TenantId, new_id, now


class AuditRow(Base):
    """One act; appended, and never updated.

    Attributes:
        actor: Id of the key, `local` for a service without keys, `command` for the command line.
        action: As in `key.created`: a noun and what became of it.
        subject: Id of what was acted on.
        details: Ids and figures that explain it.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "tenant_id", "id"), Index(None, "tenant_id", "subject"))

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    at: Mapped[datetime]
    actor: Mapped[Id]
    action: Mapped[Name]
    subject: Mapped[Name]
    details: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which acts are asked for; None asks for all.

    Attributes:
        action: One, or its noun for all that became of such things.
    """

    action: str | None = None
    actor: str | None = None
    subject: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class AuditLog:
    """One tenant's audit log."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    def add(
        self, action: str, subject: str, *, actor: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Append an act.

        Args:
            action: As in `AuditRow`.
            subject: Likewise; cut off where it is longer than a name, as what callers say may be.
            actor: Likewise.
            details: Likewise.
        """
        self._session.add(
            AuditRow(
                id=new_id("aud"),
                tenant_id=self._tenant_id,
                at=now(),
                actor=actor,
                action=action,
                subject=subject[:NAME_LENGTH],
                details=dict(details or {}),
            )
        )

    async def page(
        self, asked: AuditFilter, *, before: str | None = None, limit: int
    ) -> Sequence[AuditRow]:
        """Return acts, newest first.

        Args:
            asked: Which.
            before: Only those that come after this id in the order of the list.
            limit: At most so many.
        """
        narrowing = (
            (asked.actor, AuditRow.actor.__eq__),
            (asked.subject, AuditRow.subject.__eq__),
            (asked.created_after, AuditRow.at.__gt__),
            (asked.created_before, AuditRow.at.__lt__),
        )
        query = (
            select(AuditRow)
            .where(AuditRow.tenant_id == self._tenant_id)
            .order_by(AuditRow.id.desc())
            .limit(limit)
        )
        if asked.action is not None:
            query = query.where(_is_action(asked.action))
        for value, condition in narrowing:
            if value is not None:
                query = query.where(condition(value))
        if before is not None:
            query = query.where(AuditRow.id < before)
        return (await self._session.scalars(query)).all()

    async def of(self, subject: str) -> Sequence[AuditRow]:
        """Return what was done to one record, oldest first."""
        query = (
            select(AuditRow)
            .where(AuditRow.tenant_id == self._tenant_id, AuditRow.subject == subject)
            .order_by(AuditRow.id)
        )
        return (await self._session.scalars(query)).all()


def _is_action(action: str) -> ColumnElement[bool]:
    if "." in action:
        return AuditRow.action == action
    return AuditRow.action.startswith(f"{action}.", autoescape=True)
