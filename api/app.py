"""Putting the application together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.resources import files
from typing import Protocol, TypeVar

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from api.ats import open_greenhouse
from api.auth import Authenticator
from api.deliveries import WebhookDeliveries, open_sender
from api.grading import BackgroundGrading
from api.idempotency import Replay, replay
from api.interviews import open_interviewing
from api.invites import InviteTokens, Overdue
from api.middleware import guard
from api.observability import Readiness
from api.privacy import Retention
from api.problems import PROBLEM_RESPONSES, describe_problems, install_problem_handlers
from api.records import Database
from api.reviews import ReviewedTexts
from api.routes import (
    appeals,
    audit,
    batches,
    candidates,
    grades,
    greenhouse,
    health,
    interview_answers,
    interviews,
    invitation,
    invites,
    metrics,
    pages,
    reviews,
    rubric_authoring,
    rubric_trials,
    rubrics,
    spoken_grades,
    statistics,
    transcriptions,
    webhook_events,
    webhooks,
)
from api.rubrics import RubricLint
from api.speech import SpeechToText
from api.workers import open_queue
from grader import __version__
from grader.grading import Grader
from grader.settings import Settings

_ROUTES = (
    spoken_grades,  # before grades: the same path, for forms
    grades,
    transcriptions,
    reviews,
    appeals,
    candidates,
    interviews,
    interview_answers,
    invites,
    invitation,
    batches,
    rubrics,
    rubric_authoring,
    rubric_trials,
    webhooks,
    greenhouse,
    statistics,
    audit,
    health,
    metrics,
    pages,
)

# Where forms with recordings are taken.
_RECORDINGS = (
    "/v1/grades",
    "/v1/transcriptions",
    interview_answers.PATH,
    invitation.TRANSCRIPTIONS,
)
# What a form may have around a recording.
_FORM_BYTES = 1_000_000


class _Runs(Protocol):
    def start(self) -> None: ...

    async def stop(self) -> None: ...


_Running = TypeVar("_Running", bound=_Runs)


def create_app(
    settings: Settings | None = None,
    grader: Grader | None = None,
    *,
    local_hosts: Collection[str] | None = None,
) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    Args:
        settings: Read from the environment by default.
        grader: One that is open already and that its owner closes; by default the application
            opens its own when it starts and closes it when it stops.
        local_hosts: See `api.auth.Authenticator`.
    """
    given = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            opened.push_async_callback(guards.aclose)
            database = await Database.open(given)
            opened.push_async_callback(database.close)
            ready = grader
            if ready is None:
                ready = await run_in_threadpool(Grader.open, given)
                opened.push_async_callback(run_in_threadpool, ready.close)
            await run_in_threadpool(speech.open)
            sender = await opened.enter_async_context(open_sender(given))
            deliveries = _started(
                opened, WebhookDeliveries(database, sender, on_attempt=guards.metrics.webhook)
            )
            background = _started(
                opened,
                BackgroundGrading(
                    database, ready, concurrency=given.concurrency, on_grade=guards.metrics.grade
                ),
            )
            _started(opened, Overdue(database, background.wake))
            app.state.invite_tokens = tokens = InviteTokens.open(given)
            app.state.greenhouse_seal = await opened.enter_async_context(
                open_greenhouse(database, sender, tokens)
            )
            ready.use_reviewed(ReviewedTexts(database))
            ready.on_judged = partial(guards.metrics.judged, ready.judge.identity.judge)
            _started(opened, Retention(database, ready))
            app.state.database = database
            app.state.authenticator = Authenticator(database, local_hosts=local_hosts)
            app.state.background = background
            app.state.sender = sender
            app.state.deliveries = deliveries
            app.state.grader = ready
            app.state.rubric_lint = lint = RubricLint(ready)
            opened.push_async_callback(run_in_threadpool, lint.close)
            app.state.readiness = Readiness(database, ready)
            app.state.interviewing = interviewing = await opened.enter_async_context(
                open_interviewing(database, ready, on_grade=guards.metrics.grade)
            )
            app.state.queue = await opened.enter_async_context(
                open_queue(
                    given,
                    database,
                    ready,
                    busy=lambda: guards.admission.running > 0 or interviewing.keeper.busy,
                    on_grade=guards.metrics.grade,
                )
            )
            yield

    app = FastAPI(
        title="Answer grader",
        version=__version__,
        summary="Grades free-text interview answers against rubrics.",
        description=(
            "A judge says of each key point whether the answer covers it and quotes the words; "
            "code turns verdicts into a score. A judge that fails yields no score, never a zero."
        ),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEM_RESPONSES,
        # FastAPI's own records queries and what exceptions say, either of which may quote a person;
        # `RequestSpans` stands in for it.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    describe = app.openapi
    app.openapi = lambda: app.openapi_schema or describe_problems(describe())  # type: ignore[method-assign]
    streamed = {batches.router.prefix: batches.MAX_BODY_BYTES}
    forms = dict.fromkeys(_RECORDINGS, given.speech.max_bytes + _FORM_BYTES)
    guards = guard(app, given, streamed, forms)
    app.state.speech = speech = SpeechToText(given)
    app.state.admission, app.state.metrics = guards.admission, guards.metrics
    install_problem_handlers(app)
    app.add_exception_handler(Replay, replay)
    _add_routes(app)
    return app


def _started(opened: AsyncExitStack, part: _Running) -> _Running:
    """Start what runs beside the requests, and stop it when the application does."""
    part.start()
    opened.push_async_callback(part.stop)
    return part


def _add_routes(app: FastAPI) -> None:
    for routes in _ROUTES:
        app.include_router(routes.router)
    app.webhooks.include_router(webhook_events.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
