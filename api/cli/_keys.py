"""`grader keys`: who may use the service."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from grader.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.auth import IssuedKey, Scope
    from api.records import KeyRow

keys = typer.Typer(help="API keys, by which callers prove who they are.", no_args_is_help=True)

_ACTOR = "command"
_T = TypeVar("_T")

_DURATION = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

_Tenant = Annotated[str, typer.Option(help="Whose records the key opens; made if it is new.")]


@keys.command()
def create(
    tenant: _Tenant = "local",
    name: Annotated[str, typer.Option(help="What people call the key.")] = "default",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may be used for: grade, read, author, review, admin or all. Repeat for "
            "several; grade and read by default."
        ),
    ] = None,
    expires_in: Annotated[
        str | None, typer.Option(help="How long it is good for, as in 90d, 12h or 30m.")
    ] = None,
) -> None:
    """Make a key and print it, this once."""
    from api.auth import KeyIssuer
    from api.records import Tenants, now

    scopes = _scopes(scope)
    lifetime = None if expires_in is None else _duration(expires_in, "--expires-in")
    for option, text in (("--tenant", tenant), ("--name", name)):
        _check_label(option, text)

    async def act(session: AsyncSession) -> IssuedKey:
        owner = await Tenants(session).named_or_new(tenant)
        expires_at = None if lifetime is None else now() + lifetime
        return await KeyIssuer(session, _ACTOR).create(
            owner.id, name, scopes, expires_at=expires_at
        )

    _show_once(_in_transaction(act), f"for tenant '{tenant}'")


@keys.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="Id of the key to replace, key_….")],
    overlap: Annotated[
        str, typer.Option(help="How long the old key stays good, as in 7d, 24h or 0m.")
    ] = "24h",
) -> None:
    """Make a key that replaces another, and print it, this once."""
    from api.auth import KeyIssuer

    length = _duration(overlap, "--overlap")

    async def act(session: AsyncSession) -> IssuedKey:
        return await KeyIssuer(session, _ACTOR).rotate(key_id, length)

    _show_once(_in_transaction(act), f"in place of {key_id}, which ends in {overlap}")


@keys.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key, key_….")]) -> None:
    """End a key at once."""
    from api.auth import KeyIssuer

    async def act(session: AsyncSession) -> KeyRow:
        return await KeyIssuer(session, _ACTOR).revoke(key_id)

    row = _in_transaction(act)
    typer.echo(f"{row.id} ({row.name}) is revoked.")


@keys.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the keys; the keys themselves are kept nowhere and cannot be shown again."""
    import json

    rows = _in_transaction(lambda session: _listed(session, tenant))
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        typer.echo("There are no keys; make one with: grader keys create")
        return
    lines = [("KEY", "TENANT", "NAME", "SCOPES", "STATE", "LAST USED")]
    for row in rows:
        used = (row["last_used_at"] or "never")[:16].replace("T", " ")
        scopes = ",".join(row["scopes"])
        lines.append((row["id"], row["tenant"], row["name"], scopes, row["state"], used))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


async def _listed(session: AsyncSession, tenant: str | None) -> list[dict[str, Any]]:
    from api.records import Keys, Tenants

    owners = {owner.id: owner.name for owner in await Tenants(session).all()}
    if tenant is not None and tenant not in owners.values():
        raise BadInput(f"--tenant: there is no tenant '{tenant}'; there are {_names(owners)}")
    return [
        {
            "id": row.id,
            "tenant": owners[row.tenant_id],
            "name": row.name,
            "scopes": row.scopes,
            "state": _state(row),
            **{
                field: moment and moment.isoformat()
                for field, moment in (
                    ("created_at", row.created_at),
                    ("expires_at", row.expires_at),
                    ("revoked_at", row.revoked_at),
                    ("last_used_at", row.last_used_at),
                )
            },
        }
        for row in await Keys(session).list()
        if tenant is None or owners[row.tenant_id] == tenant
    ]


def _names(owners: dict[str, str]) -> str:
    return ", ".join(sorted(owners.values()))


def _state(row: KeyRow) -> str:
    from api.records import now

    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is None:
        return "good"
    verb = "good until" if row.usable(now()) else "expired"
    return f"{verb} {_minute(row.expires_at)}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _scopes(given: list[str] | None) -> list[Scope]:
    from api.auth import Scope

    names = given or [Scope.GRADE, Scope.READ]
    if "all" in names:
        return list(Scope)
    unknown = [name for name in names if name not in set(Scope)]
    if unknown:
        raise BadInput(
            f"--scope: '{unknown[0]}' is none; choose from {', '.join(Scope)}, or take all"
        )
    return sorted({Scope(name) for name in names})


def _duration(text: str, option: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise BadInput(f"{option}: '{text}' is not a length of time such as 90d, 12h or 30m")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _check_label(option: str, text: str) -> None:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise BadInput(f"{option}: give 1 to 200 printable characters")


def _show_once(issued: IssuedKey, what_for: str) -> None:
    row = issued.row
    end = "" if row.expires_at is None else f", until {_minute(row.expires_at)}"
    typer.echo(f"{row.id} {what_for}, with {', '.join(row.scopes)}{end}.", err=True)
    typer.echo("The key itself is shown this once and kept nowhere:", err=True)
    typer.echo(issued.key)


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
