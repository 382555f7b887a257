"""Deleting what is older than its tenant keeps it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from api.errors import RecordsUnavailable
from api.privacy._deletion import Deletion
from api.records import Database, Tenants, now
from grader.cancelling import cancel_all
from grader.grading import Grader

_log = logging.getLogger(__name__)

_ACTOR = "retention"
_EVERY_SECONDS = 24 * 60 * 60.0
_RETRY_SECONDS = 60.0


class Retention:
    """Deletes submissions whose time is over, when it starts and then once a day.

    Several processes may do so at once: what one of them deletes, the others do not find.
    """

    def __init__(
        self,
        database: Database,
        grader: Grader,
        *,
        clock: Callable[[], datetime] = now,
        every: float = _EVERY_SECONDS,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: The records; each tenant's `retention_days` is there.
            grader: Knows the caches and the index.
            clock: Tells the time.
            every: Seconds from one time to the next.
        """
        self._database = database
        self._grader = grader
        self._clock = clock
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work in the background."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what is left is deleted after the next start."""
        if self._task is not None:
            await cancel_all([self._task])

    async def run(self) -> Mapping[str, int]:
        """Delete what is too old now; return how many submissions, by tenant id.

        Raises:
            RecordsUnavailable: Nothing more can be deleted now.
        """
        async with self._database.read() as session:
            tenants = await Tenants(session).all()
        deleted = {}
        for tenant in tenants:
            if tenant.retention_days is None:
                continue
            before = self._clock() - timedelta(days=tenant.retention_days)
            deletion = Deletion(self._database, self._grader, tenant.id, _ACTOR)
            receipt = await deletion.older_than(before)
            if receipt is not None:
                deleted[tenant.id] = len(receipt.submission_ids)
        return deleted

    async def _work(self) -> None:
        while True:
            wait = self._every
            try:
                for tenant_id, count in (await self.run()).items():
                    _log.info("retention: %d submissions of %s deleted", count, tenant_id)
            except RecordsUnavailable as error:
                _log.warning("retention waits: %s", error)
                wait = _RETRY_SECONDS
            except Exception:  # noqa: BLE001 - tomorrow is another day
                _log.exception("retention failed; it is tried again")
            await asyncio.sleep(wait)
