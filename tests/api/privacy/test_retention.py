from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from api.cli import privacy
from api.privacy import Retention
from api.records import Database, Tenants, now
from grader.settings import Settings
from tests.api.support import Caller, Service, scripted_grader

OpenDatabase = Callable[[], Database]


def keep_for(service: Service, tenant: str, days: int | None) -> None:
    async def act(session: AsyncSession) -> None:
        row = await Tenants(session).named(tenant)
        assert row is not None
        row.retention_days = days

    service.in_records(act)


def swept(service: Service, open_database: OpenDatabase, days_later: float) -> Mapping[str, int]:
    """Run the retention with a clock that is ahead."""

    async def run() -> Mapping[str, int]:
        database = open_database()
        try:
            with scripted_grader(service.settings) as grader:
                later = now() + timedelta(days=days_later)
                return await Retention(database, grader, clock=lambda: later).run()
        finally:
            await database.close()

    return asyncio.run(run())


def count(caller: Caller) -> int:
    return len(caller("GET", "/v1/grades").json()["items"])


def test_what_is_older_than_its_tenant_keeps_it_is_deleted(
    service: Service, open_database: OpenDatabase
) -> None:
    acme, other, third = (service.caller(name) for name in ("acme", "other", "third"))
    for caller in (acme, other, third):
        caller.grade()
    acme.grade()
    keep_for(service, "acme", 30)
    keep_for(service, "other", 60)
    assert swept(service, open_database, 29.9) == {}
    assert sorted(swept(service, open_database, 30.1).values()) == [2]
    assert (count(acme), count(other), count(third)) == (0, 1, 1)
    assert sorted(swept(service, open_database, 61).values()) == [1]
    assert (count(acme), count(other), count(third)) == (0, 0, 1)
    assert swept(service, open_database, 36500) == {}


def test_the_service_deletes_when_it_starts(service: Service, open_database: OpenDatabase) -> None:
    acme = service.caller("acme")
    acme.grade()
    keep_for(service, "acme", 1)

    async def run() -> None:
        database = open_database()
        with scripted_grader(service.settings) as grader:
            later = now() + timedelta(days=2)
            retention = Retention(database, grader, clock=lambda: later)
            retention.start()
            for _ in range(1000):
                async with database.read() as session:
                    from api.privacy import Erasure

                    tenant = await Tenants(session).named("acme")
                    assert tenant is not None
                    if not await Erasure(session, tenant.id).count_older_than(later):
                        break
                await asyncio.sleep(0.01)
            await retention.stop()
        await database.close()

    asyncio.run(run())
    assert count(acme) == 0


@pytest.fixture
def command(service: Service, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs `grader privacy` over the records of the service."""
    settings: Settings = service.settings
    monkeypatch.setenv("GRADER_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("GRADER_DATA_DIR", str(settings.data_dir))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(privacy, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_command_says_how_long(service: Service, command: Callable[..., str]) -> None:
    service.caller("acme").grade()
    told = command("retain", "--tenant", "acme", "--days", "30")
    assert told.splitlines() == [
        "Answers of tenant 'acme' are kept for 30 days.",
        "0 are older; the running service deletes them within a day.",
    ]
    command("reveal", "--tenant", "acme", "--missing", "--grades")
    command("reveal", "--tenant", "acme", "--hide-grades")
    shown = [line.split() for line in command("show").splitlines()]
    assert ["acme", "30", "days", "shown", "hidden", "forbidden"] in shown
    assert ["local", "forever", "hidden", "hidden", "forbidden"] in shown
    assert "until somebody deletes" in command("retain", "--tenant", "acme", "--forever")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("retain",), "give either --days N or --forever"),
        (("retain", "--days", "3", "--forever"), "give either --days N or --forever"),
        (("retain", "--days", "3", "--tenant", "nobody"), "there is no tenant 'nobody'"),
        (("reveal", "--tenant", "nobody", "--grades"), "there are local"),
        (("reveal",), "give --missing or --hide-missing"),
    ],
)
def test_the_command_says_what_is_wrong(
    command: Callable[..., str], arguments: tuple[str, ...], told: str
) -> None:
    from grader.errors import BadInput

    with pytest.raises(BadInput, match=told):
        command(*arguments)
