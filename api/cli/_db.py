"""`grader db`: the tables of the records."""

from __future__ import annotations

import typer

db = typer.Typer(help="The database that holds the records.", no_args_is_help=True)


@db.command()
def upgrade() -> None:
    """Create the tables, or bring them to the version that this package needs."""
    import asyncio

    typer.echo(asyncio.run(_upgrade()))


@db.command()
def current() -> None:
    """Say where the records are and which version their tables have; exits with 1 if it is old."""
    import asyncio

    message, ok = asyncio.run(_current())
    typer.echo(message)
    if not ok:
        raise typer.Exit(1)


async def _upgrade() -> str:
    from api.records import Database
    from grader.cli._open import load_settings

    database = await Database.open(load_settings())
    try:
        return f"{database}: revision {await database.revision()}"
    finally:
        await database.close()


async def _current() -> tuple[str, bool]:
    from api.records import Database, database_url, latest_revision
    from grader.cli._open import load_settings

    database = Database(database_url(load_settings()))
    try:
        found = await database.revision()
    finally:
        await database.close()
    latest = latest_revision()
    if found == latest:
        return f"{database}: revision {found}", True
    state = f"revision {found}" if found else "no tables"
    return f"{database}: {state}; this package needs {latest}: grader db upgrade", False
