"""`grader privacy`: how long answers are kept, and what candidates are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from grader.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from api.records import TenantRow

privacy = typer.Typer(
    help="How long answers are kept, and what candidates are told.", no_args_is_help=True
)

_ACTOR = "command"
_T = TypeVar("_T")

_Tenant = Annotated[str, typer.Option(help="Whose answers; as in: grader keys list")]


@privacy.command()
def retain(
    tenant: _Tenant = "local",
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Delete answers that are older.")
    ] = None,
    forever: Annotated[bool, typer.Option("--forever", help="Delete nothing by its age.")] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Delete what is too old at once, not within a day.")
    ] = False,
) -> None:
    """Say for how many days a tenant's answers are kept; the service deletes older ones daily.

    An answer goes with its grades, reviews and appeals, and with whatever else was made from it.
    """
    if (days is None) == (not forever):
        raise BadInput("give either --days N or --forever")

    async def act(session: AsyncSession) -> tuple[TenantRow, int]:
        from api.privacy import Erasure
        from api.records import AuditLog
        from api.records import now as present

        row = await _named(session, tenant)
        row.retention_days = days
        AuditLog(session, row.id).add(
            "retention.set", row.id, actor=_ACTOR, details={"retention_days": days}
        )
        if days is None:
            return row, 0
        before = present() - timedelta(days=days)
        return row, await Erasure(session, row.id).count_older_than(before)

    row, old = _in_transaction(act)
    if days is None:
        typer.echo(f"Answers of tenant '{tenant}' are kept until somebody deletes them.")
        return
    typer.echo(f"Answers of tenant '{tenant}' are kept for {days:,} days.")
    if now:
        gone = _delete_old().get(row.id, 0)
        typer.echo(f"{gone:,} older ones are deleted.")
    else:
        typer.echo(f"{old:,} are older; the running service deletes them within a day.")


@privacy.command()
def reveal(
    tenant: _Tenant = "local",
    missing: Annotated[
        bool | None,
        typer.Option(
            "--missing/--hide-missing",
            help="Whether candidates are shown the key points that their answer does not reach.",
            show_default=False,
        ),
    ] = None,
    grades: Annotated[
        bool | None,
        typer.Option(
            "--grades/--hide-grades",
            help="Whether candidates who answer by an invite may be shown the outcome.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Say what candidates may be told of their grades."""
    changed = {
        name: value
        for name, value in (("reveal_missing", missing), ("show_grades", grades))
        if value is not None
    }
    if not changed:
        raise BadInput("give --missing or --hide-missing, --grades or --hide-grades")

    async def act(session: AsyncSession) -> None:
        from api.records import AuditLog

        row = await _named(session, tenant)
        for name, value in changed.items():
            setattr(row, name, value)
            details = {name: value}
            AuditLog(session, row.id).add(f"{name}.set", row.id, actor=_ACTOR, details=details)

    _in_transaction(act)
    words = {
        "reveal_missing": "key points that they did not reach",
        "show_grades": "the outcome of invites that ask for it",
    }
    for name, value in changed.items():
        told = "are shown" if value else "are not shown"
        typer.echo(f"Candidates of tenant '{tenant}' {told} {words[name]}.")


@privacy.command()
def speech(
    *,
    tenant: _Tenant = "local",
    allow: Annotated[
        bool,
        typer.Option(
            "--allow/--forbid",
            help="Whether an invite may let its candidate speak.",
            show_default=False,
        ),
    ],
) -> None:
    """Say whether candidates who answer by an invite may speak."""

    async def act(session: AsyncSession) -> None:
        from api.records import AuditLog

        row = await _named(session, tenant)
        row.spoken_invites = allow
        details = {"spoken_invites": allow}
        AuditLog(session, row.id).add("spoken_invites.set", row.id, actor=_ACTOR, details=details)

    _in_transaction(act)
    told = "may speak where their invite says so" if allow else "answer by typing"
    typer.echo(f"Candidates of tenant '{tenant}' who are invited {told}.")


@privacy.command()
def show() -> None:
    """List what holds for each tenant."""

    async def act(session: AsyncSession) -> list[tuple[str, ...]]:
        from api.records import Tenants

        return [
            (
                row.name,
                "forever" if row.retention_days is None else f"{row.retention_days} days",
                "shown" if row.reveal_missing else "hidden",
                "shown" if row.show_grades else "hidden",
                "allowed" if row.spoken_invites else "forbidden",
            )
            for row in await Tenants(session).all()
        ]

    titles = ("TENANT", "ANSWERS KEPT", "UNREACHED POINTS", "GRADES", "SPOKEN INVITES")
    lines = [titles, *_in_transaction(act)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


async def _named(session: AsyncSession, name: str) -> TenantRow:
    from api.records import Tenants

    tenants = Tenants(session)
    row = None if "\x00" in name else await tenants.named(name)
    if row is None:
        known = ", ".join(each.name for each in await tenants.all())
        raise BadInput(f"--tenant: there is no tenant '{name}'; there are {known}")
    return row


def _delete_old() -> Mapping[str, int]:
    import asyncio

    from api.privacy import Retention
    from api.records import Database
    from grader.cli._open import load_settings, opened

    settings = load_settings()
    with opened(settings) as grader:

        async def run() -> Mapping[str, int]:
            database = await Database.open(settings)
            try:
                return await Retention(database, grader).run()
            finally:
                await database.close()

        return asyncio.run(run())


def _in_transaction(act: Callable[[AsyncSession], Awaitable[_T]]) -> _T:
    import asyncio

    from api.records import Database
    from grader.cli._open import load_settings

    async def run() -> _T:
        database = await Database.open(load_settings())
        try:
            async with database.write() as session:
                return await act(session)
        finally:
            await database.close()

    return asyncio.run(run())
