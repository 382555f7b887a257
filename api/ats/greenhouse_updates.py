"""Telling Greenhouse that a test is done, in the background, until it has heard.

What is to be told stands in the database. Each process that serves the API looks there; a lease keeps
two of them from telling the same at once, and when one dies another goes on.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from api.ats.sealing import Seal
from api.deliveries import logged_attempt
from api.errors import RecordsUnavailable
from api.invites import InviteTokens
from api.records import Database, GreenhouseTestRow, GreenhouseWork, now
from api.webhooks import RETRIES, Attempt, AttemptError, RetrySchedule, Sender
from grader.cancelling import cancel_all

_log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)  # longer than an attempt can take
_LOOKED_EVERY = 1.0
_UNAVAILABLE_SECONDS = 5.0
_MOST_AT_ONCE = 8

_SEAL_BROKEN = Attempt(
    error=AttemptError.TARGET_REFUSED,
    detail="the key that Greenhouse came with cannot be read any more, since GRADER_INVITE_KEY was "
    "replaced; it learns of the test when it next asks",
)


class GreenhouseUpdates:
    """Sends the PATCH after which Greenhouse asks how a test stands."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        seal: Seal,
        *,
        schedule: RetrySchedule = RETRIES,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: The records.
            sender: Goes only where webhooks may go; its owner closes it.
            seal: Opens the keys that Greenhouse came with.
            schedule: When failed attempts are repeated.
            clock: Tells the time that attempts are due by.
        """
        self._database = database
        self._sender = sender
        self._seal = seal
        self._schedule = schedule
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what was left from before."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what is under way is given back for others, or for after the restart."""
        if self._task is not None:
            await cancel_all([self._task])

    async def run(self) -> int:
        """Tell what is to be told now; return how many attempts were made.

        Raises:
            RecordsUnavailable: Nothing more can be told now.
        """
        async with self._database.read() as session:
            if not await GreenhouseWork(session, self._clock()).anything():
                return 0
        async with self._database.write() as session:
            taken = await GreenhouseWork(session, self._clock()).take(_LEASE, _MOST_AT_ONCE)
        try:
            await asyncio.gather(*(self._tell(row) for row in taken))
        except asyncio.CancelledError:
            await self._give_back(taken)
            raise
        return len(taken)

    async def _work(self) -> None:
        while True:
            pause = _LOOKED_EVERY
            try:
                pause = 0 if await self.run() == _MOST_AT_ONCE else _LOOKED_EVERY
            except RecordsUnavailable as error:
                _log.warning("Greenhouse waits: %s", error)
                pause = _UNAVAILABLE_SECONDS
            except Exception:  # noqa: BLE001 - it is logged, and tried again
                _log.exception("Greenhouse cannot be told")
            await asyncio.sleep(pause)

    async def _tell(self, row: GreenhouseTestRow) -> None:
        key = self._seal.open(row.credential or "")
        attempt = _SEAL_BROKEN
        if key is not None:
            basic = base64.b64encode(f"{key}:".encode()).decode()
            attempt = await self._sender.patch(row.url, {"authorization": f"Basic {basic}"})
        async with self._database.write() as session:
            moment = self._clock()
            held = await GreenhouseWork(session, moment).held(row)
            if held is not None:
                self._settle(held, attempt, moment)

    def _settle(self, row: GreenhouseTestRow, attempt: Attempt, moment: datetime) -> None:
        row.attempts += 1
        row.log = [*row.log, logged_attempt(attempt, moment)]
        row.lease = row.lease_until = None
        row.next_attempt_at = self._schedule.next_attempt(row.attempts, attempt, moment)
        if attempt.delivered:
            row.told_at = moment
        if row.next_attempt_at is None:
            row.credential = None
            if not attempt.delivered:
                _log.warning("Greenhouse was not told of %s: %s", row.id, attempt.detail)

    async def _give_back(self, taken: Sequence[GreenhouseTestRow]) -> None:
        with suppress(RecordsUnavailable):
            async with self._database.write() as session:
                await GreenhouseWork(session, self._clock()).release(taken)


@asynccontextmanager
async def open_greenhouse(
    database: Database, sender: Sender, tokens: InviteTokens
) -> AsyncGenerator[Seal]:
    """Tell Greenhouse of tests meanwhile; give what its keys are sealed with."""
    seal = Seal(tokens.derived("greenhouse keys"))
    updates = GreenhouseUpdates(database, sender, seal)
    updates.start()
    try:
        yield seal
    finally:
        await updates.stop()
