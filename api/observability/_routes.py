"""What the middlewares of this package all need to know of a request."""

from __future__ import annotations

from starlette.types import Message, Scope, Send

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def method_of(scope: Scope) -> str:
    """Return the method, or `_OTHER` for one that nobody serves and anybody can make up."""
    method: str = scope["method"]
    return method if method in _METHODS else "_OTHER"


def route_of(scope: Scope) -> str:
    """Return the path of the route that took the request, as in `/v1/grades/{grade_id}`.

    Unlike the path itself it holds no ids, and there are few of it.
    """
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "none"


class Watched:
    """A `send` that notes the status of the response.

    Attributes:
        status: 500 until a response begins, as is sent for whoever fails before that.
    """

    def __init__(self, send: Send) -> None:
        """Pass on to `send`."""
        self._send = send
        self.status = 500

    async def __call__(self, message: Message) -> None:
        """Note the status and pass the message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
