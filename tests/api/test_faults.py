"""The database goes away and comes back under the running service."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import Pool

from api import idempotency
from grader.settings import Settings
from tests.api.support import ScriptedJudge, Service, scripted_grader

SECRET_ANSWER = "It decouples the zeppelin from the marmalade."


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[Service]:
    settings = Settings(database_url=SecretStr(postgres_url), data_dir=tmp_path)
    with Service.running(settings, scripted_grader(settings)) as running:
        yield running


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    settings = Settings(database_url=SecretStr(sqlite_url), data_dir=tmp_path)
    with Service.running(settings, scripted_grader(settings)) as running:
        yield running


def end_connections(service: Service, *, allow: bool) -> None:
    """End all connections to the service's database, and allow new ones or not."""
    url = service.settings.database_url.get_secret_value()
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        allowing = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allowing.format(Identifier(name), SQL("true" if allow else "false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def test_connections_that_were_ended_are_replaced(on_postgres: Service) -> None:
    acme = on_postgres.caller("acme")
    assert acme.grade().status_code == 201
    end_connections(on_postgres, allow=True)
    assert acme.grade().status_code == 201


def test_while_the_database_is_gone_nothing_is_graded_and_then_all_is_well(
    on_postgres: Service,
) -> None:
    acme = on_postgres.caller("acme")
    before = acme.grade().json()["id"]
    end_connections(on_postgres, allow=False)
    try:
        for response in (
            acme.grade(),
            acme.grade(headers={"Prefer": "respond-async"}),
            acme.grade(headers={"Idempotency-Key": "k"}),
            acme("GET", f"/v1/grades/{before}"),
            acme("GET", "/v1/grades"),
        ):
            assert response.status_code == 503
            problem = response.json()
            assert problem["code"] == "records_unavailable"
            assert "postgres" not in response.text
            assert int(response.headers["Retry-After"]) > 0
        assert on_postgres.http.get("/readyz").status_code == 503
        assert on_postgres.http.get("/healthz").status_code == 200
    finally:
        end_connections(on_postgres, allow=True)
    assert on_postgres.http.get("/readyz").status_code == 200
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 201
    assert [g["id"] for g in acme("GET", "/v1/grades").json()["items"]][-1] == before


def test_a_full_disk_is_said_and_nothing_is_lost(on_sqlite: Service) -> None:
    acme = on_sqlite.caller("acme")
    before = acme.grade().json()["id"]
    pages = 1  # SQLite takes this as: not one page more than there are

    def bound(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    # Each connection has a bound of its own, and any of the pool may be the next to write.
    event.listen(Pool, "checkout", bound)
    try:
        responses = [acme.grade("It decouples. " * 500)]
        while responses[-1].status_code == 201 and len(responses) < 40:
            responses.append(acme.grade("It decouples. " * 500))
        assert responses[-1].status_code == 503
        assert responses[-1].json()["code"] == "records_unavailable"
        pages = 1_000_000
        assert acme.grade().status_code == 201
    finally:
        event.remove(Pool, "checkout", bound)
    kept = [r.json()["id"] for r in responses if r.status_code == 201]
    listed = [item["id"] for item in acme("GET", "/v1/grades").json()["items"]]
    assert listed[1:] == [*reversed(kept), before]


def test_a_database_locked_by_another_program_is_waited_for_and_then_said(
    on_sqlite: Service,
) -> None:
    acme = on_sqlite.caller("acme")
    acme.grade()  # opens the connection, and notes the key's use
    portal = on_sqlite.http.portal
    assert portal is not None

    async def be_impatient() -> None:
        database = on_sqlite.http.app.state.database  # type: ignore[attr-defined]
        async with database.write() as session:
            await (await session.connection()).exec_driver_sql("PRAGMA busy_timeout = 50")

    portal.call(be_impatient)
    path = on_sqlite.settings.database_url.get_secret_value().removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert acme.grade().status_code == 503
    assert acme("GET", "/v1/grades").status_code == 200  # readers do not wait for writers
    other.execute("ROLLBACK")
    other.close()
    assert acme.grade().status_code == 201


class Outage:
    """Takes the records away, once a request has claimed its key, and brings them back.

    Attributes:
        judge: In the midst of each judgement, and of each request, they go.
    """

    def __init__(self, service: Service, judge: ScriptedJudge) -> None:
        self._service = service
        self._other: sqlite3.Connection | None = None
        judge.pause = self._begin
        self.judge = judge

    async def _begin(self) -> None:
        url = self._service.settings.database_url.get_secret_value()
        if url.startswith("sqlite"):
            path = url.removeprefix("sqlite:///")
            self._other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._other.execute("BEGIN IMMEDIATE")
        else:
            end_connections(self._service, allow=False)

    def end(self) -> None:
        """Bring them back for good."""
        self.judge.pause = None
        self.pass_by()

    def pass_by(self) -> None:
        """Bring them back until the next judgement."""
        if self._other is not None:
            self._other.close()
            self._other = None
        elif not self._service.settings.database_url.get_secret_value().startswith("sqlite"):
            end_connections(self._service, allow=True)


@pytest.fixture
def outage(service_settings: Settings) -> Iterator[tuple[Service, Outage]]:
    """The application, with records that go once a request has claimed its key."""

    def be_impatient(connection: Any, *_: object) -> None:
        if "sqlite" in type(connection).__module__:
            connection.execute("PRAGMA busy_timeout = 1000")

    event.listen(Pool, "checkout", be_impatient)
    judge = ScriptedJudge()
    try:
        with Service.running(service_settings, scripted_grader(service_settings, judge)) as running:
            given = Outage(running, judge)
            yield running, given
            given.end()
    finally:
        event.remove(Pool, "checkout", be_impatient)


def test_a_key_that_could_not_be_given_up_is_given_up_by_the_next_request(
    outage: tuple[Service, Outage],
) -> None:
    service, records = outage
    acme, other = service.caller("acme"), service.caller("other")
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 503
    records.end()
    assert other.grade(headers={"Idempotency-Key": "k"}).status_code == 201
    # Neither 409, as while the claim of the first holds, nor 422: that request never was.
    again = acme.grade("Other words.", headers={"Idempotency-Key": "k"})
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers
    replayed = acme.grade("Other words.", headers={"Idempotency-Key": "k"})
    assert replayed.content == again.content
    assert len(acme("GET", "/v1/grades").json()["items"]) == 1


def test_a_key_that_cannot_be_given_up_again_is_given_up_after_that(
    outage: tuple[Service, Outage],
) -> None:
    service, records = outage
    acme = service.caller("acme")
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 503
    # While the records are away still, the next one fails as it claims the key.
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 503
    records.pass_by()
    # And this one once more when it wants to give it up.
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 503
    records.end()
    assert acme.grade(headers={"Idempotency-Key": "k"}).status_code == 201


def test_of_more_keys_than_are_remembered_the_oldest_lapse_with_their_claims(
    outage: tuple[Service, Outage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_MOST_UNRELEASED", 1)
    service, records = outage
    acme = service.caller("acme")
    for key in ("first", "second"):
        assert acme.grade(headers={"Idempotency-Key": key}).status_code == 503
        records.pass_by()
    records.end()
    lapsing = acme.grade(headers={"Idempotency-Key": "first"})
    assert (lapsing.status_code, lapsing.json()["code"]) == (409, "idempotency_in_progress")
    assert acme.grade(headers={"Idempotency-Key": "second"}).status_code == 201


def test_no_log_record_holds_an_answer(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    acme = service.caller("acme")
    acme.grade(SECRET_ANSWER, headers={"Idempotency-Key": "k"})
    acme.grade(SECRET_ANSWER, headers={"Idempotency-Key": "k"})
    acme.grade(SECRET_ANSWER, headers={"Prefer": "respond-async"})
    acme.grade(SECRET_ANSWER, custom_id="\x00")
    acme("GET", "/v1/grades")
    assert caplog.records
    assert "marmalade" not in "".join(record.getMessage() for record in caplog.records)


def test_an_error_of_the_database_is_logged_without_the_answer(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """A statement that the database refuses must not be logged with its parameters."""
    acme = service.caller("acme")

    async def drop(session: AsyncSession) -> None:
        await session.execute(text("ALTER TABLE submissions RENAME TO gone"))

    async def restore(session: AsyncSession) -> None:
        await session.execute(text("ALTER TABLE gone RENAME TO submissions"))

    service.in_records(drop)
    try:
        failed = acme.grade(SECRET_ANSWER)
    finally:
        service.in_records(restore)
    assert failed.status_code >= 500
    assert caplog.records
    assert "marmalade" not in caplog.text
    assert "marmalade" not in failed.text
