"""Tenants: whose records they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Name, OwnId, insert_for, new_id, now

# Made by the first migration: the tenant of a service that has no keys.
LOCAL_TENANT = "ten_local"


class TenantRow(Base):
    """One customer; sees nothing of any other.

    Attributes:
        reveal_missing: Whether a candidate may be shown the points that the answer did not reach.
        retention_days: Submissions older than this are deleted; None keeps them.
        show_grades: Whether a candidate may be shown the outcome of an invite.
        spoken_invites: Whether candidates who answer by an invite may speak.
        llm_tokens_per_day: What LLM calls for this tenant may use in a day; None for no limit.
    """

    __tablename__ = "tenants"

    id: Mapped[OwnId]
    name: Mapped[Name] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    reveal_missing: Mapped[bool] = mapped_column(default=False)
    show_grades: Mapped[bool] = mapped_column(default=False, server_default=false())
    spoken_invites: Mapped[bool] = mapped_column(default=False, server_default=false())
    retention_days: Mapped[int | None]
    llm_tokens_per_day: Mapped[int | None]


class Tenants:
    """All tenants; for commands and start-up, never for a request."""

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self._session = session

    async def named(self, name: str) -> TenantRow | None:
        """Find a tenant by name."""
        found: TenantRow | None = await self._session.scalar(
            select(TenantRow).where(TenantRow.name == name)
        )
        return found

    async def named_or_new(self, name: str) -> TenantRow:
        """Find a tenant by name, or make it."""
        insert = insert_for(self._session, TenantRow).values(
            id=new_id("ten"), name=name, created_at=now(), reveal_missing=False, show_grades=False
        )
        await self._session.execute(insert.on_conflict_do_nothing(index_elements=["name"]))
        found = await self.named(name)
        if found is None:
            raise LookupError(name)
        return found

    async def get(self, tenant_id: str) -> TenantRow | None:
        """Find a tenant by id."""
        return await self._session.get(TenantRow, tenant_id)

    async def all(self) -> Sequence[TenantRow]:
        """Return all tenants, by name."""
        return (await self._session.scalars(select(TenantRow).order_by(TenantRow.name))).all()
