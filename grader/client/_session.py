"""Sending calls, repeating those that may work later, and reading what comes back."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx
from httpx_sse import SSEError

from grader.client._errors import APIError, ConnectionFailed, ResponseInvalid, WaitTimeout
from grader.client._operations import Call, Operation, refusal
from grader.client._retrying import Retries
from grader.client._transport import Transport
from grader.client.models import Page

T = TypeVar("T")

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


class Session:
    """Talks to one service. What it is asked to do is the fields of a `Call`, as keywords."""

    def __init__(self, transport: Transport, retries: Retries) -> None:
        """Send by `transport`, which is closed with this."""
        self._transport = transport
        self._retries = retries

    async def call(self, operation: Operation[T], /, **call: Any) -> T:
        """Perform an operation, and return its result.

        Raises:
            ClientError: It did not work.
        """
        response = await self._answer(Call(operation, **call))
        return operation.read(response.content)

    async def file(self, operation: Operation[Any], /, **call: Any) -> httpx.Response:
        """Perform an operation that returns a file; return the response, whose body is read.

        Raises:
            ClientError: It did not work.
        """
        return await self._answer(Call(operation, **call))

    async def lines(self, operation: Operation[T], /, **call: Any) -> AsyncGenerator[T]:
        """Perform an operation that returns JSON lines; only one of them is held at a time.

        Raises:
            ClientError: It did not work, or broke off in between.
        """
        response = await self._answer(Call(operation, **call), stream=True)
        try:
            async with aclosing(self._transport.lines(response)) as lines:
                async for line in lines:
                    yield operation.read(line.encode())
        except httpx.TransportError as error:
            raise _failure(error, response.request) from error

    async def events(
        self, operation: Operation[T], /, *, after: int = 0, **call: Any
    ) -> AsyncGenerator[T]:
        """Perform an operation that returns server-sent events, until there will be no more.

        A stream that breaks off is taken up after the last event that came, as often as a request
        is repeated; each event that comes starts the count anew.

        Args:
            operation: What to perform.
            after: Number of the last event that is known already.
            **call: The fields of the call.

        Raises:
            ClientError: It did not work, or cannot be taken up again.
        """
        headers, failures = call.pop("headers", {}), 0
        while True:
            sent = Call(operation, headers={**headers, "Last-Event-ID": str(after)}, **call)
            response = await self._answer(sent, stream=True)
            if response.status_code == HTTPStatus.NO_CONTENT:
                await self._transport.read(response)
                return
            before = after
            lost = ConnectionFailed("the stream of events ended before its end", sent=True)
            try:
                async with aclosing(self._transport.events(response)) as events:
                    async for event in events:
                        after = int(event.id) if event.id.isdecimal() else after
                        yield operation.read(event.data.encode())
            except httpx.TransportError as error:
                lost = _failure(error, response.request)
            except SSEError as error:
                raise ResponseInvalid(f"the response is no stream of events: {error}") from None
            if after > before:
                failures = 0
                continue
            failures += 1
            wait = self._retries.wait(sent, lost, failures)
            if wait is None:
                raise lost
            await self._transport.sleep(wait)

    async def items(self, operation: Operation[Page[T]], /, **call: Any) -> AsyncGenerator[T]:
        """Perform an operation that returns a list, page by page as its items are asked for.

        Raises:
            ClientError: It did not work.
        """
        query, cursor = call.pop("query", {}), None
        while True:
            page = await self.call(operation, query={**query, "cursor": cursor}, **call)
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def until(
        self,
        done: Callable[[T], bool],
        look: Callable[[], Awaitable[T]],
        *,
        timeout: float | None,  # noqa: ASYNC109 - a service goes on with what nobody waits for
        told: Callable[[T], object] = lambda _: None,
    ) -> T:
        """Look again and again, ever less often, until something is done.

        Args:
            done: Tells whether it is.
            look: Asks the service.
            timeout: Seconds; None for no end.
            told: Called with whatever was seen.

        Raises:
            WaitTimeout: It is not done in time.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while True:
            seen = await look()
            told(seen)
            if done(seen):
                return seen
            if ends is not None and time.monotonic() + pause > ends:
                raise WaitTimeout(f"not done after {timeout:g} seconds; it goes on, so wait again")
            await self._transport.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def read_file(self, path: Path) -> bytes:
        """Read a file that is to be sent."""
        return await self._transport.file(path)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _answer(self, call: Call, *, stream: bool = False) -> httpx.Response:
        """Send a call, again if it may work later, and return the response that says it worked."""
        arguments = call.request()
        for made in itertools.count(1):
            try:
                return await self._attempt(self._transport.build(**arguments), stream=stream)
            except (APIError, ConnectionFailed) as error:
                wait = self._retries.wait(call, error, made)
                if wait is None:
                    raise
            await self._transport.sleep(wait)
        raise AssertionError("it has been counted to the end")

    async def _attempt(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        try:
            response = await self._transport.send(request, stream=stream)
            if response.is_success:
                return response
            await self._transport.read(response)
        except httpx.TransportError as error:
            raise _failure(error, request) from error
        raise refusal(response)


def _failure(error: httpx.TransportError, request: httpx.Request) -> ConnectionFailed:
    place = f"{request.url.scheme}://{request.url.netloc.decode()}"
    late = isinstance(error, httpx.TimeoutException)
    what = "did not answer in time" if late else "cannot be reached"
    reason = f": {error}" if str(error) else ""
    return ConnectionFailed(f"{place} {what}{reason}", sent=not isinstance(error, _NOT_SENT))
