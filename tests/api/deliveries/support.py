"""A tenant with endpoints, and workers that send to receivers on loopback."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ParamSpec, Self

from standardwebhooks import Webhook

from api.deliveries import EventType, WebhookDeliveries, announce, kept_secret
from api.records import (
    Database,
    Deliveries,
    DeliveryRow,
    Tenants,
    WebhookEndpointRow,
    WebhookEndpoints,
    now,
)
from api.webhooks import RetrySchedule, Sender, TargetPolicy, new_secret
from tests.support.openai_server import OpenAIServer

LOOPBACK = TargetPolicy(
    allow_http=True, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),), ports=None
)
AT_ONCE = RetrySchedule(waits=(timedelta(),) * 4)
SECRET = new_secret()

_PATIENCE = 30.0  # only a stuck test waits so long
_P = ParamSpec("_P")


def in_loop(test: Callable[_P, Awaitable[None]]) -> Callable[_P, None]:
    """Run an async test in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        async def once() -> None:
            await test(*args, **kwargs)

        asyncio.run(once())

    return run


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has come about."""
    async with asyncio.timeout(_PATIENCE):
        while not await condition():  # noqa: ASYNC110 - a database says nothing by itself
            await asyncio.sleep(0.02)


@dataclass
class Clock:
    """Tells the time, which may be moved on."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead

    def move_on(self, **length: float) -> None:
        self.ahead += timedelta(**length)


@dataclass
class Outbox:
    """One tenant's webhooks in an open database."""

    database: Database
    tenant_id: str
    clock: Clock = field(default_factory=Clock)

    @classmethod
    @asynccontextmanager
    async def opened(cls, opening: Callable[[], Database]) -> AsyncIterator[Self]:
        database = opening()
        try:
            async with database.write() as session:
                tenant = await Tenants(session).named_or_new("acme")
            yield cls(database, tenant.id)
        finally:
            await database.close()

    async def endpoint(
        self, url: str, *events: str, secret: str = SECRET, tenant_id: str | None = None
    ) -> str:
        """Keep an endpoint past all checks, and return its id."""
        async with self.database.write() as session:
            row = await WebhookEndpoints(session, tenant_id or self.tenant_id).add(
                url,
                description="",
                events=list(events),
                secrets=[kept_secret(secret, self.clock())],
            )
        return row.id

    async def happens(self, event: str = EventType.GRADE_CREATED, **data: Any) -> None:
        """Have something happen."""
        async with self.database.write() as session:
            announce(session, self.tenant_id, event, data)

    async def deliveries(self, endpoint_id: str) -> Sequence[DeliveryRow]:
        """Return what was, or is to be, sent to an endpoint, oldest first."""
        async with self.database.read() as session:
            page = await Deliveries(session, self.tenant_id).page(endpoint_id, limit=1000)
        return [delivery for delivery, _ in reversed(page)]

    async def row(self, endpoint_id: str) -> WebhookEndpointRow:
        async with self.database.read() as session:
            row = await WebhookEndpoints(session, self.tenant_id).get(endpoint_id)
        assert row is not None
        return row

    async def settled(self, endpoint_id: str, count: int, status: str = "delivered") -> None:
        """Wait until so many deliveries to an endpoint have come to one end."""

        async def so_many() -> bool:
            rows = await self.deliveries(endpoint_id)
            return [row.status for row in rows].count(status) == count  # type: ignore[arg-type]

        await until(so_many)

    @asynccontextmanager
    async def working(
        self, policy: TargetPolicy = LOOPBACK, *, database: Database | None = None, **sending: Any
    ) -> AsyncIterator[WebhookDeliveries]:
        """Send what is due, with retries at once."""
        async with Sender(policy, **{"timeout": 5, **sending}) as sender:
            worker = WebhookDeliveries(
                database or self.database, sender, schedule=AT_ONCE, clock=self.clock
            )
            worker.start()
            try:
                yield worker
            finally:
                await worker.stop()


def verified(receiver: OpenAIServer, secret: str = SECRET) -> list[dict[str, Any]]:
    """Return the messages that came, each with its `webhook-id`, after checking the signatures."""
    messages = []
    for request in receiver.requests:
        Webhook(secret).verify(request.raw, dict(request.headers))
        messages.append(json.loads(request.raw) | {"webhook-id": request.headers["webhook-id"]})
    return messages
