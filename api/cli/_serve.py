"""`grader serve`."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.settings import Settings

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8000,
) -> None:
    """Serve the API and the web pages, with embedded storage.

    Until a key is made with `grader keys create`, it answers this machine only, and asks for none.
    """
    import asyncio
    import math
    import sys

    import uvicorn

    from api.app import create_app
    from api.observability import configure_logging
    from api.serving import GracefulServer
    from grader.cli._open import load_settings, opened
    from grader.errors import ConfigurationError

    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format, answers=settings.log_answers)
    keyless = not asyncio.run(_keys_exist(settings))
    if keyless:
        if not _is_loopback(host):
            raise ConfigurationError(
                f"without API keys the service listens on this machine only, not on {host}; make "
                "a key first with: grader keys create"
            )
        sys.stderr.write(
            "No API keys: answering this machine only, without asking for a key. "
            "To open the service to others: grader keys create\n"
        )
    with opened(settings) as grader:
        app = create_app(settings, grader, local_hosts=_LOOPBACK_NAMES)
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            # What is still open when its time is over has been answered with 503 by then.
            timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds) + 5,
        )
        GracefulServer(
            config,
            app.state.admission,
            settings.shutdown_seconds,
            also=[app.state.speech.admission],
        ).run()


async def _keys_exist(settings: Settings) -> bool:
    from api.records import Database, Keys

    database = await Database.open(settings)
    try:
        async with database.read() as session:
            return await Keys(session).any()
    finally:
        await database.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
