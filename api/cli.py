"""`grader serve`."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8000,
) -> None:
    """Serve the API and the web pages, with embedded storage."""
    import uvicorn

    from api.app import create_app
    from grader.cli._open import load_settings, opened

    settings = load_settings()
    with opened(settings) as grader:
        uvicorn.run(create_app(settings, grader), host=host, port=port, server_header=False)
