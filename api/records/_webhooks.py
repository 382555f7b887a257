"""Webhooks: where events are sent, what happened, and each attempt to say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, TenantId, is_id, new_id, now


class WebhookEndpointRow(Base):
    """An address that a tenant wants to be told at.

    Attributes:
        events: Types it wants; empty for all.
        secrets: Newest first, as `{secret, created_at, expires_at}`; several during a rotation.
        disabled_at: Set by its owner, or after long failure; nothing is sent any more.
        failures: Attempts that have failed since one succeeded.
        failing_since: Since when every attempt has failed; None after a success.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index(None, "tenant_id", "id"),)

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    url: Mapped[str] = mapped_column(String(2048))
    description: Mapped[Name]
    events: Mapped[list[str]]
    secrets: Mapped[list[dict[str, Any]]]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[Name | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]


class EventRow(Base):
    """Something that happened, as it is told; holds ids and figures, no answer.

    Attributes:
        subject: Id of what it happened to.
        payload: The `data` of the webhook message.
        routed_at: When a delivery was made for each endpoint that wants it; an event that none
            wants is deleted instead.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "tenant_id", "id"), Index(None, "routed_at", "id"))

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    created_at: Mapped[datetime]
    type: Mapped[Name]
    subject: Mapped[Name | None] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    routed_at: Mapped[datetime | None]


class DeliveryStatus(StrEnum):
    """Where one message to one endpoint stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryRow(Base):
    """One event on its way to one endpoint.

    Attributes:
        next_attempt_at: When it is to be tried (again).
        lease_until: While this lies ahead, somebody is trying.
        attempts: How many were made since it was created or replayed.
        log: The latest attempts, as `{at, status, error, detail, duration_ms, snippet}`.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(None, "tenant_id", "endpoint_id", "id"),
        Index(None, "endpoint_id", "status", "next_attempt_at"),
        Index(None, "status", "next_attempt_at"),
    )

    id: Mapped[OwnId]
    tenant_id: Mapped[TenantId]
    endpoint_id: Mapped[Id] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[Id] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    status: Mapped[DeliveryStatus] = mapped_column(default=DeliveryStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    lease: Mapped[Id | None]
    lease_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    log: Mapped[list[dict[str, Any]]]


class WebhookEndpoints:
    """One tenant's endpoints."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def count(self) -> int:
        """Count them."""
        query = select(func.count()).select_from(self._mine().subquery())
        return await self._session.scalar(query) or 0

    async def add(
        self, url: str, *, description: str, events: list[str], secrets: list[dict[str, Any]]
    ) -> WebhookEndpointRow:
        """Keep a new endpoint; see `WebhookEndpointRow` for the arguments."""
        row = WebhookEndpointRow(
            id=new_id("whk"),
            tenant_id=self._tenant_id,
            created_at=now(),
            url=url,
            description=description,
            events=events,
            secrets=secrets,
            failures=0,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, endpoint_id: str, *, to_change: bool = False) -> WebhookEndpointRow | None:
        """Find an endpoint; `to_change` keeps others from changing it in this transaction."""
        if not is_id(endpoint_id, "whk"):
            return None
        query = self._mine().where(WebhookEndpointRow.id == endpoint_id)
        if to_change:
            query = query.with_for_update(key_share=True)
        found: WebhookEndpointRow | None = await self._session.scalar(query)
        return found

    async def page(self, *, before: str | None = None, limit: int) -> Sequence[WebhookEndpointRow]:
        """Return endpoints, newest first, from behind an id."""
        query = self._mine().order_by(WebhookEndpointRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(WebhookEndpointRow.id < before)
        return (await self._session.scalars(query)).all()

    async def delete(self, endpoint_id: str) -> bool:
        """Delete an endpoint with its deliveries; tell whether there was one."""
        if not is_id(endpoint_id, "whk"):
            return False
        deleted = await self._session.execute(
            delete(WebhookEndpointRow)
            .where(
                WebhookEndpointRow.tenant_id == self._tenant_id,
                WebhookEndpointRow.id == endpoint_id,
            )
            .returning(WebhookEndpointRow.id)
        )
        return deleted.first() is not None

    def _mine(self) -> Select[WebhookEndpointRow]:
        return select(WebhookEndpointRow).where(WebhookEndpointRow.tenant_id == self._tenant_id)


class Deliveries:
    """One tenant's deliveries, each with its event."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def add(
        self, endpoint_id: str, event_type: str, payload: dict[str, Any]
    ) -> tuple[DeliveryRow, EventRow]:
        """Make an event for one endpoint alone, and its delivery, due now."""
        moment = now()
        event = EventRow(
            id=new_id("evt"),
            tenant_id=self._tenant_id,
            created_at=moment,
            type=event_type,
            payload=payload,
            routed_at=moment,
        )
        self._session.add(event)
        await self._session.flush()
        delivery = delivery_of(event, endpoint_id, moment)
        self._session.add(delivery)
        await self._session.flush()
        return delivery, event

    async def get(self, endpoint_id: str, delivery_id: str) -> tuple[DeliveryRow, EventRow] | None:
        """Find a delivery to an endpoint."""
        if not (is_id(endpoint_id, "whk") and is_id(delivery_id, "dlv")):
            return None
        query = self._to(endpoint_id).where(DeliveryRow.id == delivery_id)
        found = await self._session.execute(query)
        return next(((delivery, event) for delivery, event in found), None)

    async def page(
        self,
        endpoint_id: str,
        *,
        status: DeliveryStatus | None = None,
        before: str | None = None,
        limit: int,
    ) -> Sequence[tuple[DeliveryRow, EventRow]]:
        """Return deliveries to an endpoint, newest first, from behind an id."""
        query = self._to(endpoint_id).order_by(DeliveryRow.id.desc()).limit(limit)
        if status is not None:
            query = query.where(DeliveryRow.status == status)
        if before is not None:
            query = query.where(DeliveryRow.id < before)
        found = await self._session.execute(query)
        return [(delivery, event) for delivery, event in found]

    async def replay(self, endpoint_id: str, delivery_id: str) -> None:
        """Have one delivery sent again now, whatever became of it."""
        await self._session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.endpoint_id == endpoint_id,
                DeliveryRow.id == delivery_id,
            )
            .values(_again())
        )

    async def replay_failed(self, endpoint_id: str, since: datetime) -> int:
        """Have what failed of the deliveries made since a moment sent again; return how many."""
        replayed = await self._session.scalars(
            update(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.endpoint_id == endpoint_id,
                DeliveryRow.status == DeliveryStatus.FAILED,
                DeliveryRow.created_at >= since,
            )
            .values(_again())
            .returning(DeliveryRow.id)
        )
        return len(replayed.all())

    async def give_up(self, endpoint_id: str) -> None:
        """Mark what is still to be sent to an endpoint as failed, so that it can be replayed.

        What is being sent at the moment comes to its own end.
        """
        moment = now()
        await self._session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.endpoint_id == endpoint_id,
                DeliveryRow.status == DeliveryStatus.PENDING,
                or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until <= moment),
            )
            .values(
                status=DeliveryStatus.FAILED, next_attempt_at=None, lease=None, lease_until=None
            )
        )

    def _to(self, endpoint_id: str) -> Select[DeliveryRow, EventRow]:
        return (
            select(DeliveryRow, EventRow)
            .join(EventRow, EventRow.id == DeliveryRow.event_id)
            .where(
                DeliveryRow.tenant_id == self._tenant_id,
                DeliveryRow.endpoint_id == endpoint_id,
            )
        )


def delivery_of(event: EventRow, endpoint_id: str, due: datetime) -> DeliveryRow:
    """Make the record of an event's delivery to an endpoint."""
    return DeliveryRow(
        id=new_id("dlv"),
        tenant_id=event.tenant_id,
        endpoint_id=endpoint_id,
        event_id=event.id,
        created_at=due,
        status=DeliveryStatus.PENDING,
        attempts=0,
        next_attempt_at=due,
        log=[],
    )


def _again() -> dict[str, Any]:
    return {
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "next_attempt_at": now(),
        "lease": None,
        "lease_until": None,
        "delivered_at": None,
    }
