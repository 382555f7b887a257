from __future__ import annotations

import asyncio
import sqlite3
import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select

from api.errors import RecordsUnavailable
from api.records import (
    LOCAL_TENANT,
    AuditLog,
    AuditRow,
    Database,
    Tenants,
    database_url,
    examine,
    is_id,
    latest_revision,
    new_id,
)
from grader.errors import ConfigurationError
from grader.settings import Settings


def test_by_default_the_records_are_a_file_in_the_data_directory(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"

    async def open_and_close() -> str:
        database = await Database.open(Settings(data_dir=folder))
        await database.close()
        return str(database)

    assert asyncio.run(open_and_close()) == str(folder / "records.sqlite3")
    assert (folder / "records.sqlite3").stat().st_mode & 0o077 == 0
    with sqlite3.connect(folder / "records.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://someone@host/name", "postgresql+psycopg"),
        ("postgres://someone@host/name", "postgresql+psycopg"),
        ("postgresql+psycopg://someone@host/name", "postgresql+psycopg"),
        ("sqlite:///some/file", "sqlite+aiosqlite"),
    ],
)
def test_plain_urls_get_the_driver_that_is_installed(url: str, driver: str) -> None:
    assert database_url(Settings(database_url=SecretStr(url))).drivername == driver


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/name", "kind 'mysql'"),
        ("nonsense", "not a URL"),
        ("sqlite://", "names no file"),
        ("oracle+cx_oracle://host/name", "kind 'oracle'"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_clear_error(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        database_url(Settings(database_url=SecretStr(url)))


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    path.write_text("these are not the records you are looking for" * 20)
    with pytest.raises(ConfigurationError, match="not a database"):
        asyncio.run(Database.open(Settings(data_dir=tmp_path)))


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr(f"sqlite:///{tmp_path}/none/records.sqlite3"))
    with pytest.raises(ConfigurationError, match="No such file or directory; see that the folder"):
        asyncio.run(Database.open(settings))


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    settings = Settings(database_url=SecretStr("postgresql://someone:secret@127.0.0.1:1/name"))
    with pytest.raises(RecordsUnavailable, match=r"127\.0\.0\.1:1/name") as caught:
        asyncio.run(Database.open(settings))
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in caught.value.detail


async def write_and_fail(database: Database) -> None:
    async with database.write() as session:
        AuditLog(session, LOCAL_TENANT).add("a", "b", actor="test")
        await session.flush()
        raise RuntimeError


def test_a_block_that_raises_keeps_nothing(open_database: Callable[[], Database]) -> None:
    async def run() -> int | None:
        database = open_database()
        with pytest.raises(RuntimeError):
            await write_and_fail(database)
        async with database.read() as session:
            count = await session.scalar(select(func.count()).select_from(AuditRow))
        await database.close()
        return count

    assert asyncio.run(run()) == 0


def test_writers_at_the_same_time_all_succeed(open_database: Callable[[], Database]) -> None:
    """Two openings stand for two processes, which on SQLite share no lock but the file's own."""

    async def run() -> set[int]:
        first, second = open_database(), open_database()

        async def increment(database: Database) -> None:
            async with database.write() as session:
                tenant = (await Tenants(session).all())[0]
                await session.refresh(tenant, with_for_update=True)
                tenant.retention_days = (tenant.retention_days or 0) + 1

        await asyncio.gather(*(increment(db) for db in (first, second) for _ in range(20)))
        async with second.read() as session:
            days = {tenant.retention_days or 0 for tenant in await Tenants(session).all()}
        await first.close()
        await second.close()
        return days

    assert asyncio.run(run()) == {40}


def test_moments_come_back_in_utc_and_naive_ones_are_refused(
    open_database: Callable[[], Database],
) -> None:
    moment = datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=-7)))

    def row(at: datetime) -> AuditRow:
        return AuditRow(
            id=new_id("aud"),
            tenant_id=LOCAL_TENANT,
            at=at,
            actor="test",
            action="a",
            subject="b",
            details={},
        )

    async def run() -> AuditRow:
        database = open_database()
        async with database.write() as session:
            session.add(row(moment))
        async with database.read() as session:
            (kept,) = await AuditLog(session, LOCAL_TENANT).of("b")
        with pytest.raises(Exception, match="without a time zone"):
            async with database.write() as session:
                session.add(row(datetime(2026, 1, 1)))  # noqa: DTZ001 - the point of it
        await database.close()
        return kept

    kept = asyncio.run(run())
    assert kept.at == moment
    assert kept.at.tzinfo is UTC


def test_doctor_says_where_the_records_are_and_what_they_hold(service_settings: Settings) -> None:
    found = examine(service_settings)
    assert f"revision {latest_revision()}" in found
    assert "tenants 1, keys 0, grades 0" in found


def test_doctor_knows_records_that_are_still_to_be_made(tmp_path: Path) -> None:
    assert "no tables yet" in examine(Settings(data_dir=tmp_path))


def test_ids_sort_by_when_they_were_made() -> None:
    ids = [new_id("grd") for _ in range(2_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(is_id(one, "grd") for one in ids)


@given(st.text())
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert not is_id(text, "grd")
    assert not is_id(f"grd_{text}", "grd") or len(text) == 32


@types.coroutine
def cancelled_at(
    work: Coroutine[Any, Any, None], wait: int
) -> Generator[asyncio.Future[Any], None, bool]:
    """Run a coroutine and cancel it where it waits for the n-th time; tell if it came that far."""
    waits, reached = 0, False
    error: BaseException | None = None
    while True:
        try:
            future = work.send(None) if error is None else work.throw(error)
        except StopIteration:
            return reached
        error = None
        if waits == wait:
            reached = True
            future._asyncio_future_blocking = False
            future.cancel()
            error = asyncio.CancelledError()
        else:
            try:
                yield future
            except BaseException as raised:  # noqa: BLE001 - handed to whoever waits
                error = raised
        waits += 1


def test_writing_that_is_cancelled_anywhere_leaves_the_file_to_others(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")

    async def add(database: Database, number: int) -> None:
        async with database.write() as session:
            await Tenants(session).named_or_new(f"tenant {number}")

    def write_elsewhere() -> None:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")

    async def run() -> int:
        database = Database(database_url(Settings(database_url=SecretStr(sqlite_url))))
        kept = []  # an exception holds the frames, and these the cursors
        for wait in range(100):
            try:
                if not await cancelled_at(add(database, wait), wait):
                    break
            except asyncio.CancelledError as error:
                kept.append(error)
            await asyncio.to_thread(write_elsewhere)
        await database.close()
        return len(kept)

    assert asyncio.run(run()) > 5


def test_an_act_on_something_with_a_name_longer_than_a_name_is_noted_all_the_same(
    open_database: Callable[[], Database],
) -> None:
    async def run() -> AuditRow:
        database = open_database()
        async with database.write() as session:
            log = AuditLog(session, LOCAL_TENANT)
            log.add("test.done", "x" * 300, actor="test")
        async with database.read() as session:
            (row,) = await AuditLog(session, LOCAL_TENANT).of("x" * 200)
        await database.close()
        return row

    assert asyncio.run(run()).action == "test.done"
