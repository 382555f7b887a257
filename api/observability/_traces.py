"""One span for each request, in the trace that the caller may have begun (W3C Trace Context).

Only OpenTelemetry's API is used: without its SDK in the process, as `opentelemetry-instrument`
sets it up, nothing is recorded.
"""

from __future__ import annotations

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.observability._request_ids import current_request_id
from api.observability._routes import Watched, method_of, route_of


class RequestSpans:
    """ASGI middleware: a server span by the semantic conventions for HTTP; no query, no body."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app
        self._tracer = trace.get_tracer("api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = method_of(scope)
        watched = Watched(send)
        with self._tracer.start_as_current_span(
            method,
            context=propagate.extract(Headers(scope=scope)),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
            # What an exception says may quote an answer.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self._app(scope, receive, watched)
            except Exception as error:
                span.set_attribute("error.type", type(error).__qualname__)
                raise
            finally:
                route = route_of(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", watched.status)
                span.set_attribute("request_id", current_request_id() or "")
                if watched.status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
