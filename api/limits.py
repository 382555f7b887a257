"""Refusing bodies that are too large before they are read into memory."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ServiceError
from api.media_types import is_form
from api.problems import Problem


class BodyTooLarge(ServiceError):
    """A request body has more bytes than are allowed."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "The request body is too large"


class BodyLimit:
    """ASGI middleware: answers 413 once a request body exceeds a number of bytes."""

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        streamed: Mapping[str, int] | None = None,
        forms: Mapping[str, int] | None = None,
    ) -> None:
        """Wrap `app`.

        Args:
            app: What is wrapped.
            max_bytes: Of a body, which is read into memory before the application sees it.
            streamed: Bytes allowed instead at some paths, whose bodies are handed on as they come.
            forms: Likewise, for forms with files only; paths may have parameters, as those of routes.
        """
        self._app = app
        self._max_bytes = max_bytes
        self._streamed = streamed or {}
        self._forms = [(compile_path(path)[0], size) for path, size in (forms or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body's bytes on their way to the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        streamed = self._streamed.get(scope["path"])
        if streamed is None and is_form(scope):
            path = scope["path"]
            streamed = next((size for form, size in self._forms if form.fullmatch(path)), None)
        limit = self._max_bytes if streamed is None else streamed
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        if streamed is not None:
            await self._app(scope, _counted(receive, limit), send)
            return
        # Without a declared length the body is gathered up to the limit, then handed on whole.
        body: list[Message] = []
        size = 0
        while True:
            message = await receive()
            body.append(message)
            size += len(message.get("body", b""))
            if size > limit:
                await self._refuse(scope, receive, send, limit)
                return
            if message["type"] != "http.request" or not message.get("more_body", False):
                break
        waiting = iter(body)

        async def replay() -> Message:
            following = next(waiting, None)
            return following if following is not None else await receive()

        await self._app(scope, replay, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        problem = Problem(
            type=f"urn:answer-grader:{BodyTooLarge.code}",
            title=BodyTooLarge.title,
            status=BodyTooLarge.status,
            detail=_too_large(limit),
            code=BodyTooLarge.code,
        )
        await problem.response()(scope, receive, send)


def _counted(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise BodyTooLarge(_too_large(limit))
        return message

    return counting


def _too_large(limit: int) -> str:
    return f"A request body may have at most {limit:,} bytes here."
