"""The events of an interview as they happen, for whoever watches it.

They are read from the records, so it makes no difference which process an interview goes on in; a
change in this one is seen at once, one in another within a second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import ServerSentEvent

from api.errors import RecordsUnavailable
from api.records import Database, InterviewEventRow, Interviews
from grader.interviewing import EVENT, for_candidate

_log = logging.getLogger(__name__)

MayWatch = Callable[[AsyncSession], Awaitable[bool]]

_LOOKED_EVERY = 1.0
_AT_ONCE = 100


class Watchers:
    """Those in this process who wait for an interview to go on."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def changed(self, interview_id: str) -> None:
        """Wake those who watch an interview."""
        for woken in self._waiting.get(interview_id, ()):
            woken.set()

    @contextmanager
    def watching(self, interview_id: str) -> Iterator[asyncio.Event]:
        """Watch an interview; the event is set by each change, and cleared by whoever waits."""
        woken = asyncio.Event()
        watching = self._waiting.setdefault(interview_id, set())
        watching.add(woken)
        try:
            yield woken
        finally:
            watching.discard(woken)
            if not watching:
                self._waiting.pop(interview_id, None)


class Feed:
    """The events of one tenant's interview."""

    def __init__(
        self,
        database: Database,
        watchers: Watchers,
        tenant_id: str,
        interview_id: str,
        *,
        full: bool,
        may_watch: MayWatch | None = None,
    ) -> None:
        """Prepare.

        Args:
            database: Holds the events.
            watchers: Tell of changes in this process.
            tenant_id: Whose interview.
            interview_id: Which.
            full: Whether to show what candidates are not shown.
            may_watch: Asked at every look; the stream ends when it says no, and who takes it up
                again is told why by the request.
        """
        self._may_watch = may_watch
        self._database = database
        self._watchers = watchers
        self._tenant_id = tenant_id
        self._interview_id = interview_id
        self._full = full

    async def after(
        self, number: int, is_stopping: Callable[[], bool]
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield what happened after an event, and what happens then, until the interview is over.

        Args:
            number: Of the event; 0 for all.
            is_stopping: Tells whether the service stops; the stream ends then, to be taken up again
                elsewhere.
        """
        with self._watchers.watching(self._interview_id) as woken:
            while not is_stopping():
                woken.clear()
                rows = await self._read(number)
                if rows is None:
                    return
                for row in rows:
                    number = row.number
                    shown = self._shown(row)
                    if shown is not None:
                        yield shown
                    if row.document["type"] == "finished":
                        return
                if len(rows) < _AT_ONCE:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), _LOOKED_EVERY)

    async def _read(self, after: int) -> Sequence[InterviewEventRow] | None:
        """Return what happened; None if the interview was deleted, or may not be watched any more."""
        try:
            async with self._database.read() as session:
                if self._may_watch is not None and not await self._may_watch(session):
                    return None
                interviews = Interviews(session, self._tenant_id)
                rows = await interviews.events(self._interview_id, after=after, limit=_AT_ONCE)
                if not rows and await interviews.get(self._interview_id) is None:
                    return None
        except RecordsUnavailable as error:
            _log.warning("whoever watches %s waits: %s", self._interview_id, error)
            return ()
        return rows

    def _shown(self, row: InterviewEventRow) -> ServerSentEvent | None:
        event = EVENT.validate_python(row.document)
        shown = event if self._full else for_candidate(event)
        if shown is None:
            return None
        return ServerSentEvent(shown.model_dump_json(), event=shown.type, id=str(shown.number))
