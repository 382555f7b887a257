"""A chat-completions endpoint on loopback that behaves, or misbehaves, as scripted.

    with OpenAIServer() as server:
        server.script(status(429, headers={"Retry-After": "1"}), answers("hello"))
        ...  # point a client at server.base_url
        assert len(server.requests) == 2

Each request takes the next behaviour of the script; when the script is over, `otherwise` answers.
It is a real HTTP server in threads of its own: timeouts, broken connections and redirects are real.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed

    def text(self, role: str, *, last: bool = False) -> str:
        """The first (or last) message of a role."""
        said = [m["content"] for m in self.body["messages"] if m["role"] == role]
        return str(said[-1 if last else 0])

    @property
    def asked(self) -> list[str]:
        """The ids that the response schema allows, points first; empty without a schema."""
        schema = self.body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        lists = schema.get("properties", {}).values()
        return [name for each in lists for name in each["items"]["properties"]["id"]["enum"]]


class Exchange:
    """One request being answered."""

    def __init__(self, handler: _Handler, request: Received) -> None:
        self.request = request
        self._handler = handler

    @property
    def server(self) -> OpenAIServer:
        """The server it came to."""
        return self._handler.owner

    def send(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a whole response."""
        self._handler.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def drop(self) -> None:
        """Break the connection, now."""
        self._handler.wfile.flush()
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)


Behaviour = Callable[[Exchange], None]


def answers(
    content: str | Mapping[str, Any] | None,
    *,
    finish_reason: str = "stop",
    refusal: str | None = None,
    usage: tuple[int, int] | None = (100, 20),
) -> Behaviour:
    """A well-formed completion; a mapping is sent as JSON. `usage` is (input, output) tokens."""
    text = json.dumps(content) if isinstance(content, Mapping) else content

    def behave(exchange: Exchange) -> None:
        exchange.send(*_completion(exchange.request, text, finish_reason, refusal, usage))

    return behave


def answers_with(write: Callable[[Received], str | Mapping[str, Any]]) -> Behaviour:
    """A well-formed completion whose content depends on the request."""
    return lambda exchange: answers(write(exchange.request))(exchange)


def status(
    code: int,
    message: str = "no",
    *,
    headers: Mapping[str, str] | None = None,
    error_code: str | None = None,
) -> Behaviour:
    """An error in the shape that OpenAI gives its errors."""
    error = {"message": message, "type": "error", "param": None, "code": error_code}
    body = json.dumps({"error": error}).encode()
    return lambda exchange: exchange.send(
        code, body, {"Content-Type": "application/json", **(headers or {})}
    )


def raw(body: bytes, content_type: str = "application/json", code: int = 200) -> Behaviour:
    """Any bytes at all."""
    return lambda exchange: exchange.send(code, body, {"Content-Type": content_type})


def slow(seconds: float, then: Behaviour) -> Behaviour:
    """Say nothing for so long, or until the server closes."""

    def behave(exchange: Exchange) -> None:
        if not exchange.server.closing.wait(seconds):
            then(exchange)

    return behave


def drips(seconds: float) -> Behaviour:
    """Send a body of spaces, one every so many seconds, and never come to an end."""

    def behave(exchange: Exchange) -> None:
        exchange._handler.send_response(200)
        exchange._handler.send_header("Content-Type", "application/json")
        exchange._handler.send_header("Content-Length", "1000000")
        exchange._handler.end_headers()
        while not exchange.server.closing.wait(seconds):
            exchange._handler.wfile.write(b" ")
            exchange._handler.wfile.flush()

    return behave


def drops(after: bytes = b"") -> Behaviour:
    """Break the connection before the response, or after some bytes of it."""

    def behave(exchange: Exchange) -> None:
        exchange._handler.wfile.write(after)
        exchange.drop()

    return behave


def redirects(to: str, code: int = 307) -> Behaviour:
    """Send the client elsewhere."""
    return lambda exchange: exchange.send(code, b"", {"Location": to})


class OpenAIServer:
    """The server; a context manager that starts and stops it.

    Attributes:
        requests: Chat-completion requests in the order they came, failed ones included.
        most_at_once: The most that were under way at the same time.
        closing: Set when the server stops; whoever waits should wait on it.
        models: Names that `GET /models` lists; None answers 404.
    """

    def __init__(self, otherwise: Behaviour | None = None) -> None:
        self.otherwise = otherwise or status(500, "the script is over")
        self.requests: list[Received] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self.models: Sequence[str] | None = ("judge-model",)
        self._script: deque[Behaviour] = deque()
        self._under_way = 0
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, name="fake-openai"
        )

    @property
    def base_url(self) -> str:
        """What a client is given."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """Append to the script."""
        self._script.extend(behaviours)

    @property
    def script_left(self) -> int:
        """Behaviours that no request has taken yet."""
        return len(self._script)

    def answer(self, exchange: Exchange) -> None:
        """Take the next behaviour of the script."""
        with self._lock:
            self.requests.append(exchange.request)
            behave = self._script.popleft() if self._script else self.otherwise
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            behave(exchange)
        finally:
            with self._lock:
                self._under_way -= 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    owner: OpenAIServer
    # Connections that a client keeps open end with the client, not with the server.
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each reply waits for an acknowledgement, some 40 ms
    server: _Server

    @property
    def owner(self) -> OpenAIServer:
        return self.server.owner

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        received = Received(self.command, self.path, dict(self.headers), body)
        self.owner.answer(Exchange(self, received))

    do_PATCH = do_POST  # noqa: N815 - the name that the base class looks for

    def do_GET(self) -> None:
        received = Received("GET", self.path, dict(self.headers), b"")
        models = self.owner.models
        if not self.path.endswith("/models") or models is None:
            status(404, "not here")(Exchange(self, received))
            return
        listed = [{"id": m, "object": "model", "created": 0, "owned_by": "us"} for m in models]
        body = json.dumps({"object": "list", "data": listed}).encode()
        Exchange(self, received).send(200, body, {"Content-Type": "application/json"})

    def log_message(self, *_: Any) -> None:
        """Keep the test output clean."""


def _completion(
    request: Received,
    text: str | None,
    finish_reason: str,
    refusal: str | None,
    usage: tuple[int, int] | None,
) -> tuple[int, bytes, Mapping[str, str]]:
    message = {"role": "assistant", "content": text, "refusal": refusal}
    document: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request.body.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    if usage is not None:
        document["usage"] = {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": sum(usage),
        }
    return 200, json.dumps(document).encode(), {"Content-Type": "application/json"}
