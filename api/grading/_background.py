"""Making promised grades in the background, in this process.

What was promised stands in the database, so that a process which takes over, or the same one after a
restart, finds it there. A lease keeps two processes from making the same grade; if one is cut off
for longer than its lease, the grade of the other counts and its own is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from api.errors import PASSING, RecordsUnavailable
from api.grading._work import GradingTask, keep_grade, make_grade, tokens_left
from api.records import (
    Database,
    PendingGradeRow,
    PendingWork,
    RubricDocuments,
    Submissions,
    Transcripts,
    forget_expired_keys,
    new_id,
)
from grader.cancelling import cancel_all
from grader.errors import GraderError
from grader.grading import Grader
from grader.types import Grade

_log = logging.getLogger(__name__)

_LEASE = timedelta(seconds=60)
_RENEWED_EVERY = 15.0
_LOOKED_EVERY = 5.0
_TIDIED_EVERY = 600.0

# A grade whose making has ended the process so often is not tried again.
_MOST_ATTEMPTS = 3


_P = ParamSpec("_P")
_T = TypeVar("_T")


def _patiently(act: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[_T]]:
    """Make an act wait, and try again, while the records or the index are unavailable."""

    @wraps(act)
    async def patient(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        while True:
            try:
                return await act(*args, **kwargs)
            except PASSING as error:
                _log.warning("promised grades wait: %s", error)
                await asyncio.sleep(_LOOKED_EVERY)

    return patient


class BackgroundGrading:
    """Makes promised grades, a bounded number at a time."""

    def __init__(
        self,
        database: Database,
        grader: Grader,
        *,
        concurrency: int,
        on_grade: Callable[[Grade], object] = lambda _: None,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: Holds the promises.
            grader: Makes the grades.
            concurrency: At most so many at a time.
            on_grade: Called with each grade once it is kept.
        """
        self._database = database
        self._grader = grader
        self._concurrency = concurrency
        self._on_grade = on_grade
        self._lease = new_id("lse")
        self._woken = asyncio.Event()
        self._making: dict[str, asyncio.Task[None]] = {}
        self._keepers: tuple[asyncio.Task[None], ...] = ()

    def start(self) -> None:
        """Begin with what was left from before."""
        self._keepers = (
            asyncio.create_task(self._work()),
            asyncio.create_task(self._every(_RENEWED_EVERY, self._renew)),
            asyncio.create_task(self._every(_TIDIED_EVERY, self._tidy)),
        )

    def wake(self) -> None:
        """Say that there is something to do."""
        self._woken.set()

    async def stop(self) -> None:
        """Stop; what is under way is given back for others, or for after the restart."""
        await cancel_all((*self._keepers, *self._making.values()))
        with suppress(RecordsUnavailable):
            async with self._database.write() as session:
                await PendingWork(session).release(self._lease)

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            taken = await self._take(self._concurrency - len(self._making))
            if not taken:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOKED_EVERY)

    @_patiently
    async def _take(self, free: int) -> int:
        if free <= 0:
            return 0
        async with self._database.write() as session:
            rows = await PendingWork(session).take(self._lease, _LEASE, free)
        for row in rows:
            self._making[row.id] = asyncio.create_task(self._make(row))
        return len(rows)

    async def _make(self, row: PendingGradeRow) -> None:
        try:
            if row.attempts > _MOST_ATTEMPTS:
                message = f"the service ended {_MOST_ATTEMPTS} times while grading this answer"
                await self._fail(row, {"code": "gave_up", "message": message})
                return
            task = await self._begin(row)
            if task is not None:
                grade = await _patiently(make_grade)(self._grader, task)
                if await self._keep(task, grade):
                    self._on_grade(grade)
        except GraderError as error:
            await self._fail(row, {"code": error.code, "message": str(error)})
        except Exception:  # noqa: BLE001 - it is logged, and the caller can ask what became of it
            _log.exception("grade %s cannot be made", row.id)
            message = "an unexpected error occurred; it has been logged"
            await self._fail(row, {"code": "internal_error", "message": message})
        finally:
            del self._making[row.id]
            self.wake()

    @_patiently
    async def _begin(self, row: PendingGradeRow) -> GradingTask | None:
        async with self._database.read() as session:
            submission = await Submissions(session, row.tenant_id).get(row.submission_id)
            if submission is None:  # deleted meanwhile, and the promise with it
                return None
            rubric = await RubricDocuments(session, row.tenant_id).get(row.rubric_sha256)
            spoken = await Transcripts(session, row.tenant_id).of(submission.id)
        left = await tokens_left(self._grader, self._database, row.tenant_id)
        return GradingTask(row.id, submission, rubric, row.regrade_of, left, spoken)

    @_patiently
    async def _keep(self, task: GradingTask, grade: Grade) -> bool:
        async with self._database.write() as session:
            held = await PendingWork(session).finish(task.grade_id, self._lease)
            if held:
                await keep_grade(session, task, grade)
        return held

    @_patiently
    async def _fail(self, row: PendingGradeRow, error: dict[str, str]) -> None:
        async with self._database.write() as session:
            await PendingWork(session).fail(row.id, self._lease, error)

    @_patiently
    async def _renew(self) -> None:
        if self._making:
            async with self._database.write() as session:
                await PendingWork(session).renew(list(self._making), self._lease, _LEASE)

    @_patiently
    async def _tidy(self) -> None:
        async with self._database.write() as session:
            await forget_expired_keys(session)

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await act()
