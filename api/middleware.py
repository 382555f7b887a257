"""What every request passes through on its way to a route, and what guards the service with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Scope

from api.admission import Admission, AdmissionControl, Limits
from api.auth import is_local
from api.limits import BodyLimit
from api.observability import Metrics, MetricsMiddleware, RequestIds, RequestSpans
from api.rate_limits import RateLimiter, RateLimits, by_address, by_credential
from grader.settings import Settings

# An answer has at most some tens of kilobytes; an inline rubric with examples somewhat more.
_MAX_BODY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Guards:
    """What the middlewares of one application keep between requests.

    Attributes:
        admission: Places for the requests whose answers are graded while they wait.
        metrics: Figures of all requests and grades.
        limiters: Counts of requests.
    """

    admission: Admission
    metrics: Metrics
    limiters: tuple[RateLimiter, ...]

    async def aclose(self) -> None:
        """Close connections to where requests are counted."""
        for limiter in self.limiters:
            await limiter.aclose()


def guard(
    app: FastAPI, settings: Settings, streamed: Mapping[str, int], forms: Mapping[str, int]
) -> Guards:
    """Put the middlewares around an application.

    Args:
        app: The application.
        settings: Say how much work is taken on, from whom.
        streamed: See `api.limits.BodyLimit`.
        forms: Likewise.

    Raises:
        ConfigurationError: A rate limit cannot be read, or not be counted where the settings say.
    """
    admission = Admission(
        Limits(
            running=settings.max_running,
            waiting=settings.max_waiting,
            patience=settings.wait_seconds,
            seconds=settings.request_seconds,
        )
    )
    metrics = Metrics()
    metrics.watch(admission)
    of_key = RateLimiter(settings.rate_limit, settings.rate_limit_store)
    of_address = RateLimiter(settings.rate_limit_address, settings.rate_limit_store)
    # The first is the innermost: a request takes a place once its whole body is there, and one that
    # is refused is counted and logged like any other.
    app.add_middleware(AdmissionControl, admission=admission)
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY_BYTES, streamed=streamed, forms=forms)
    app.add_middleware(RateLimits, limiter=of_key, client_key=_key_of)
    app.add_middleware(RateLimits, limiter=of_address, client_key=_address_of)
    app.add_middleware(RequestSpans)
    app.add_middleware(MetricsMiddleware, metrics=metrics)
    app.add_middleware(RequestIds)
    return Guards(admission, metrics, (of_key, of_address))


async def _key_of(scope: Scope) -> str | None:
    """Count by key. Without one it is this machine's owner, or gets no further than the door."""
    if "Authorization" not in Headers(scope=scope):
        return None
    return await by_credential(scope)


async def _address_of(scope: Scope) -> str | None:
    """Count by address, but for this machine's own."""
    client = scope.get("client")
    return None if is_local(client[0] if client else None) else await by_address(scope)
