"""The deliveries of all tenants, for whoever sends them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._base import new_id
from api.records._webhooks import (
    DeliveryRow,
    DeliveryStatus,
    EventRow,
    WebhookEndpointRow,
    delivery_of,
)

_MOST_ROUTED = 500


@dataclass(frozen=True, slots=True)
class TakenDelivery:
    """A delivery to be made now, by whoever holds its lease."""

    lease: str
    delivery: DeliveryRow
    event: EventRow
    endpoint: WebhookEndpointRow


class DeliveryWork:
    """Events to route and deliveries to make.

    Whoever takes a delivery has a lease on it, one that no later taking shares. One who dies or is cut
    off loses it when the time is over, and then cannot say any more what became of the delivery.
    """

    def __init__(self, session: AsyncSession, moment: datetime) -> None:
        """Work in `session`, at a moment."""
        self._session = session
        self._moment = moment

    async def anything(self) -> bool:
        """Tell whether there is anything to do; costs little when there is not."""
        waiting = exists().where(EventRow.routed_at.is_(None))
        due = exists().where(self._due())
        return bool(await self._session.scalar(select(or_(waiting, due))))

    async def route(self) -> int:
        """Make a delivery of each new event for each endpoint that wants it; return how many events."""
        new = (
            select(EventRow)
            .where(EventRow.routed_at.is_(None))
            .order_by(EventRow.id)
            .limit(_MOST_ROUTED)
            .with_for_update(skip_locked=True)
        )
        events = (await self._session.scalars(new)).all()
        if not events:
            return 0
        endpoints = await self._in_use({event.tenant_id for event in events})
        unwanted = []
        for event in events:
            wanting = [
                endpoint.id
                for endpoint in endpoints
                if endpoint.tenant_id == event.tenant_id
                and (not endpoint.events or event.type in endpoint.events)
            ]
            if wanting:
                event.routed_at = self._moment
                self._session.add_all(
                    [delivery_of(event, endpoint, self._moment) for endpoint in wanting]
                )
            else:
                unwanted.append(event.id)
        await self._session.flush()
        await self._session.execute(delete(EventRow).where(EventRow.id.in_(unwanted)))
        return len(events)

    async def take(
        self, length: timedelta, limit: int, *, each: int, under_way: Mapping[str, int]
    ) -> Sequence[TakenDelivery]:
        """Take deliveries that are due and that nobody is making.

        Endpoints take turns at random, so that one with much to come, or a slow one, does not keep
        the others waiting.

        Args:
            length: Of the lease.
            limit: At most so many.
            each: At most so many to one endpoint, those under way included.
            under_way: How many are under way to each endpoint.
        """
        full = [endpoint for endpoint, count in under_way.items() if count >= each]
        waiting = await self._session.scalars(
            select(WebhookEndpointRow.id)
            .where(
                WebhookEndpointRow.id.not_in(full),
                exists().where(DeliveryRow.endpoint_id == WebhookEndpointRow.id, self._due()),
            )
            .order_by(func.random())
            .limit(limit)
        )
        ids: list[str] = []
        for endpoint_id in waiting.all():
            free = min(each - under_way.get(endpoint_id, 0), limit - len(ids))
            if free <= 0:
                break
            ids += await self._first_due(endpoint_id, free)
        return await self._lease(ids, length) if ids else ()

    async def held(self, taken: TakenDelivery) -> TakenDelivery | None:
        """Read and lock what was taken, to change it; None if the lease is lost or it was deleted."""
        endpoint = await self._session.scalar(
            select(WebhookEndpointRow)
            .where(WebhookEndpointRow.id == taken.endpoint.id)
            .with_for_update(key_share=True)
        )
        delivery = await self._session.scalar(
            select(DeliveryRow)
            .where(DeliveryRow.id == taken.delivery.id, DeliveryRow.lease == taken.lease)
            .with_for_update(key_share=True)
        )
        if endpoint is None or delivery is None:
            return None
        return TakenDelivery(taken.lease, delivery, taken.event, endpoint)

    async def release(self, taken: Collection[TakenDelivery]) -> None:
        """Give back what was taken and not made, as if it had never been taken."""
        await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.lease.in_({one.lease for one in taken}))
            .values(lease=None, lease_until=None)
        )

    async def forget(self, older_than: timedelta) -> None:
        """Delete old events with their deliveries, unless one is still to be made."""
        pending = exists().where(
            DeliveryRow.event_id == EventRow.id, DeliveryRow.status == DeliveryStatus.PENDING
        )
        await self._session.execute(
            delete(EventRow).where(
                EventRow.created_at < self._moment - older_than,
                EventRow.routed_at.is_not(None),
                ~pending,
            )
        )

    async def _in_use(self, tenant_ids: Collection[str]) -> Sequence[WebhookEndpointRow]:
        """Return endpoints that are in use, and that stay there until the end of the transaction."""
        found = await self._session.scalars(
            select(WebhookEndpointRow)
            .where(
                WebhookEndpointRow.tenant_id.in_(tenant_ids),
                WebhookEndpointRow.disabled_at.is_(None),
            )
            .with_for_update(read=True, key_share=True)
        )
        return found.all()

    async def _first_due(self, endpoint_id: str, limit: int) -> Sequence[str]:
        due = (
            select(DeliveryRow.id)
            .where(DeliveryRow.endpoint_id == endpoint_id, self._due())
            .order_by(DeliveryRow.next_attempt_at, DeliveryRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return (await self._session.scalars(due)).all()

    async def _lease(self, ids: Collection[str], length: timedelta) -> Sequence[TakenDelivery]:
        lease = new_id("lse")
        await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(ids))
            .values(lease=lease, lease_until=self._moment + length)
        )
        found = await self._session.execute(
            select(DeliveryRow, EventRow, WebhookEndpointRow)
            .join(EventRow, EventRow.id == DeliveryRow.event_id)
            .join(WebhookEndpointRow, WebhookEndpointRow.id == DeliveryRow.endpoint_id)
            .where(DeliveryRow.id.in_(ids))
            .order_by(DeliveryRow.id)
        )
        return [TakenDelivery(lease, *row) for row in found]

    def _due(self) -> ColumnElement[bool]:
        return and_(
            DeliveryRow.status == DeliveryStatus.PENDING,
            DeliveryRow.next_attempt_at <= self._moment,
            or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until <= self._moment),
        )
