"""Sending requests: with an event loop, or by blocking.

The rest of the client is written once, as coroutines over a `Transport`. Those of `Blocking` never
wait for an event loop: they block instead, so that `_blocking` can run all others without one.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Protocol

import anyio
import anyio.to_thread
import httpx
from httpx_sse import EventSource, ServerSentEvent


class Transport(Protocol):
    """Sends requests, and waits."""

    def build(self, **request: Any) -> httpx.Request:
        """Make a request; see `httpx.Client.build_request`."""

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request; with `stream` the body of the response is still to be read."""

    async def read(self, response: httpx.Response) -> None:
        """Read the body of a response that came as a stream."""

    def lines(self, response: httpx.Response) -> AsyncGenerator[str]:
        """Read the body of such a response line by line, and close it."""

    def events(self, response: httpx.Response) -> AsyncGenerator[ServerSentEvent]:
        """Read the body of such a response event by event, and close it."""

    async def file(self, path: Path) -> bytes:
        """Read a file."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def close(self) -> None:
        """Close all connections."""


class Waiting:
    """Over an event loop, which goes on with other things meanwhile."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Send by `client`, which is closed with this."""
        self._client = client

    def build(self, **request: Any) -> httpx.Request:
        """Make a request."""
        return self._client.build_request(**request)

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request."""
        return await self._client.send(request, stream=stream)

    async def read(self, response: httpx.Response) -> None:
        """Read the body of a response."""
        await response.aread()

    async def lines(self, response: httpx.Response) -> AsyncGenerator[str]:
        """Read the body of a response line by line."""
        try:
            async for line in response.aiter_lines():
                yield line
        finally:
            await response.aclose()

    async def events(self, response: httpx.Response) -> AsyncGenerator[ServerSentEvent]:
        """Read the body of a response event by event."""
        try:
            async for event in EventSource(response).aiter_sse():
                yield event
        finally:
            await response.aclose()

    async def file(self, path: Path) -> bytes:
        """Read a file, in a thread."""
        return await anyio.to_thread.run_sync(path.read_bytes)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


class Blocking:
    """Without an event loop."""

    def __init__(self, client: httpx.Client) -> None:
        """Send by `client`, which is closed with this."""
        self._client = client

    def build(self, **request: Any) -> httpx.Request:
        """Make a request."""
        return self._client.build_request(**request)

    async def send(self, request: httpx.Request, *, stream: bool) -> httpx.Response:
        """Send a request."""
        return self._client.send(request, stream=stream)

    async def read(self, response: httpx.Response) -> None:
        """Read the body of a response."""
        response.read()

    async def lines(self, response: httpx.Response) -> AsyncGenerator[str]:
        """Read the body of a response line by line."""
        try:
            for line in response.iter_lines():
                yield line
        finally:
            response.close()

    async def events(self, response: httpx.Response) -> AsyncGenerator[ServerSentEvent]:
        """Read the body of a response event by event."""
        try:
            for event in EventSource(response).iter_sse():
                yield event
        finally:
            response.close()

    async def file(self, path: Path) -> bytes:
        """Read a file."""
        return path.read_bytes()  # noqa: ASYNC240 - blocking is what this is for

    async def sleep(self, seconds: float) -> None:
        """Block."""
        time.sleep(seconds)  # noqa: ASYNC251 - likewise

    async def close(self) -> None:
        """Close all connections."""
        self._client.close()
