"""Doing in the background what interviews wait for: grades to be made, time that is up.

What is to be done stands in the records with the moment when it is due, so that another process, or
the same after a restart, finds it there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from api.errors import RecordsUnavailable
from api.interviews._conducting import Conductor
from api.interviews._held import LEASE
from api.records import Database, InterviewWork
from grader.cancelling import cancel_all

_log = logging.getLogger(__name__)

_LOOKED_EVERY = 2.0
_PRESENT_EVERY = 10.0


class InterviewKeeper:
    """Tends the interviews of all tenants, a bounded number at a time."""

    def __init__(self, database: Database, conductor: Conductor, *, concurrency: int) -> None:
        """Prepare; `start` begins.

        Args:
            database: Tells what is due.
            conductor: Does it.
            concurrency: At most so many interviews at a time.
        """
        self._database = database
        self._conductor = conductor
        self._concurrency = concurrency
        self._places = asyncio.Semaphore(concurrency)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._loops: tuple[asyncio.Task[None], ...] = ()

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a grade that is being made here."""
        return bool(self._under_way)

    def start(self) -> None:
        """Begin with what was left from before."""
        self._loops = (
            asyncio.create_task(self._every(_LOOKED_EVERY, self._look)),
            asyncio.create_task(self._every(_PRESENT_EVERY, self._be_present)),
        )

    async def stop(self) -> None:
        """Stop; what is under way is left to others, or for after the restart."""
        left = list(self._under_way)
        await cancel_all((*self._loops, *self._under_way.values()))
        if left:
            with suppress(RecordsUnavailable):
                async with self._database.write() as session:
                    await InterviewWork(session).give_back(left)

    def tend(self, tenant_id: str, interview_id: str) -> None:
        """Begin to do what an interview waits for, after what is under way for it."""
        if interview_id in self._under_way:
            self._again.add(interview_id)
            return
        tending = asyncio.create_task(self._tend(tenant_id, interview_id))
        self._under_way[interview_id] = tending

    async def settled(self, interview_id: str, *, within: float) -> None:
        """Wait until what is under way for an interview is done, or for so many seconds."""
        task = self._under_way.get(interview_id)
        if task is not None:
            await asyncio.wait({task}, timeout=within)

    async def _tend(self, tenant_id: str, interview_id: str) -> None:
        try:
            async with self._places:
                await self._conductor.tend(tenant_id, interview_id)
                while interview_id in self._again:
                    self._again.discard(interview_id)
                    await self._conductor.tend(tenant_id, interview_id)
        except Exception:  # noqa: BLE001 - it is logged, and due again in a moment
            _log.exception("interview %s cannot go on", interview_id)
        finally:
            del self._under_way[interview_id]
            self._again.discard(interview_id)

    async def _look(self) -> None:
        free = self._concurrency - len(self._under_way)
        if free <= 0:
            return
        async with self._database.read() as session:
            if not await InterviewWork(session).is_any_due():
                return
        async with self._database.write() as session:
            taken = await InterviewWork(session).take(LEASE, free)
        for tenant_id, interview_id in taken:
            self.tend(tenant_id, interview_id)

    async def _be_present(self) -> None:
        async with self._database.write() as session:
            work = InterviewWork(session)
            await work.note_presence()
            await work.put_off(list(self._under_way), LEASE)

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await act()
            except RecordsUnavailable as error:
                _log.warning("interviews wait: %s", error)
            await asyncio.sleep(seconds)
