"""Handing in the drafts of candidates whose time is over and who are not there to do so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from api.errors import RecordsUnavailable
from api.invites._attempt import GRACE, Attempt
from api.records import Database, now, overdue_invites
from grader.cancelling import cancel_all

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 20.0
_AT_A_TIME = 50


class Overdue:
    """Takes drafts as answers once their time is over.

    Several processes may do so at once: each invite is handed in by one of them.
    """

    def __init__(
        self,
        database: Database,
        wake: Callable[[], None],
        *,
        every: float = _EVERY_SECONDS,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: The records.
            wake: Called when there are grades to be made.
            every: Seconds from one time to the next.
        """
        self._database = database
        self._wake = wake
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work in the background."""
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what is left is handed in after the next start."""
        if self._task is not None:
            await cancel_all([self._task])

    async def run(self) -> int:
        """Hand in what is overdue; return how many drafts.

        Raises:
            RecordsUnavailable: Nothing more can be handed in now.
        """
        done = 0
        while True:
            async with self._database.write() as session:
                found = await overdue_invites(session, now(), GRACE, limit=_AT_A_TIME)
                for row in found:
                    await Attempt(session, row, now()).settle()
            if not found:
                return done
            done += len(found)
            self._wake()

    async def _work(self) -> None:
        while True:
            try:
                await self.run()
            except RecordsUnavailable as error:
                _log.warning("overdue invites wait: %s", error)
            except Exception:  # noqa: BLE001 - the next time is another chance
                _log.exception("overdue invites could not be handed in; it is tried again")
            await asyncio.sleep(self._every)
