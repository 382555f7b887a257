"""Sending one message to one endpoint, once."""

from __future__ import annotations

import asyncio
import email.utils
import ssl
import time
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

import httpcore

from api.webhooks._message import Message
from api.webhooks._network import CheckedNetwork, Resolve, resolve
from api.webhooks._signing import Signer
from api.webhooks._targets import TargetPolicy, TargetRefused
from grader import __version__
from grader.types import Frozen

_MOST_CONNECTIONS, _MOST_IDLE, _IDLE_SECONDS = 100, 20, 10.0
_MOST_READ, _MOST_KEPT = 8192, 500
_RESOLVE_SECONDS = 3.0


class AttemptError(StrEnum):
    """Why there was no response."""

    TARGET_REFUSED = "target_refused"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"


class Attempt(Frozen):
    """What came of one attempt.

    Attributes:
        status: Of the response; None where there was none.
        error: Why there was none.
        detail: The same in words; empty where the message was delivered.
        duration_ms: From beginning to end, name resolution included.
        snippet: The beginning of the response's body, for whoever owns the endpoint.
        retryable: Whether the same message may be delivered later.
        retry_after: Seconds that the endpoint asks to be left alone.
    """

    status: int | None = None
    error: AttemptError | None = None
    detail: str = ""
    duration_ms: int = 0
    snippet: str = ""
    retryable: bool = False
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the endpoint took the message, with any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the endpoint asks never to be called again, with 410."""
        return self.status == HTTPStatus.GONE


class Sender:
    """Sends messages; to be closed. One is enough for all endpoints."""

    def __init__(
        self,
        policy: TargetPolicy,
        *,
        timeout: float = 15.0,
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            policy: Where messages may go.
            timeout: Seconds that an attempt may take from beginning to end.
            resolve: Finds the addresses of a name.
            ssl_context: Which certificates to trust; those of public authorities by default.
            now: Tells the time that signatures carry.
        """
        self._policy = policy
        self._timeout = timeout
        self._resolve = resolve
        self._now = now
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_IDLE,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=CheckedNetwork(policy, resolve),
        )

    async def send(self, url: str, message: Message, secrets: Sequence[str]) -> Attempt:
        """Make one attempt; whatever the endpoint does is an outcome, not an error.

        Redirects are not followed: they are failures, like everything but 2xx.

        Args:
            url: The endpoint's address.
            message: What to tell it.
            secrets: Its active signing secrets, the newest first.

        Raises:
            SecretInvalid: A secret cannot be signed with.
        """
        body = message.body()
        headers = {
            **Signer(secrets).headers(message.id, body, self._now()),
            "content-type": "application/json",
            "user-agent": f"answer-grader/{__version__}",
        }
        return await self._timed("POST", url, headers, body.encode())

    async def patch(self, url: str, headers: Mapping[str, str]) -> Attempt:
        """Make one attempt at telling somebody who wants no message that something has happened.

        Args:
            url: The address, for which the same holds as for an endpoint's.
            headers: Beside those that say who sends, such as credentials.
        """
        agent = {"user-agent": f"answer-grader/{__version__}", "content-length": "0"}
        return await self._timed("PATCH", url, agent | dict(headers), b"")

    async def check(self, url: str) -> str:
        """Check an address before it is kept, so that a bad one is told at once.

        What counts is the check at the moment of sending: a name that nobody knows yet passes here.

        Returns:
            The address in its normal form.

        Raises:
            TargetRefused: Nothing would be sent there.
        """
        target = self._policy.check_url(url)
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):  # a TimeoutError is an OSError
            return target
        self._policy.check_resolved(host, addresses)
        return target

    async def aclose(self) -> None:
        """Close its connections."""
        await self._pool.aclose()

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.aclose()

    async def _timed(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Attempt:
        began = time.perf_counter()
        attempt = await self._attempt(method, url, headers, body)
        return attempt.model_copy(
            update={"duration_ms": round((time.perf_counter() - began) * 1000)}
        )

    async def _attempt(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Attempt:
        try:
            target = self._policy.check_url(url)
            async with asyncio.timeout(self._timeout):
                return await self._exchange(method, target, headers, body)
        except TargetRefused as error:
            return _failed(AttemptError.TARGET_REFUSED, str(error), retryable=False)
        except (TimeoutError, httpcore.TimeoutException):
            return _failed(AttemptError.TIMEOUT, f"no response within {self._timeout:g} seconds")
        except httpcore.ConnectError as error:
            # The pool raises it anew, which leaves the reason in the context alone.
            reason = error.__cause__ or error.__context__
            if isinstance(reason, ssl.SSLError):
                return _failed(AttemptError.TLS, _tls_failure(reason))
            return _failed(AttemptError.UNREACHABLE, str(error))
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            return _failed(AttemptError.PROTOCOL, f"the connection broke: {error}".rstrip(": "))

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Attempt:
        # So that a first address that does not answer leaves time for the next.
        limits = {"timeout": {"connect": self._timeout / 3}}
        async with self._pool.stream(
            method, url, headers=list(headers.items()), content=body, extensions=limits
        ) as response:
            answered = dict(response.headers)
            attempt = Attempt(
                status=response.status,
                retryable=response.status != HTTPStatus.GONE,
                retry_after=_seconds(answered, self._now()),
                snippet=await _beginning(response.aiter_stream()),
            )
        if attempt.delivered:
            return attempt.model_copy(update={"retryable": False, "retry_after": None})
        return attempt.model_copy(update={"detail": _in_words(attempt)})


def _failed(error: AttemptError, detail: str, *, retryable: bool = True) -> Attempt:
    return Attempt(error=error, detail=detail, retryable=retryable)


async def _beginning(stream: AsyncIterable[bytes]) -> str:
    """Read a little; the connection is closed if there is more."""
    body = b""
    async for part in stream:
        body += part[:_MOST_READ]
        if len(body) >= _MOST_READ:
            break
    text = body[: 4 * _MOST_KEPT].decode(errors="replace")
    return "".join(c if c.isprintable() else " " for c in text)[:_MOST_KEPT].strip()


def _seconds(headers: Mapping[bytes, bytes], now: datetime) -> float | None:
    """Read `Retry-After`, which is a number of seconds or a date (RFC 9110, section 10.2.3)."""
    values = [value for name, value in headers.items() if name.lower() == b"retry-after"]
    text = values[0].decode("ascii", "replace").strip() if values else ""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _in_words(attempt: Attempt) -> str:
    status = attempt.status or 0
    if 300 <= status < 400:
        return f"the endpoint answered {status}; redirects are not followed, so set its new address"
    return f"the endpoint answered {status}"


def _tls_failure(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the endpoint's certificate cannot be trusted: {error.verify_message}"
    return "no TLS connection can be made to the endpoint"
