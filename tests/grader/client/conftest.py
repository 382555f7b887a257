"""A real service on loopback, with a scripted judge, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from grader.client import GraderClient, Retries
from grader.settings import Settings
from tests.api.support import scripted_grader
from tests.support.serving import Served, serving

QUICK = Retries(first_wait=0.01)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, which may send webhooks to this machine; each test is a tenant of its own."""
    folder: Path = tmp_path_factory.mktemp("served")
    settings = Settings(
        data_dir=folder,
        database_url=SecretStr(f"sqlite:///{folder / 'records.sqlite3'}"),
        webhook_allow_http=True,
        webhook_allowed_networks=(ip_network("127.0.0.0/8"),),
        webhook_ports=(),
    )
    with serving(settings, scripted_grader(settings)) as running:
        yield running


@pytest.fixture
def api_key(served: Served, request: pytest.FixtureRequest) -> str:
    """A key with all scopes, of a tenant that no other test has."""
    return served.key(request.node.name[:100])


@pytest.fixture
def client(served: Served, api_key: str) -> Iterator[GraderClient]:
    with GraderClient(served.url, api_key, retries=QUICK) as opened:
        yield opened
