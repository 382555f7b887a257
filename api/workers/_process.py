"""A process that does nothing but work on batches."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from functools import partial

from api.observability import Metrics
from api.records import Database, database_url
from api.reviews import ReviewedTexts
from api.watching import watched
from api.workers._chunks import ChunkGrader
from grader.errors import ConfigurationError
from grader.grading import Grader
from grader.settings import Settings

_log = logging.getLogger(__name__)

_FINISH_SECONDS = 20.0


def check_worker_settings(settings: Settings) -> None:
    """Check that a worker of its own can be started.

    Raises:
        ConfigurationError: The records are not in PostgreSQL.
    """
    if database_url(settings).get_backend_name() != "postgresql":
        raise ConfigurationError(
            "grader worker needs the records in PostgreSQL (GRADER_DATABASE_URL); over SQLite the "
            "service works on batches itself, in grader serve"
        )


async def run_worker(
    settings: Settings,
    grader: Grader,
    *,
    until_idle: bool = False,
    listen: tuple[str, int] | None = None,
) -> None:
    """Work on batches until SIGTERM or SIGINT.

    What is under way then is finished, or goes back into the queue after 20 s.

    Args:
        settings: Name the database.
        grader: Does the grading.
        until_idle: Whether to stop as soon as nothing is waiting.
        listen: Host and port for probes and figures; None for nowhere.

    Raises:
        ConfigurationError: The records are not in PostgreSQL, or nothing can listen there.
        RecordsUnavailable: They cannot be reached at the start.
    """
    check_worker_settings(settings)
    from api.workers._procrastinate import JobQueue

    database = await Database.open(settings)
    try:
        grader.use_reviewed(ReviewedTexts(database))
        figures = Metrics()
        grader.on_judged = partial(figures.judged, grader.judge.identity.judge)
        chunks = ChunkGrader(database, grader, on_grade=figures.grade)
        url = database_url(settings)
        queue = JobQueue(database, chunks, url, finish_seconds=_FINISH_SECONDS)
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, queue.stop_soon)
        async with AsyncExitStack() as watching:
            if listen is not None:
                port = await watching.enter_async_context(
                    watched(database, grader, figures, *listen)
                )
                _log.info("probes and figures are at port %d", port)
            _log.info("working on batches in %s", database)
            await queue.work(until_idle=until_idle)
            _log.info("stopped")
    finally:
        await database.close()
