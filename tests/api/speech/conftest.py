"""A service that several tests share, where it does not matter what it keeps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from grader.settings import Settings
from tests.api.speech.support import heard, speaking
from tests.api.support import Caller
from tests.support.openai_server import OpenAIServer


@pytest.fixture(scope="package")
def shared_server() -> Iterator[OpenAIServer]:
    """A speech engine that hears the same in every recording, unless a test scripts it."""
    with OpenAIServer(otherwise=heard("It decouples the two of them for good.")) as running:
        yield running


@pytest.fixture(scope="package")
def shared_caller(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, shared_server: OpenAIServer
) -> Iterator[Caller]:
    """A caller of a service with a speech engine, over SQLite."""
    folder = tmp_path_factory.mktemp("speech")
    shutil.copy(sqlite_template, folder / "records.sqlite3")
    url = SecretStr(f"sqlite:///{folder / 'records.sqlite3'}")
    settings = Settings(database_url=url, data_dir=folder)
    with speaking(settings, shared_server, max_seconds=60, max_bytes=1_500_000) as (_, caller):
        yield caller


@pytest.fixture
def server(shared_server: OpenAIServer) -> OpenAIServer:
    """That engine, with nothing left of the tests before."""
    shared_server.requests.clear()
    return shared_server


@pytest.fixture
def caller(shared_caller: Caller, server: OpenAIServer) -> Caller:
    """That caller, with nothing at the engine left of the tests before."""
    assert not server.requests
    return shared_caller
