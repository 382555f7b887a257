"""What was answered to requests that carried an `Idempotency-Key`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String, Text, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Sha256, TenantId, insert_for, new_id, now


class IdempotencyRow(Base):
    """One key of one tenant, from its first request to a day later.

    Attributes:
        fingerprint: Hash of the method, the path and the body; another body is another request.
        claim: Who is answering; None once it is answered.
        claimed_until: From then on whoever is answering is taken to have died.
        headers: Those of the response that belong to it.
        submission_id: Whose deletion deletes the response, which may quote the answer.
        interview_id: Likewise.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "key"), Index(None, "expires_at"))

    tenant_id: Mapped[TenantId]
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[Sha256]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claim: Mapped[Id | None]
    claimed_until: Mapped[datetime]
    status_code: Mapped[int | None]
    headers: Mapped[dict[str, str] | None]
    body: Mapped[str | None] = mapped_column(Text)
    submission_id: Mapped[Id | None] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    interview_id: Mapped[Id | None] = mapped_column(
        ForeignKey("interviews.id", ondelete="CASCADE"), index=True
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer a request; it lapses, and then somebody else may have it."""

    key: str
    token: str


class IdempotencyKeys:
    """One tenant's idempotency keys."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def claim(
        self, key: str, fingerprint: str, *, lease: timedelta, kept: timedelta
    ) -> Claim | IdempotencyRow:
        """Claim a key, or return the row that stands in the way.

        Args:
            key: As the caller sent it.
            fingerprint: Of the request.
            lease: How long the claim holds unless the request is answered.
            kept: How long the key is remembered.
        """
        moment = now()
        claim = Claim(key, new_id("clm"))
        fresh = {
            "fingerprint": fingerprint,
            "created_at": moment,
            "expires_at": moment + kept,
            "claim": claim.token,
            "claimed_until": moment + lease,
        }
        insert = insert_for(self._session, IdempotencyRow).values(
            tenant_id=self._tenant_id, key=key, **fresh
        )
        row = None
        while row is None:
            inserted = await self._session.execute(
                insert.on_conflict_do_nothing().returning(IdempotencyRow.key)
            )
            if inserted.first() is not None:
                return claim
            # None if whoever had the key has given it up since.
            row = await self._session.scalar(
                select(IdempotencyRow)
                .where(IdempotencyRow.tenant_id == self._tenant_id, IdempotencyRow.key == key)
                .with_for_update()
            )
        forgotten = row.expires_at <= moment
        abandoned = row.claim is not None and row.claimed_until <= moment
        if not forgotten and not (abandoned and row.fingerprint == fingerprint):
            return row
        await self._session.execute(
            update(IdempotencyRow)
            .where(IdempotencyRow.tenant_id == self._tenant_id, IdempotencyRow.key == key)
            .values(
                **fresh,
                status_code=None,
                headers=None,
                body=None,
                submission_id=None,
                interview_id=None,
            )
        )
        return claim

    async def answer(
        self,
        claim: Claim,
        *,
        status_code: int,
        headers: dict[str, str],
        body: str,
        submission_id: str | None,
        interview_id: str | None = None,
    ) -> bool:
        """Keep the response to a claimed request; tell whether the claim still held."""
        done = await self._session.execute(
            update(IdempotencyRow)
            .where(
                IdempotencyRow.tenant_id == self._tenant_id,
                IdempotencyRow.key == claim.key,
                IdempotencyRow.claim == claim.token,
            )
            .values(
                claim=None,
                status_code=status_code,
                headers=headers,
                body=body,
                submission_id=submission_id,
                interview_id=interview_id,
            )
            .returning(IdempotencyRow.key)
        )
        return done.first() is not None

    async def release(self, claim: Claim) -> None:
        """Forget a request that came to nothing, so that it can be sent again."""
        await self._session.execute(
            delete(IdempotencyRow).where(
                IdempotencyRow.tenant_id == self._tenant_id,
                IdempotencyRow.key == claim.key,
                IdempotencyRow.claim == claim.token,
            )
        )


async def forget_expired_keys(session: AsyncSession) -> None:
    """Delete the keys of all tenants whose time is over."""
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires_at <= now()))
