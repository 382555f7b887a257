"""Bounded work: so many requests under way, so many waiting, and a clear refusal beyond that."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ServiceError
from api.media_types import is_form
from api.prefer import asks_for_async
from api.problems import Problem

# The newest measurement counts for a tenth in the mean of how long work takes.
_NEWEST_SHARE = 0.1


class NotAdmitted(ServiceError):
    """Work was not begun, or not finished; sending it again later may succeed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str, retry_after: int) -> None:
        """Say after how many seconds to come back."""
        super().__init__(message, {"Retry-After": str(retry_after)})


class Overloaded(NotAdmitted):
    """As much work is waiting as may wait, or it has waited for as long as it may."""

    code = "overloaded"
    title = "The service is busy"


class ShuttingDown(NotAdmitted):
    """The service is stopping."""

    code = "shutting_down"
    title = "The service is stopping"


class TimeLimitExceeded(NotAdmitted):
    """The work took longer than it may; it was given up."""

    code = "time_limit_exceeded"
    title = "The work took too long"
    status = HTTPStatus.GATEWAY_TIMEOUT


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work is taken on.

    Attributes:
        running: Pieces of work under way at the same time.
        waiting: Pieces that may wait for a place.
        patience: Seconds that one may wait.
        seconds: Seconds that one may take once it has begun.
    """

    running: int = 8
    waiting: int = 64
    patience: float = 30.0
    seconds: float = 120.0


class Admission:
    """Places for work, in the order it came; for one event loop.

    Attributes:
        running: Pieces of work under way.
        waiting: Pieces waiting for a place.
    """

    def __init__(self, limits: Limits) -> None:
        """Nothing is under way yet."""
        self.limits = limits
        self.running = 0
        self.waiting = 0
        self._places = asyncio.Semaphore(limits.running)
        self._stopping = False
        self._under_way: set[asyncio.Timeout] = set()
        self._in_line: set[asyncio.Timeout] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._mean_seconds = 1.0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[asyncio.Timeout]:
        """Hold a place while the block runs; yields the time limit, which may be changed.

        Raises:
            Overloaded: There is no place, and none to be had in time.
            ShuttingDown: The service stops, before the work began or before it was finished.
            TimeLimitExceeded: The block took too long, and was cancelled.
        """
        await self._wait_for_place()
        began = time.monotonic()
        self.running += 1
        self._idle.clear()
        limit = asyncio.timeout(self.limits.seconds)
        try:
            async with limit:
                self._under_way.add(limit)
                yield limit
        except TimeoutError:
            if not limit.expired():
                raise
            if self._stopping:
                raise self._shutting_down() from None
            raise TimeLimitExceeded(
                f"the work was given up after {self.limits.seconds:g} seconds; nothing was graded",
                self._wait_hint(),
            ) from None
        finally:
            self._under_way.discard(limit)
            self.running -= 1
            self._mean_seconds += _NEWEST_SHARE * (time.monotonic() - began - self._mean_seconds)
            self._places.release()
            if self.running == 0:
                self._idle.set()

    @property
    def stopping(self) -> bool:
        """Whether nothing more is admitted."""
        return self._stopping

    async def drain(self, seconds: float) -> bool:
        """Admit nothing more, turn away what waits, and wait for what is under way.

        Args:
            seconds: What has not ended by then is cancelled.

        Returns:
            Whether everything ended by itself.
        """
        self._stopping = True
        _expire(self._in_line)
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            _expire(self._under_way)
            await self._idle.wait()
            return False
        return True

    async def _wait_for_place(self) -> None:
        if self._stopping:
            raise self._shutting_down()
        if self._places.locked() and self.waiting >= self.limits.waiting:
            raise Overloaded(
                f"{self.running} answers are being graded and {self.waiting} more are waiting; "
                f"try again in {self._wait_hint()} s",
                self._wait_hint(),
            )
        limit = asyncio.timeout(self.limits.patience)
        self.waiting += 1
        try:
            async with limit:
                self._in_line.add(limit)
                await self._places.acquire()
        except TimeoutError:
            if self._stopping:
                raise self._shutting_down() from None
            raise Overloaded(
                f"no place became free within {self.limits.patience:g} seconds; "
                f"try again in {self._wait_hint()} s",
                self._wait_hint(),
            ) from None
        finally:
            self._in_line.discard(limit)
            self.waiting -= 1

    def _wait_hint(self) -> int:
        """Estimate when what is waiting now will have begun."""
        rounds = (self.waiting + 1) / self.limits.running
        return min(max(1, math.ceil(rounds * self._mean_seconds)), 60)

    def _shutting_down(self) -> ShuttingDown:
        return ShuttingDown("the service is stopping; send the request again in a moment", 5)


def _expire(limits: set[asyncio.Timeout]) -> None:
    for limit in limits:
        if not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time())


_GRADING = frozenset({"/v1/grades", "/v1/rubrics/trial", "/v1/rubrics/comparison"})


def is_grading(scope: Scope) -> bool:
    """Tell whether a request has an answer graded while it waits.

    Of forms, which may take long to arrive, the routes take care themselves.
    """
    path: str = scope["path"]
    is_grade = path in _GRADING or (path.startswith("/v1/grades/") and path.endswith("/regrade"))
    if scope["method"] != "POST" or not is_grade or is_form(scope):
        return False
    return not asks_for_async(Headers(scope=scope).get("Prefer"))


class AdmissionControl:
    """ASGI middleware: takes a place for each request that has work done; 503 or 504 otherwise."""

    def __init__(
        self,
        app: ASGIApp,
        admission: Admission,
        applies: Callable[[Scope], bool] = is_grading,
    ) -> None:
        """Wrap `app`.

        Args:
            app: What is wrapped.
            admission: Gives the places.
            applies: Tells which requests need one.
        """
        self._app = app
        self._admission = admission
        self._applies = applies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a place, then hand the request on."""
        if scope["type"] != "http" or not self._applies(scope):
            await self._app(scope, receive, send)
            return
        begun = False
        try:
            async with self._admission.place() as limit:

                async def send_on(message: Message) -> None:
                    nonlocal begun
                    if not begun and not limit.expired():
                        # The work is done; whoever reads slowly has as long again for that.
                        now = asyncio.get_running_loop().time()
                        limit.reschedule(now + self._admission.limits.seconds)
                    begun = True
                    await send(message)

                await self._app(scope, receive, send_on)
        except NotAdmitted as error:
            if not begun:
                response = _problem(error).response()
                response.headers.update(error.headers)
                await response(scope, receive, send)


def _problem(error: NotAdmitted) -> Problem:
    return Problem(
        type=f"urn:answer-grader:{error.code}",
        title=error.title,
        status=error.status,
        detail=str(error),
        code=error.code,
    )
