"""The database goes away while messages are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from api.deliveries import _worker
from api.records import Database, database_url
from grader.settings import Settings
from tests.api.deliveries.support import Outbox, in_loop, until, verified
from tests.support.openai_server import OpenAIServer, raw, slow


@pytest.fixture
def receiver() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=raw(b"thanks", "text/plain")) as running:
        yield running


def connections(url: str, *, allowed: bool) -> None:
    """End all connections to a database, and allow new ones or not."""
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        allowing = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allowing.format(Identifier(name), SQL(str(allowed).lower())))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


@in_loop
async def test_a_message_is_sent_once_though_its_outcome_cannot_be_written_down_for_a_while(
    postgres_url: str, tmp_path: Path, receiver: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_worker, "_UNAVAILABLE_SECONDS", 0.05)
    settings = Settings(database_url=SecretStr(postgres_url), data_dir=tmp_path)
    receiver.script(slow(0.5, raw(b"thanks", "text/plain")))
    async with Outbox.opened(lambda: Database(database_url(settings))) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.working():
            await outbox.happens(id="grd_1")

            async def under_way() -> bool:
                return len(receiver.requests) == 1

            await until(under_way)
            await asyncio.to_thread(connections, postgres_url, allowed=False)
            try:
                await asyncio.sleep(1)
            finally:
                await asyncio.to_thread(connections, postgres_url, allowed=True)
            await outbox.settled(endpoint, 1)
            await outbox.happens(id="grd_2")
            await outbox.settled(endpoint, 2)
    assert [message["data"]["id"] for message in verified(receiver)] == ["grd_1", "grd_2"]
