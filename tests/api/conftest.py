"""Databases of both kinds, and the application over each, with a judge that needs no model."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from api.app import create_app
from api.records import LOCAL_TENANT, Database
from grader.grading import Grader
from grader.settings import Settings
from tests.api.support import Service, scripted_grader

_SERVER = os.environ.get("GRADER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def client(grader: Grader) -> Iterator[TestClient]:
    """The application with the real judge, without keys."""
    with TestClient(create_app(grader.settings, grader), raise_server_exceptions=False) as opened:
        yield opened


def migrated(url: str) -> None:
    async def run() -> None:
        database = await Database.open(Settings(database_url=SecretStr(url)))
        await database.close()

    asyncio.run(run())


def on_server(statement: str, *names: str) -> None:
    with psycopg.connect(_SERVER, autocommit=True, connect_timeout=3) as connection:
        connection.execute(SQL(statement).format(*map(Identifier, names)))


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    """URL of a database with all tables; skips where there is no server."""
    name = f"grader_{secrets.token_hex(8)}"
    try:
        on_server("CREATE DATABASE {}", name)
    except psycopg.OperationalError as error:
        reason = f"no PostgreSQL at {_SERVER}: {' '.join(str(error).split())}"
        if os.environ.get("GRADER_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    url = f"{_SERVER.rsplit('/', 1)[0]}/{name}"
    migrated(url)
    yield url
    on_server("DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "records.sqlite3"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """A PostgreSQL database with all tables, as empty as after the migrations."""
    with psycopg.connect(postgres_database) as connection:
        connection.execute("DELETE FROM tenants")
        connection.execute(
            "INSERT INTO tenants (id, name, created_at, reveal_missing) "
            "VALUES (%s, 'local', now(), false)",
            [LOCAL_TENANT],
        )
    return postgres_database


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An SQLite database of this test's own, with all tables."""
    path = tmp_path / "records.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, once of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def service_settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings over a database of this test's own."""
    return Settings(database_url=SecretStr(database_url), data_dir=tmp_path)


@pytest.fixture
def service(service_settings: Settings) -> Iterator[Service]:
    """The running application over a database of this test's own, with a scripted judge."""
    with Service.running(service_settings, scripted_grader(service_settings)) as running:
        yield running


@pytest.fixture
def open_database(service_settings: Settings) -> Callable[[], Database]:
    """Opens the database of this test; close it in the same event loop."""
    from api.records import database_url as url_of

    return lambda: Database(url_of(service_settings))


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a service that configures logging does to the whole process."""
    names = ("api", "evals", "grader", "grader.verbatim", "uvicorn")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
