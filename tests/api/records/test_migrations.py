from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import create_engine, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import (
    LOCAL_TENANT,
    AuditLog,
    AuditRow,
    Base,
    Database,
    GradeRow,
    ReviewKind,
    ReviewRow,
    RubricDocumentRow,
    SubmissionRow,
    TenantRow,
    Tenants,
    latest_revision,
    new_id,
    now,
)
from grader.errors import ConfigurationError
from grader.settings import Settings
from tests.api.support import Service


def sync_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def is_ours(name: str | None, *_: Any) -> bool:
    return not (name or "").startswith("procrastinate_")


def test_models_and_migrations_agree(database_url: str) -> None:
    engine = create_engine(sync_url(database_url))
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_several_processes_may_upgrade_at_once(database_url: str) -> None:
    engine = create_engine(sync_url(database_url))
    with engine.begin() as connection:
        everything = Base.metadata.sorted_tables
        for table in reversed(everything):
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("DROP TABLE alembic_version"))
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION refuse_update"))
    engine.dispose()

    async def upgrade() -> tuple[str | None, list[str]]:
        database = await Database.open(Settings(database_url=SecretStr(database_url)))
        async with database.read() as session:
            names = [tenant.name for tenant in await Tenants(session).all()]
        revision = await database.revision()
        await database.close()
        return revision, names

    async def several() -> list[Any]:
        return await asyncio.gather(*(upgrade() for _ in range(4)))

    assert asyncio.run(several()) == [(latest_revision(), ["local"])] * 4


def test_tables_of_a_later_version_are_left_alone(database_url: str) -> None:
    def be_at(revision: str) -> None:
        engine = create_engine(sync_url(database_url))
        with engine.begin() as connection:
            changed = text("UPDATE alembic_version SET version_num = :revision")
            connection.execute(changed, {"revision": revision})
        engine.dispose()

    be_at("later")
    try:
        with pytest.raises(ConfigurationError, match="revision later"):
            asyncio.run(Database.open(Settings(database_url=SecretStr(database_url))))
    finally:
        be_at(latest_revision())


@pytest.mark.parametrize("table", [GradeRow, RubricDocumentRow, AuditRow])
def test_what_is_only_appended_cannot_be_updated(service: Service, table: type[Base]) -> None:
    service.caller("acme").grade()
    first_text = next(c for c in table.__table__.columns if c.name != "tenant_id")

    async def change(session: AsyncSession) -> None:
        await session.execute(update(table).values({first_text.name: "other"}))

    with pytest.raises(IntegrityError, match="never changed"):
        service.in_records(change)


def test_a_review_cannot_be_updated(service: Service) -> None:
    grade_id = service.caller("local").grade().json()["id"]

    async def review(session: AsyncSession) -> None:
        session.add(
            ReviewRow(
                id=new_id("rev"),
                tenant_id=LOCAL_TENANT,
                grade_id=grade_id,
                created_at=now(),
                reviewer="r",
                kind=ReviewKind.OPEN,
                resolves=True,
                verdicts={},
                mistakes={},
                reason="seen",
                document={},
            )
        )
        await session.flush()
        await session.execute(update(ReviewRow).values(reason="not seen"))

    with pytest.raises(IntegrityError, match="never changed"):
        service.in_records(review)


def test_deleting_a_submission_deletes_what_was_made_from_it(service: Service) -> None:
    acme = service.caller("acme")
    grade = acme.grade(headers={"Idempotency-Key": "once"}).json()
    again = acme("POST", f"/v1/grades/{grade['id']}/regrade", json={"rubric_version": "1.1.0"})
    assert again.status_code == 201

    async def delete_all(session: AsyncSession) -> list[int | None]:
        await session.execute(delete(SubmissionRow))
        tables = [Base.metadata.tables[n] for n in ("grades", "submissions", "idempotency_keys")]
        return [await session.scalar(select(func.count()).select_from(t)) for t in tables]

    assert service.in_records(delete_all) == [0, 0, 0]


def test_deleting_a_tenant_deletes_all_that_it_has_and_nothing_else(service: Service) -> None:
    service.caller("acme").grade()
    other = service.caller("other")
    kept = other.grade().json()["id"]

    async def delete_acme(session: AsyncSession) -> None:
        AuditLog(session, LOCAL_TENANT).add("tenant.deleted", "acme", actor="test")
        await session.execute(delete(TenantRow).where(TenantRow.name == "acme"))

    service.in_records(delete_acme)
    assert other("GET", f"/v1/grades/{kept}").status_code == 200
    assert service.in_records(count_submissions) == 1


async def count_submissions(session: AsyncSession) -> int | None:
    return await session.scalar(select(func.count()).select_from(SubmissionRow))
