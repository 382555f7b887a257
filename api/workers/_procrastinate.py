"""Working on batches through the job queue procrastinate, where the records are in PostgreSQL.

A chunk is one job. Jobs stand in the same database as the records and are queued in the transaction
that accepts the batch. A worker that dies stops sending heartbeats; the others then put its jobs
back into the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import RecordsUnavailable
from api.records import BatchRow, BatchWork, Chunk, Database, discard_staged
from api.workers._chunks import ChunkGrader
from api.workers._embedded import CHUNKS_AT_A_TIME, STAGED_FOR
from api.workers._patience import patiently
from grader.cancelling import cancel_all

_log = logging.getLogger(__name__)

_QUEUE = "batches"
_TASK = "grade_chunk"
_CONNECT_SECONDS = 5
_RESTART_SECONDS = 2.0
_LEAVING_SECONDS = 5.0
_LOOKED_EVERY = 1.0
_HEARTBEAT_SECONDS = 3.0
_STALLED_SECONDS = 15.0
_RESCUED_EVERY = 5.0
_MOST_RETRY_SECONDS = 60


class JobQueue:
    """The queue of chunks in PostgreSQL, and a worker on it."""

    def __init__(
        self, database: Database, chunks: ChunkGrader, url: URL, *, finish_seconds: float = 1.0
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            database: Holds the batches.
            chunks: Does the grading.
            url: Of the same database.
            finish_seconds: How long a chunk that is under way may go on after `stop`; then it goes
                back into the queue.
        """
        self._database = database
        self._chunks = chunks
        self._finish_seconds = finish_seconds
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._app = App(
            connector=PsycopgConnector(
                conninfo=conninfo,
                kwargs={
                    "connect_timeout": _CONNECT_SECONDS,
                    "application_name": "answer-grader-worker",
                },
                min_size=1,
                max_size=CHUNKS_AT_A_TIME + 2,
            )
        )
        self._task = self._app.task(name=_TASK, queue=_QUEUE, retry=_Patience())(self._grade_chunk)
        self._stopping = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def enqueue(self, session: AsyncSession, batch: BatchRow) -> None:
        """Queue the chunks of a batch, in the transaction of `session`.

        Whoever has the lower turn comes first. The chunks of a batch with a token limit come one
        after the other, whichever worker takes them, so that the limit holds.

        Raises:
            RecordsUnavailable: The database cannot be reached.
        """
        chunks = await BatchWork(session).chunks(batch.id)
        lock = batch.id if batch.token_limit is not None else None
        jobs = [
            self._task.configure(
                priority=-(batch.turn + chunk.first // chunk.count), lock=lock
            ).make_new_job(batch_id=chunk.batch_id, first=chunk.first, count=chunk.count)
            for chunk in chunks
        ]
        if not jobs:
            return
        connection = await (await session.connection()).get_raw_connection()
        try:
            await self._app.job_manager.batch_defer_jobs_async(
                jobs, connection=connection.driver_connection
            )
        except ConnectorException as error:
            raise RecordsUnavailable(f"the batch cannot be queued: {error}") from error

    def wake(self) -> None:
        """Say that there is something to do; here the database itself says so."""

    def start(self) -> None:
        """Begin to work in the background."""
        self._working = asyncio.create_task(self.work())

    async def stop(self) -> None:
        """Stop to work, as `stop_soon` does, and wait until that is done."""
        self.stop_soon()
        if self._working is not None:
            await self._working

    def stop_soon(self) -> None:
        """Take no more chunks; what is under way has some time to be finished."""
        self._stopping.set()

    async def work(self, *, until_idle: bool = False) -> None:
        """Work until `stop_soon` is called; begins anew when the database was gone.

        Args:
            until_idle: Whether to stop as soon as no chunk is waiting.
        """
        try:
            await self._until_stopped(patiently(self._tidy))
        except Exception as error:  # noqa: BLE001 - as below; what is left over can wait
            _log.warning("what uploads left behind stays for now: %s", error)
        while not self._stopping.is_set():
            try:
                await self._work_once(until_idle=until_idle)
            except Exception as error:  # noqa: BLE001 - whatever it is, working must go on
                _log.warning("the worker begins anew: %s", error)
            else:
                if until_idle:
                    return
            await self._until_stopped(asyncio.sleep(_RESTART_SECONDS))

    async def _work_once(self, *, until_idle: bool) -> None:
        async with self._app.open_async():
            worker = Worker(
                self._app,
                queues=[_QUEUE],
                concurrency=CHUNKS_AT_A_TIME,
                wait=not until_idle,
                fetch_job_polling_interval=_LOOKED_EVERY,
                delete_jobs="successful",
                install_signal_handlers=False,
                shutdown_graceful_timeout=self._finish_seconds,
                update_heartbeat_interval=_HEARTBEAT_SECONDS,
                stalled_worker_timeout=_STALLED_SECONDS,
            )
            rescuing = asyncio.create_task(self._rescue_stalled())
            working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
                # Asked to stop, not cancelled: a cancellation can be lost while it waits for the
                # database (see `cancel_all`), and it would go on for ever.
                worker.stop()  # type: ignore[no-untyped-call]
                await asyncio.wait({working}, timeout=self._finish_seconds + _LEAVING_SECONDS)
                if working.done():
                    working.result()
            finally:
                await cancel_all([rescuing, stopping, working])

    async def _rescue_stalled(self) -> None:
        """Put the jobs of workers that have died back into the queue, from time to time."""
        manager = self._app.job_manager
        while True:
            with suppress(ConnectorException):  # gone, or another worker was quicker
                for job in await manager.get_stalled_jobs(
                    queue=_QUEUE, seconds_since_heartbeat=_STALLED_SECONDS
                ):
                    _log.warning("job %s goes back into the queue; its worker has died", job.id)
                    await manager.retry_job(job)
            await asyncio.sleep(_RESCUED_EVERY)

    async def _grade_chunk(self, *, batch_id: str, first: int, count: int) -> None:
        await self._chunks.run(Chunk(batch_id, first, count))

    async def _tidy(self) -> None:
        async with self._database.write() as session:
            await discard_staged(session, older_than=STAGED_FOR)

    async def _until_stopped(self, act: Coroutine[Any, Any, None]) -> None:
        """Wait for something, or until `stop_soon` is called; then it is cancelled."""
        acting = asyncio.create_task(act)
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({acting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all([acting, stopping])
        if not acting.cancelled():
            acting.result()


class _Patience(BaseRetryStrategy):
    """Tries a job again until it succeeds; one that was cut off by a shutdown at once."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        return RetryDecision(
            retry_in={"seconds": min(_MOST_RETRY_SECONDS, 2 ** min(job.attempts, 6))}
        )
