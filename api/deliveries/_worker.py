"""Sending webhooks in the background, in this process.

What is to be sent stands in the database. Each process that serves the API looks there; a lease keeps
two of them from sending the same message at the same time, and when one dies another sends what it had
taken. So a message arrives at least once, now and then twice, always under the same `webhook-id`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.deliveries._secrets import active_secrets
from api.deliveries._settling import settle
from api.errors import RecordsUnavailable
from api.records import Database, Deliveries, DeliveryWork, TakenDelivery, now
from api.webhooks import (
    FAILING_RULE,
    RETRIES,
    Attempt,
    AttemptError,
    FailingRule,
    Message,
    RetrySchedule,
    Sender,
    TargetPolicy,
)
from grader.cancelling import cancel_all
from grader.settings import Settings

_log = logging.getLogger(__name__)

# Longer than an attempt can take.
_LEASE = timedelta(seconds=60)
_LOOKED_EVERY = 1.0
_UNAVAILABLE_SECONDS = 5.0
_TIDIED_EVERY = timedelta(hours=1)
_KEPT = timedelta(days=30)

_MOST_AT_ONCE, _MOST_TO_EACH = 32, 4


def open_sender(settings: Settings) -> Sender:
    """Return a sender that goes where the settings allow; its owner closes it."""
    policy = TargetPolicy(
        allow_http=settings.webhook_allow_http,
        allowed_networks=settings.webhook_allowed_networks,
        ports=frozenset(settings.webhook_ports) or None,
    )
    return Sender(policy)


class WebhookDeliveries:
    """Sends what is due, a bounded number at a time, few of them to any one endpoint."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        schedule: RetrySchedule = RETRIES,
        rule: FailingRule = FAILING_RULE,
        on_attempt: Callable[[Attempt], object] = lambda _: None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: Holds the events and the deliveries.
            sender: Its owner closes it.
            schedule: When failed attempts are repeated.
            rule: When an endpoint is disabled.
            on_attempt: Called with what came of each attempt.
            clock: Tells the time that deliveries are due by.
        """
        self._database = database
        self._sender = sender
        self._schedule = schedule
        self._rule = rule
        self._on_attempt = on_attempt
        self._clock = clock
        self._woken = asyncio.Event()
        self._sending: dict[asyncio.Task[None], TakenDelivery] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._tidied_at = clock()

    def start(self) -> None:
        """Begin with what was left from before."""
        self._keeper = asyncio.create_task(self._work())

    def wake(self) -> None:
        """Say that there is something to send."""
        self._woken.set()

    async def stop(self) -> None:
        """Stop; what is under way is given back for others, or for after the restart."""
        taken = list(self._sending.values())
        await cancel_all([*self._sending, *([self._keeper] if self._keeper else [])])
        if taken:
            with suppress(RecordsUnavailable):
                async with self._database.write() as session:
                    await DeliveryWork(session, self._clock()).release(taken)

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            pause = _LOOKED_EVERY
            try:
                pause = 0 if await self._step() else _LOOKED_EVERY
            except RecordsUnavailable as error:
                _log.warning("webhooks wait: %s", error)
                pause = _UNAVAILABLE_SECONDS
            except Exception:  # noqa: BLE001 - it is logged, and the next message may go out
                _log.exception("webhooks cannot be looked for")
            if pause:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), pause)

    async def _step(self) -> bool:
        """Route new events and begin to send what is due; tell whether there may be more at once."""
        moment = self._clock()
        if moment - self._tidied_at >= _TIDIED_EVERY:
            async with self._database.write() as session:
                await DeliveryWork(session, moment).forget(_KEPT)
            self._tidied_at = moment
        free = _MOST_AT_ONCE - len(self._sending)
        if free <= 0:
            return False
        async with self._database.read() as session:
            if not await DeliveryWork(session, moment).anything():
                return False
        under_way = Counter(taken.endpoint.id for taken in self._sending.values())
        async with self._database.write() as session:
            work = DeliveryWork(session, moment)
            routed = await work.route()
            taken = await work.take(_LEASE, free, each=_MOST_TO_EACH, under_way=under_way)
        for one in taken:
            task = asyncio.create_task(self._deliver(one))
            self._sending[task] = one
            task.add_done_callback(self._ended)
        return bool(routed or taken)

    async def _deliver(self, taken: TakenDelivery) -> None:
        try:
            attempt = await self._attempt(taken)
            if attempt is not None:
                self._on_attempt(attempt)
            await self._record(taken, attempt)
        except Exception:  # noqa: BLE001 - it is logged, and tried again when the lease is over
            _log.exception("delivery %s cannot be made", taken.delivery.id)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sending.pop(task, None)
        self.wake()

    async def _attempt(self, taken: TakenDelivery) -> Attempt | None:
        """Send a message; None if its endpoint is not in use."""
        endpoint, event = taken.endpoint, taken.event
        if endpoint.disabled_at is not None:
            return None
        message = Message(
            id=event.id, type=event.type, timestamp=event.created_at, data=event.payload
        )
        secrets = active_secrets(endpoint.secrets, self._clock())
        try:
            return await self._sender.send(endpoint.url, message, secrets)
        except Exception:  # noqa: BLE001 - it is logged, and one of the attempts that failed
            _log.exception("delivery %s cannot be sent", taken.delivery.id)
            return Attempt(
                error=AttemptError.PROTOCOL,
                detail="an unexpected error occurred; it has been logged",
                retryable=True,
            )

    async def _record(self, taken: TakenDelivery, attempt: Attempt | None) -> None:
        """Write down what came of an attempt, once the records can be written."""
        while True:
            try:
                async with self._database.write() as session:
                    await self._write_down(session, taken, attempt)
            except RecordsUnavailable as error:
                _log.warning("the outcome of delivery %s waits: %s", taken.delivery.id, error)
                await asyncio.sleep(_UNAVAILABLE_SECONDS)
            else:
                return

    async def _write_down(
        self, session: AsyncSession, taken: TakenDelivery, attempt: Attempt | None
    ) -> None:
        moment = self._clock()
        held = await DeliveryWork(session, moment).held(taken)
        if held is None:
            return
        endpoint, delivery = held.endpoint, held.delivery
        if attempt is None:
            delivery.lease = delivery.lease_until = None
        elif settle(held, attempt, moment, self._schedule, self._rule):
            _log.warning(
                "webhook endpoint %s is disabled: %s", endpoint.id, endpoint.disabled_reason
            )
        if endpoint.disabled_at is not None:
            await session.flush()
            await Deliveries(session, endpoint.tenant_id).give_up(endpoint.id)
