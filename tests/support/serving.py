"""The service over HTTP on loopback, with keys: for clients that want a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.auth import ALL_SCOPES, KeyIssuer, Scope
from api.records import Tenants
from grader.grading import Grader
from grader.settings import Settings
from tests.api.support import in_records

_PATIENCE = 30.0  # only a stuck test waits so long


@dataclass(frozen=True)
class Served:
    """A running service.

    Attributes:
        url: Where it is.
    """

    url: str
    settings: Settings

    def key(self, tenant: str = "acme", *scopes: Scope) -> str:
        """Make a key for a tenant, with all scopes unless some are named."""

        async def act(session: AsyncSession) -> str:
            owner = await Tenants(session).named_or_new(tenant)
            issuer = KeyIssuer(session, "test")
            return (await issuer.create(owner.id, "test", scopes or ALL_SCOPES)).key

        return in_records(self.settings, act)


@contextmanager
def serving(settings: Settings, grader: Grader) -> Iterator[Served]:
    """Serve over a grader, which is closed at the end."""
    with grader, listening(create_app(settings, grader)) as url:
        yield Served(url, settings)


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve an application; give its address."""
    config = uvicorn.Config(app, port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + _PATIENCE
    try:
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
