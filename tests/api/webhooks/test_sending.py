"""A sender against a receiver on loopback that behaves, or misbehaves, as scripted."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme
from standardwebhooks import Webhook

from api.webhooks import Attempt, AttemptError, Message, Sender, TargetPolicy, new_secret
from tests.support.openai_server import (
    OpenAIServer,
    drips,
    drops,
    raw,
    redirects,
    slow,
    status,
)

LOOPBACK = TargetPolicy(
    allow_http=True, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),), ports=None
)
STRICT = TargetPolicy(allow_http=True, ports=None)
MESSAGE = Message(id="evt_1", type="grade.completed", timestamp=datetime.now(UTC), data={"n": 1})
SECRET = new_secret()


@pytest.fixture
def receiver() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=raw(b"thanks", "text/plain")) as running:
        yield running


def send(url: str, policy: TargetPolicy = LOOPBACK, **options: object) -> Attempt:
    async def once() -> Attempt:
        async with Sender(policy, **{"timeout": 20, **options}) as sender:  # type: ignore[arg-type]
            return await sender.send(url, MESSAGE, [SECRET])

    return asyncio.run(once())


class Resolver:
    """Gives its answers in turn, the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def test_a_message_arrives_signed(receiver: OpenAIServer) -> None:
    attempt = send(receiver.base_url)

    assert attempt.delivered
    assert (attempt.status, attempt.snippet, attempt.retryable) == (200, "thanks", False)
    [request] = receiver.requests
    Webhook(SECRET).verify(request.raw, dict(request.headers))
    assert request.raw == MESSAGE.body().encode()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("answer-grader/")


@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 502, 503])
def test_an_error_is_told_and_may_be_tried_again(receiver: OpenAIServer, code: int) -> None:
    receiver.script(status(code, "not now"))

    attempt = send(receiver.base_url)

    assert not attempt.delivered
    assert (attempt.status, attempt.retryable, attempt.error) == (code, True, None)
    assert "not now" in attempt.snippet
    assert str(code) in attempt.detail


def test_410_is_for_good(receiver: OpenAIServer) -> None:
    receiver.script(status(410))
    attempt = send(receiver.base_url)
    assert attempt.gone
    assert not attempt.retryable


def test_how_long_to_wait_is_read_in_both_forms(receiver: OpenAIServer) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    for value in ("120", date, "soon", "-5"):
        receiver.script(status(503, headers={"Retry-After": value}))

    told = [send(receiver.base_url, now=lambda: now).retry_after for _ in range(4)]

    assert told == [120, 90, None, None]


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: OpenAIServer) -> None:
    with OpenAIServer() as inside:
        receiver.script(*(redirects(inside.base_url, code) for code in (301, 302, 307, 308)))
        for code in (301, 302, 307, 308):
            attempt = send(receiver.base_url)
            assert attempt.status == code
            assert "redirects are not followed" in attempt.detail
        assert inside.requests == []


def test_of_a_huge_body_only_the_beginning_is_read(receiver: OpenAIServer) -> None:
    receiver.script(raw(b"x" * 50_000_000, "text/plain"))
    attempt = send(receiver.base_url)
    assert attempt.delivered
    assert attempt.snippet == "x" * 500


def test_a_snippet_is_printable(receiver: OpenAIServer) -> None:
    receiver.script(raw(b"\x00\x1b[31m\xff\xfe caf\xc3\xa9\r\n", "text/plain"))
    snippet = send(receiver.base_url).snippet
    assert snippet.isprintable()
    assert snippet.endswith("café")


@pytest.mark.parametrize("behaviour", [slow(60, status(200)), drips(0.02)], ids=["hangs", "drips"])
def test_an_attempt_ends_in_time_whatever_the_receiver_does(
    receiver: OpenAIServer, behaviour: object
) -> None:
    receiver.script(behaviour)  # type: ignore[arg-type]
    attempt = send(receiver.base_url, timeout=0.3)
    assert (attempt.status, attempt.error) == (None, AttemptError.TIMEOUT)
    assert attempt.retryable
    assert attempt.duration_ms >= 290


@pytest.mark.parametrize("after", [b"", b"HTTP/1.1 200", b"GARBAGE\r\n\r\n"])
def test_a_broken_connection_is_told(receiver: OpenAIServer, after: bytes) -> None:
    receiver.script(drops(after))
    attempt = send(receiver.base_url)
    assert attempt.error is AttemptError.PROTOCOL
    assert attempt.retryable


def test_nobody_there_is_told() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody else can be there
        attempt = send(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert attempt.error is AttemptError.UNREACHABLE
    assert "cannot be reached" in attempt.detail


def test_a_name_that_nobody_knows_is_told() -> None:
    attempt = send("http://no-such-host.invalid/", resolve=Resolver([]))
    assert attempt.error is AttemptError.UNREACHABLE
    assert "no-such-host.invalid is not known" in attempt.detail


def test_a_name_for_an_inner_address_is_refused_before_connecting(receiver: OpenAIServer) -> None:
    port = receiver.base_url.split(":")[2]
    attempt = send(f"http://hooks.example:{port}", STRICT, resolve=Resolver(["127.0.0.1"]))
    assert attempt.error is AttemptError.TARGET_REFUSED
    assert not attempt.retryable
    assert receiver.requests == []


def test_the_system_resolver_is_checked_too(receiver: OpenAIServer) -> None:
    attempt = send(receiver.base_url.replace("127.0.0.1", "localhost"), STRICT)
    assert attempt.error is AttemptError.TARGET_REFUSED
    assert receiver.requests == []


def test_a_name_is_resolved_once_and_that_very_address_is_used(receiver: OpenAIServer) -> None:
    # The second answer is what a rebinding resolver would give between check and connection.
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    port = receiver.base_url.split(":")[2].split("/")[0]

    attempt = send(f"http://hooks.example:{port}/", resolve=resolver)

    assert attempt.delivered
    assert resolver.asked == ["hooks.example"]
    assert receiver.requests[0].headers["Host"] == f"hooks.example:{port}"


def test_a_name_that_changes_to_an_inner_address_is_refused_on_the_next_connection(
    receiver: OpenAIServer,
) -> None:
    port = receiver.base_url.split(":")[2].split("/")[0]
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    receiver.script(drops(), raw(b""))

    async def twice() -> list[Attempt]:
        async with Sender(LOOPBACK, resolve=resolver) as sender:
            url = f"http://hooks.example:{port}/"
            return [await sender.send(url, MESSAGE, [SECRET]) for _ in range(2)]

    first, second = asyncio.run(twice())

    assert first.error is AttemptError.PROTOCOL
    assert second.error is AttemptError.TARGET_REFUSED
    assert len(receiver.requests) == 1


def test_the_next_address_is_tried_when_one_does_not_answer(receiver: OpenAIServer) -> None:
    port = receiver.base_url.split(":")[2].split("/")[0]
    resolver = Resolver(["127.0.0.2", "127.0.0.1"])  # the receiver listens on the second alone
    assert send(f"http://hooks.example:{port}/", resolve=resolver).delivered


class TlsReceiver(OpenAIServer):
    """The same receiver behind a certificate for one name."""

    def __init__(self, authority: trustme.CA, name: str) -> None:
        super().__init__(otherwise=raw(b"safe", "text/plain"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    def url(self, name: str) -> str:
        return f"https://{name}:{self._http.server_port}/"


def test_tls_verifies_the_name_though_the_address_is_connected_to() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    there = Resolver(["127.0.0.1"])
    with TlsReceiver(authority, "hooks.example") as receiver:
        good = send(receiver.url("hooks.example"), resolve=there, ssl_context=trusting)
        other_name = send(receiver.url("other.example"), resolve=there, ssl_context=trusting)
        untrusted = send(receiver.url("hooks.example"), resolve=there)

    assert good.delivered
    assert (other_name.error, untrusted.error) == (AttemptError.TLS, AttemptError.TLS)
    assert "certificate cannot be trusted" in untrusted.detail
    assert len(receiver.requests) == 1
