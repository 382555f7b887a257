"""Issuing, rotating and revoking keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth._scopes import Scope
from api.auth._secrets import compose_key, hash_secret, new_secret
from api.records import AuditLog, KeyRow, Keys, new_id, now
from grader.errors import BadInput


class KeyUnusable(BadInput):
    """A key that is not there, or no longer in use."""

    code = "key_unusable"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key, with the one chance to see it.

    Attributes:
        key: What callers send as a bearer token; kept nowhere.
    """

    row: KeyRow
    key: str


class KeyIssuer:
    """Issues keys to tenants; every act goes into the audit log."""

    def __init__(self, session: AsyncSession, actor: str) -> None:
        """Work in `session` on behalf of `actor`, as the audit log names it."""
        self._session = session
        self._keys = Keys(session)
        self._actor = actor

    async def create(
        self,
        tenant_id: str,
        name: str,
        scopes: Iterable[Scope],
        *,
        expires_at: datetime | None = None,
        replaces: str | None = None,
    ) -> IssuedKey:
        """Issue a key.

        Args:
            tenant_id: Whose it is.
            name: What people call it.
            scopes: What it may be used for.
            expires_at: From then on it opens nothing; None for no end.
            replaces: The key that it takes over from.
        """
        secret = new_secret()
        row = KeyRow(
            id=new_id("key"),
            tenant_id=tenant_id,
            name=name,
            secret_sha256=hash_secret(secret),
            scopes=sorted(scopes),
            created_at=now(),
            expires_at=expires_at,
            replaces=replaces,
        )
        self._keys.add(row)
        await self._session.flush()
        self._note("key.created", row, {"scopes": row.scopes, "replaces": replaces})
        return IssuedKey(row, compose_key(row.id, secret))

    async def rotate(self, key_id: str, overlap: timedelta) -> IssuedKey:
        """Issue a key with the rights of another, which ends after an overlap.

        The new one ends no earlier than the old one would have: where that had an end, the new one
        lives as long from now as the old one did in all.

        Raises:
            KeyUnusable: There is no such key, it is no longer in use, or was rotated already.
        """
        old = await self._usable(key_id)
        newer = await self._keys.replacement_of(key_id)
        if newer is not None:
            raise KeyUnusable(f"{key_id} was rotated already; rotate its replacement, {newer.id}")
        moment = now()
        lifetime = None if old.expires_at is None else old.expires_at - old.created_at
        issued = await self.create(
            old.tenant_id,
            old.name,
            [Scope(scope) for scope in old.scopes],
            expires_at=None if lifetime is None else moment + lifetime,
            replaces=old.id,
        )
        ends = moment + overlap
        old.expires_at = ends if old.expires_at is None else min(ends, old.expires_at)
        self._note("key.rotated", old, {"replaced_by": issued.row.id})
        return issued

    async def revoke(self, key_id: str) -> KeyRow:
        """End a key at once.

        Raises:
            KeyUnusable: There is no such key, or it is no longer in use.
        """
        row = await self._usable(key_id)
        row.revoked_at = now()
        self._note("key.revoked", row, {})
        return row

    async def _usable(self, key_id: str) -> KeyRow:
        row = await self._keys.get(key_id)
        if row is None:
            raise KeyUnusable(f"there is no key '{key_id}'; list them with: grader keys list")
        if row.revoked_at is not None:
            raise KeyUnusable(f"{key_id} was revoked at {row.revoked_at:%Y-%m-%d %H:%M} UTC")
        if not row.usable(now()):
            raise KeyUnusable(f"{key_id} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC")
        return row

    def _note(self, action: str, row: KeyRow, details: dict[str, object]) -> None:
        log = AuditLog(self._session, row.tenant_id)
        log.add(action, row.id, actor=self._actor, details=details)
