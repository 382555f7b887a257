"""API keys: what is kept of them, which is not the keys themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from api.records._base import Base, Id, Name, OwnId, Sha256, TenantId, is_id, now


class KeyRow(Base):
    """One bearer key of a tenant.

    Attributes:
        secret_sha256: Of the secret part; the secret itself is shown once and kept nowhere.
        scopes: What it may be used for, as `api.auth.Scope` spells it.
        last_used_at: To the minute.
        replaces: The key that this one was made to take over from.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    name: Mapped[Name]
    secret_sha256: Mapped[Sha256]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    replaces: Mapped[Id | None]

    def usable(self, at: datetime) -> bool:
        """Tell whether the key opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class Keys:
    """The keys of all tenants: authentication finds the tenant by the key, not the reverse."""

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self._session = session

    def add(self, row: KeyRow) -> None:
        """Keep a new key."""
        self._session.add(row)

    async def any(self) -> bool:
        """Tell whether a key was ever made; one that is revoked or expired counts too."""
        return await self._session.scalar(select(KeyRow.id).limit(1)) is not None

    async def get(self, key_id: str) -> KeyRow | None:
        """Find a key by id."""
        return await self._session.get(KeyRow, key_id) if is_id(key_id, "key") else None

    async def replacement_of(self, key_id: str) -> KeyRow | None:
        """Find the key that was made to take over from another."""
        found: KeyRow | None = await self._session.scalar(
            select(KeyRow).where(KeyRow.replaces == key_id).order_by(KeyRow.id.desc()).limit(1)
        )
        return found

    async def list(self, tenant_id: str | None = None) -> Sequence[KeyRow]:
        """Return the keys, of one tenant or of all, oldest first."""
        query = select(KeyRow).order_by(KeyRow.id)
        if tenant_id is not None:
            query = query.where(KeyRow.tenant_id == tenant_id)
        return (await self._session.scalars(query)).all()

    async def touch(self, key_id: str, *, at_most_every: timedelta) -> None:
        """Note that a key was used just now, unless that was noted a moment ago."""
        moment = now()
        stale = or_(KeyRow.last_used_at.is_(None), KeyRow.last_used_at < moment - at_most_every)
        await self._session.execute(
            update(KeyRow).where(KeyRow.id == key_id, stale).values(last_used_at=moment)
        )
