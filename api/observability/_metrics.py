"""Figures for Prometheus: requests, how long they take, and how much work is under way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.observability._routes import Watched, method_of, route_of
from grader.types import Grade

if TYPE_CHECKING:
    from api.admission import Admission
    from api.webhooks import Attempt

# In seconds, from a page to a slow model with its retries.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self) -> None:
        """Start at zero."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._seconds = Histogram(
            "grader_http_request_duration_seconds",
            "Time from a request to the end of its response.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._grades = Counter(
            "grader_grades",
            "Grades made, by who judged and by what became of the score.",
            ("judge", "outcome"),
            registry=self._registry,
        )
        self._verdicts = Counter(
            "grader_verdicts",
            "Verdicts on key points, by who judged.",
            ("judge", "verdict"),
            registry=self._registry,
        )
        self._judging = Histogram(
            "grader_judge_duration_seconds",
            "Time that the judge took for one answer, and whether it could judge.",
            ("judge", "outcome"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._calls = Counter(
            "grader_llm_calls",
            "Calls to an LLM that grades have made.",
            registry=self._registry,
        )
        self._queue = Gauge(
            "grader_queue",
            "What waits in the records to be done, over all processes.",
            ("queue",),
            registry=self._registry,
        )
        self._tokens = Counter(
            "grader_llm_tokens",
            "Tokens that grades have used.",
            ("direction",),
            registry=self._registry,
        )
        self._webhooks = Counter(
            "grader_webhook_attempts",
            "Attempts to deliver a webhook, by what became of them.",
            ("outcome",),
            registry=self._registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def grade(self, grade: Grade) -> None:
        """Count one grade."""
        outcome = "scored" if grade.score is not None else "withheld"
        self._grades.labels(
            grade.grader.judge, "needs_review" if grade.needs_review else outcome
        ).inc()
        for point in grade.points:
            self._verdicts.labels(point.judge, point.verdict.value).inc()
        self._calls.inc(grade.usage.llm_calls)
        self._tokens.labels("input").inc(grade.usage.input_tokens)
        self._tokens.labels("output").inc(grade.usage.output_tokens)

    def judged(self, judge: str, seconds: float, judged: bool) -> None:  # noqa: FBT001 - see `OnJudged`
        """Count one judgement, or one that could not be had."""
        self._judging.labels(judge, "judged" if judged else "unavailable").observe(seconds)

    def queues(self, depths: Mapping[str, int] | None) -> None:
        """Note how much waits in each queue; None where nobody knows."""
        self._queue.clear()
        for queue, depth in (depths or {}).items():
            self._queue.labels(queue).set(depth)

    def webhook(self, attempt: Attempt) -> None:
        """Count one attempt to deliver a webhook."""
        self._webhooks.labels("delivered" if attempt.delivered else "failed").inc()

    def watch(self, admission: Admission) -> None:
        """Report how much work is under way and waiting, whenever it is asked for."""
        work = Gauge(
            "grader_work",
            "Requests being graded, and waiting for that.",
            ("state",),
            registry=self._registry,
        )
        work.labels("running").set_function(lambda: admission.running)
        work.labels("waiting").set_function(lambda: admission.waiting)

    def response(self) -> Response:
        """Write out all figures in the text format."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


class MetricsMiddleware:
    """ASGI middleware: counts and times requests, by route rather than by path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap `app`."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time the request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        watched = Watched(send)
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.request(method_of(scope), route_of(scope), watched.status, seconds)
