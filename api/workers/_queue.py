"""Which queue goes with which records."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from api.batches import BatchQueue
from api.records import Database, database_url
from api.workers._chunks import ChunkGrader
from grader.grading import Grader
from grader.settings import Settings
from grader.types import Grade


@asynccontextmanager
async def open_queue(
    settings: Settings,
    database: Database,
    grader: Grader,
    *,
    busy: Callable[[], bool],
    on_grade: Callable[[Grade], object],
) -> AsyncGenerator[BatchQueue]:
    """Open the queue that goes with the records: in the SQLite file, or procrastinate's.

    It is worked on meanwhile if the settings say so.

    Args:
        settings: Name the database.
        database: The same, open.
        grader: Does the grading.
        busy: See `ChunkGrader`.
        on_grade: Likewise.
    """
    queue: BatchQueue
    url = database_url(settings)
    chunks = ChunkGrader(database, grader, busy=busy, on_grade=on_grade)
    if url.get_backend_name() == "postgresql":
        from api.workers._procrastinate import JobQueue

        queue = JobQueue(database, chunks, url)
    else:
        from api.workers._embedded import EmbeddedWorker

        queue = EmbeddedWorker(database, chunks, Path(url.database or ""))
    if not settings.work_in_process:
        yield queue
        return
    queue.start()
    try:
        yield queue
    finally:
        await queue.stop()
