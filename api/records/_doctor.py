"""What `grader doctor` says of the records."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from api.records._database import Database, database_url
from api.records._grades import GradeRow
from api.records._keys import KeyRow
from api.records._migrate import latest_revision
from api.records._tenants import TenantRow
from grader.errors import ConfigurationError
from grader.settings import Settings


def examine(settings: Settings) -> str:
    """Say where the records are and what they hold.

    Raises:
        ConfigurationError: The database cannot be used as it stands.
        RecordsUnavailable: It cannot be reached.
    """
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> str:
    database = Database(database_url(settings))
    try:
        found, latest = await database.revision(), latest_revision()
        if found is None:
            return f"{database}: no tables yet; the service makes them when it starts"
        if found != latest:
            raise ConfigurationError(
                f"{database}: revision {found}, and this package needs {latest}; run: "
                "grader db upgrade"
            )
        async with database.read() as session:
            tenants, keys, grades = [
                await session.scalar(select(func.count()).select_from(table))
                for table in (TenantRow, KeyRow, GradeRow)
            ]
    finally:
        await database.close()
    counts = f"tenants {tenants:,}, keys {keys:,}, grades {grades:,}"
    return f"{database}: revision {found}, {counts}"
