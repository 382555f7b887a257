"""Putting together what conducts interviews, for as long as the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi.concurrency import run_in_threadpool

from api.interviews._conducting import Conductor
from api.interviews._feed import Watchers
from api.interviews._keeper import InterviewKeeper
from api.interviews._planning import Scripts
from api.records import Database
from grader.grading import Grader
from grader.interviewing import build_phrasing
from grader.judges import SupportsClose
from grader.types import Grade


@dataclass(frozen=True, slots=True)
class Interviewing:
    """All that routes need to conduct interviews."""

    conductor: Conductor
    keeper: InterviewKeeper
    watchers: Watchers
    scripts: Scripts


@asynccontextmanager
async def open_interviewing(
    database: Database, grader: Grader, *, on_grade: Callable[[Grade], object]
) -> AsyncIterator[Interviewing]:
    """Open what conducts interviews, and take up those that were left in the middle of something.

    Args:
        database: Holds the interviews.
        grader: Makes the grades, and has the settings.
        on_grade: Called with each grade once it is kept.

    Raises:
        ConfigurationError: Something that the LLM needs is missing.
    """
    phrasing = await run_in_threadpool(build_phrasing, grader.settings, grader)
    scripts = await run_in_threadpool(Scripts.read, grader)
    watchers = Watchers()
    conductor = Conductor(database, grader, phrasing, on_grade=on_grade, on_change=watchers.changed)
    keeper = InterviewKeeper(database, conductor, concurrency=grader.settings.concurrency)
    keeper.start()
    try:
        yield Interviewing(conductor, keeper, watchers, scripts)
    finally:
        await keeper.stop()
        if isinstance(phrasing, SupportsClose):
            await run_in_threadpool(phrasing.close)
