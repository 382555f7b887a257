"""How many requests one client may make, told in the fields of the IETF draft.

The fields follow draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` lists what is allowed,
`RateLimit` what is left of it and how many seconds until it is all there again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from grader.errors import ConfigurationError
from grader.llm import without_password
from grader.settings import Settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.storage import Storage
    from redis.asyncio import ConnectionPool

_log = logging.getLogger(__name__)

_IN_PROCESS = "memory://"
_SECONDS_BETWEEN_COMPLAINTS = 60.0
_STORE_SECONDS = 1.0

ClientKey = Callable[[Scope], Awaitable[str | None]]
"""Names the client that a request counts for; None for a request that is not counted."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to one client under one policy.

    Attributes:
        policy: Its name, as in `per-minute`.
        limit: Requests allowed in each window.
        window: Its length, in seconds.
        remaining: Requests left in the current window.
        resets_in: Whole seconds until the next window.
        exceeded: Whether this request was one too many.
    """

    policy: str
    limit: int
    window: int
    remaining: int
    resets_in: int
    exceeded: bool = False


class RateLimiter:
    """Counts requests in fixed windows, each of which begins with a client's first request in it."""

    def __init__(self, policies: str, storage_url: str = _IN_PROCESS) -> None:
        """Prepare; nothing is opened yet.

        Args:
            policies: In the notation of the package `limits`, as in `20/second; 600/minute`.
            storage_url: Where the counts live: `memory://` for this process alone, or a `redis://`
                address that several processes share.

        Raises:
            ConfigurationError: A policy or the address cannot be read, or a package is missing.
        """
        from limits import parse_many
        from limits.aio.strategies import FixedWindowRateLimiter

        try:
            items = parse_many(policies)
        except ValueError:
            raise ConfigurationError(
                f"the rate limit '{policies}' cannot be read; write it as in '20/second; 600/minute'"
            ) from None
        self._store = storage_url
        storage, self._connections = _storage(storage_url)
        # The shortest window first: what it refuses does not count in the longer ones.
        self._items = sorted(items, key=lambda item: item.get_expiry())
        self._strategy = FixedWindowRateLimiter(storage)
        self._complained = -math.inf

    async def hit(self, key: str) -> Sequence[Quota]:
        """Count one request.

        Returns:
            What is left, policy by policy; empty where the counts cannot be reached, because a store
            that is down should not take the service with it.
        """
        from limits.errors import StorageError

        quotas = []
        refused = False
        try:
            for item in self._items:
                exceeded = not refused and not await self._strategy.hit(item, key)
                refused = refused or exceeded
                stats = await self._strategy.get_window_stats(item, key)
                resets_in = max(0, math.ceil(stats.reset_time - time.time()))
                quotas.append(
                    Quota(
                        policy=_name(item),
                        limit=item.amount,
                        window=item.get_expiry(),
                        remaining=stats.remaining,
                        resets_in=resets_in,
                        exceeded=exceeded,
                    )
                )
        except StorageError as error:
            self._complain(error.storage_error)
            return ()
        return quotas

    async def check(self) -> None:
        """Ask the store for a sign of life.

        Raises:
            ConfigurationError: There is none; says why.
        """
        if self._connections is None:
            return
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        try:
            await Redis(connection_pool=self._connections).ping()
        except (RedisError, OSError) as error:
            raise ConfigurationError(
                f"the store of the rate limits, {without_password(self._store)}, cannot be used "
                f"({error}), so that requests are not limited; see that "
                "Redis runs there, or set GRADER_RATE_LIMIT_STORE"
            ) from error

    async def aclose(self) -> None:
        """Close connections to the store."""
        if self._connections is not None:
            await self._connections.aclose()

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained >= _SECONDS_BETWEEN_COMPLAINTS:
            self._complained = time.monotonic()
            _log.warning("requests are not limited, the counts cannot be reached: %s", error)


def _storage(url: str) -> tuple[Storage, ConnectionPool | None]:
    """Return the store, and the connections it uses where it is not in this process."""
    from limits.aio.storage import MemoryStorage, RedisStorage

    if url == _IN_PROCESS:
        return MemoryStorage(wrap_exceptions=True), None
    try:
        from redis.asyncio import ConnectionPool

        connections = ConnectionPool.from_url(
            url, socket_timeout=_STORE_SECONDS, socket_connect_timeout=_STORE_SECONDS
        )
    except (ImportError, ValueError):
        raise ConfigurationError(
            "the counts of the rate limit can live in 'memory://' or at a 'redis://' address, "
            "which needs the package redis"
        ) from None
    options: dict[str, Any] = {"connection_pool": connections}
    storage = RedisStorage(url, wrap_exceptions=True, implementation="redispy", **options)
    return storage, connections


def _name(item: RateLimitItem) -> str:
    unit = item.GRANULARITY.name
    return f"per-{unit}" if item.multiples == 1 else f"per-{item.multiples}-{unit}s"


async def by_address(scope: Scope) -> str | None:
    """Count requests to the API by the address they come from; probes and pages not at all."""
    if not scope["path"].startswith("/v1/"):
        return None
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


async def by_credential(scope: Scope) -> str | None:
    """Count requests to the API by the key they come with, and by their address without one.

    The key need not be a valid one, so whoever makes up keys is not stopped here: put a limit by
    address around this one. The whole key counts, not the id in it, which others may know.
    """
    address = await by_address(scope)
    credential = Headers(scope=scope).get("Authorization")
    if address is None or not credential:
        return address
    return f"key-{hashlib.sha256(credential.encode()).hexdigest()}"


class RateLimits:
    """ASGI middleware: says what is left on each counted response, and answers 429 beyond it."""

    def __init__(
        self, app: ASGIApp, limiter: RateLimiter, client_key: ClientKey = by_address
    ) -> None:
        """Wrap `app`."""
        self._app = app
        self._limiter = limiter
        self._client_key = client_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request before the application sees it."""
        key = await self._client_key(scope) if scope["type"] == "http" else None
        quotas = await self._limiter.hit(key) if key is not None else ()
        if not quotas:
            await self._app(scope, receive, send)
            return
        fields = rate_limit_fields(quotas)
        exceeded = next((quota for quota in quotas if quota.exceeded), None)
        if exceeded is not None:
            wait = max(1, exceeded.resets_in)
            response = _too_many(exceeded, wait).response()
            response.headers.update({**fields, "Retry-After": str(wait)})
            await response(scope, receive, send)
            return

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in fields.items():
                    headers.setdefault(name, value)  # a closer limit within has said its own
            await send(message)

        await self._app(scope, receive, send_with_fields)


def rate_limit_fields(quotas: Sequence[Quota]) -> Mapping[str, str]:
    """Write out `RateLimit-Policy` and `RateLimit` as lists of structured fields (RFC 9651)."""
    return {
        "RateLimit-Policy": ", ".join(f'"{q.policy}";q={q.limit};w={q.window}' for q in quotas),
        "RateLimit": ", ".join(f'"{q.policy}";r={q.remaining};t={q.resets_in}' for q in quotas),
    }


def _too_many(exceeded: Quota, wait: int) -> Problem:
    told = f"{exceeded.limit:,} {exceeded.policy.replace('-', ' ')}"
    return Problem(
        type="urn:answer-grader:rate_limited",
        title="Too many requests",
        status=429,
        detail=f"More requests came than the {told} that are allowed; try again in {wait} s.",
        code="rate_limited",
        **{"violated-policies": [exceeded.policy]},
    )


def examine(settings: Settings) -> str:
    """Say for `grader doctor` how requests are limited, and where they are counted.

    Raises:
        ConfigurationError: A limit cannot be read, or the store cannot be used.
    """
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> str:
    store = settings.rate_limit_store
    RateLimiter(settings.rate_limit_address)
    limiter = RateLimiter(settings.rate_limit, store)
    try:
        await limiter.check()
    finally:
        await limiter.aclose()
    counted = (
        "by each process for itself" if store == _IN_PROCESS else f"at {without_password(store)}"
    )
    return (
        f"{settings.rate_limit} with one key, {settings.rate_limit_address} from one address; "
        f"counted {counted}"
    )
