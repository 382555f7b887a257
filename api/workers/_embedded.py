"""Working on batches in the service's own process, where the records are an SQLite file."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import BatchRow, BatchWork, Chunk, Database, discard_staged
from api.workers._chunks import ChunkGrader
from api.workers._patience import patiently
from grader.cancelling import cancel_all

_log = logging.getLogger(__name__)

# With a second chunk under way there is always an answer to grade while the last ones of the first
# are waited for.
CHUNKS_AT_A_TIME = 2

_LOOKED_EVERY = 5.0
STAGED_FOR = timedelta(hours=1)


class EmbeddedWorker:
    """Works on the batches in an SQLite file.

    What is to be done stands in the file, so there is no queue beside it. A lock that the operating
    system releases when its holder dies keeps a second process from the same work, and lets the
    next one go on at once.
    """

    def __init__(self, database: Database, chunks: ChunkGrader, file: Path) -> None:
        """Prepare.

        Args:
            database: Holds the batches.
            chunks: Does the grading.
            file: Where the database is; the lock lies beside it.
        """
        self._database = database
        self._chunks = chunks
        self._lock = FileLock(f"{file}.worker", thread_local=False)
        self._woken = asyncio.Event()
        self._under_way: dict[Chunk, asyncio.Task[None]] = {}
        self._working: asyncio.Task[None] | None = None

    async def enqueue(self, session: AsyncSession, batch: BatchRow) -> None:
        """Queue a batch; here there is nothing to do, since its lines are the queue."""

    def wake(self) -> None:
        """Say that there is something to do."""
        self._woken.set()

    def start(self) -> None:
        """Begin with what was left from before."""
        self._working = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop; what is under way and not kept is graded after the restart."""
        tasks = [task for task in (self._working, *self._under_way.values()) if task is not None]
        await cancel_all(tasks)

    async def _work(self) -> None:
        await self._take_lock()
        try:
            await patiently(self._tidy)
            while True:
                self._woken.clear()
                while len(self._under_way) < CHUNKS_AT_A_TIME:
                    chunk = await patiently(self._next)
                    if chunk is None:
                        break
                    self._under_way[chunk] = asyncio.create_task(self._run(chunk))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOKED_EVERY)
        finally:
            self._lock.release()

    async def _take_lock(self) -> None:
        told = False
        while True:
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                if not told:
                    _log.info("another process works on the batches in the same file")
                    told = True
                await asyncio.sleep(_LOOKED_EVERY)
            else:
                return

    async def _tidy(self) -> None:
        async with self._database.write() as session:
            await discard_staged(session, older_than=STAGED_FOR)

    async def _next(self) -> Chunk | None:
        async with self._database.read() as session:
            return await BatchWork(session).next_chunk(self._under_way)

    async def _run(self, chunk: Chunk) -> None:
        try:
            await self._chunks.run(chunk)
        except Exception:  # noqa: BLE001 - it is logged, and tried again
            _log.exception("the chunk at %s of batch %s failed", chunk.first, chunk.batch_id)
            await asyncio.sleep(_LOOKED_EVERY)
        finally:
            del self._under_way[chunk]
            self.wake()
