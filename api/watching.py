"""What a worker answers of itself: probes and figures, as the service does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from api.auth import Authenticator
from api.observability import Metrics, Readiness
from api.problems import install_problem_handlers
from api.records import Database
from api.routes import health, metrics
from grader.errors import ConfigurationError
from grader.grading import Grader


@asynccontextmanager
async def watched(
    database: Database, grader: Grader, figures: Metrics, host: str, port: int
) -> AsyncGenerator[int]:
    """Serve `/healthz`, `/readyz` and `/metrics` meanwhile.

    Args:
        database: Holds the records.
        grader: Does the grading.
        figures: What `/metrics` tells.
        host: Address to listen on.
        port: Port; 0 picks a free one.

    Yields:
        The port.

    Raises:
        ConfigurationError: It cannot be listened on.
    """
    app = FastAPI(openapi_url=None)
    app.state.database = database
    app.state.authenticator = Authenticator(database)
    app.state.grader = grader
    app.state.metrics = figures
    app.state.readiness = Readiness(database, grader)
    install_problem_handlers(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, server_header=False
    )
    server = _Server(config)
    with _listening(host, port) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port"
        ) from None
