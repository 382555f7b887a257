"""`grader tenants`: who the service's customers are, and what they may spend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from grader.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

tenants = typer.Typer(help="Tenants, and what they may spend.", no_args_is_help=True)

_ACTOR = "command"
_MOST_TOKENS = 2_000_000_000
_T = TypeVar("_T")


@tenants.command("list")
def list_tenants() -> None:
    """Show all tenants, with their limit of LLM tokens a day and what is left of it today."""

    async def act(session: AsyncSession) -> list[tuple[str, int | None, int | None]]:
        from api.records import LlmUsage, Tenants

        return [
            (row.name, row.llm_tokens_per_day, await LlmUsage(session, row.id).left())
            for row in await Tenants(session).all()
        ]

    found = _in_transaction(act)
    width = max(len("TENANT"), *(len(name) for name, *_ in found))
    typer.echo(f"{'TENANT':<{width}}  {'TOKENS A DAY':>14}  {'LEFT TODAY':>14}")
    for name, limit, left in found:
        typer.echo(f"{name:<{width}}  {_figure(limit):>14}  {_figure(left):>14}")


@tenants.command()
def limit(
    tenant: Annotated[str, typer.Argument(help="Its name.")],
    tokens: Annotated[
        int | None,
        typer.Option(min=0, max=_MOST_TOKENS, help="LLM tokens that it may use in a day of UTC."),
    ] = None,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="Lift the limit.")] = False,
) -> None:
    """Limit what a tenant's answers may cost; beyond it points stay ungraded until the next day.

    Calls that are under way at the same time do not see each other, so a day may end a little
    above its limit.
    """
    if (tokens is None) == (not unlimited):
        raise BadInput("give either --tokens N or --unlimited")

    async def act(session: AsyncSession) -> None:
        from api.records import AuditLog, Tenants

        row = await Tenants(session).named(tenant)
        if row is None:
            names = ", ".join(one.name for one in await Tenants(session).all())
            raise BadInput(f"there is no tenant '{tenant}'; there are {names}")
        row.llm_tokens_per_day = tokens
        AuditLog(session, row.id).add(
            "tenant.limited", row.id, actor=_ACTOR, details={"llm_tokens_per_day": tokens}
        )

    _in_transaction(act)
    told = "no limit of tokens" if tokens is None else f"{tokens:,} tokens a day"
    typer.echo(f"Tenant '{tenant}' has {told}.")


def _figure(tokens: int | None) -> str:
    return "-" if tokens is None else f"{tokens:,}"


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
