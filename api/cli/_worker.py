"""`grader worker`."""

from __future__ import annotations

from typing import Annotated

import typer


def worker(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Stop as soon as nothing is waiting.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address for probes and figures.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port for /healthz, /readyz and /metrics; none by default."
        ),
    ] = None,
) -> None:
    """Work on batches beside the service, on as many machines as wanted; needs PostgreSQL.

    Stops on SIGTERM and SIGINT: what is under way is finished, or left for others after 20 s.
    """
    import asyncio

    from api.observability import configure_logging
    from api.workers import check_worker_settings, run_worker
    from grader.cli._open import load_settings, opened

    settings = load_settings()
    check_worker_settings(settings)
    configure_logging(settings.log_level, settings.log_format, answers=settings.log_answers)
    listen = None if port is None else (host, port)
    with opened(settings) as grader:
        asyncio.run(run_worker(settings, grader, until_idle=until_idle, listen=listen))
