"""One id for each request, in its response, its log records and its errors."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability._routes import Watched, method_of, route_of

_log = logging.getLogger("api.requests")

_HEADER = "X-Request-Id"
# Whoever calls may name a request, in what cannot break a log line or a header.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")

_CURRENT: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """Return the id of the request that is being answered here; None outside of one."""
    return _CURRENT.get()


class RequestIds:
    """ASGI middleware: takes the caller's `X-Request-Id` if it is sane, makes one otherwise.

    Writes one log record for each request: method, route, status and duration, no query, no body.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request, and its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = Headers(scope=scope).get(_HEADER, "")
        request_id = named if _SANE.fullmatch(named) else uuid.uuid4().hex
        # Not reset: an error that passes through here is answered further out, under the same id.
        # The server gives every request a context of its own.
        _CURRENT.set(request_id)
        began = time.perf_counter()
        watched = Watched(send)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_HEADER] = request_id
            await watched(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            told = {
                "method": method_of(scope),
                "route": route_of(scope),
                "status": watched.status,
                "duration_ms": round((time.perf_counter() - began) * 1000),
            }
            _log.info("%(method)s %(route)s %(status)d in %(duration_ms)d ms", told, extra=told)
