"""Putting the application together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from api.limits import BodyLimit
from api.problems import PROBLEM_RESPONSES, describe_problems, install_problem_handlers
from api.routes import grades, health, pages, rubrics
from grader import __version__
from grader.grading import Grader
from grader.settings import Settings

# An answer has at most some tens of kilobytes; an inline rubric with examples somewhat more.
_MAX_BODY_BYTES = 1_000_000


def create_app(settings: Settings | None = None, grader: Grader | None = None) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    Args:
        settings: Read from the environment by default.
        grader: One that is open already and that its owner closes; by default the application
            opens its own when it starts and closes it when it stops.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if grader is not None:
            app.state.grader = grader
            yield
            return
        opened = await run_in_threadpool(Grader.open, settings or Settings())
        app.state.grader = opened
        try:
            yield
        finally:
            await run_in_threadpool(opened.close)

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
    )
    describe = app.openapi
    app.openapi = lambda: app.openapi_schema or describe_problems(describe())  # type: ignore[method-assign]
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY_BYTES)
    install_problem_handlers(app)
    app.include_router(grades.router)
    app.include_router(rubrics.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
    return app
