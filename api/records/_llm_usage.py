"""What LLM calls have used, tenant by tenant and day by day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, PrimaryKeyConstraint, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, TenantId, insert_for, now
from api.records._tenants import TenantRow


class LlmUsageRow(Base):
    """One tenant's use on one day.

    Attributes:
        day: Of UTC, as `2026-01-31`.
        tokens: Of requests and replies together.
    """

    __tablename__ = "llm_usage"
    __table_args__ = (PrimaryKeyConstraint("tenant_id", "day"),)

    tenant_id: Mapped[TenantId]
    day: Mapped[str] = mapped_column(String(10))
    tokens: Mapped[int] = mapped_column(BigInteger)


class LlmUsage:
    """One tenant's use of an LLM."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, tokens: int) -> None:
        """Count tokens that were used; done last in a transaction, since the day's row is locked."""
        if tokens <= 0:
            return
        insert = insert_for(self._session, LlmUsageRow).values(
            tenant_id=self._tenant_id, day=_day(now()), tokens=tokens
        )
        await self._session.execute(
            insert.on_conflict_do_update(
                index_elements=["tenant_id", "day"],
                set_={"tokens": LlmUsageRow.tokens + insert.excluded.tokens},
            )
        )

    async def left(self) -> int | None:
        """Return how many tokens may still be used today; None where there is no limit."""
        used = (
            select(LlmUsageRow.tokens)
            .where(LlmUsageRow.tenant_id == TenantRow.id, LlmUsageRow.day == _day(now()))
            .scalar_subquery()
        )
        found = await self._session.execute(
            select(TenantRow.llm_tokens_per_day, used).where(TenantRow.id == self._tenant_id)
        )
        limit, spent = next(((limit, spent) for limit, spent in found), (None, None))
        return None if limit is None else max(0, limit - (spent or 0))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
