"""`/v1/audit`: who did what; appended by everything that changes something, and changed by nothing."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.auth import Administering
from api.dependencies import OpenDatabase
from api.fields import Label, Moment
from api.paging import Cursors
from api.records import AuditFilter, AuditLog, AuditRow
from grader.types import Frozen

router = APIRouter(prefix="/v1/audit", tags=["audit"])


class AuditEntry(Frozen):
    """One act.

    Attributes:
        actor: Id of the key that it was done with, or of the invite whose link it was done by;
            `local` for a service without keys, `command` for the command line.
        action: A noun and what became of it, as in `rubric.published`.
        subject: Id of what was acted on.
        details: Ids and figures that explain it; never what an answer said.
    """

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """Return an act as it is sent."""
        return cls.model_validate(row, from_attributes=True)


class AuditPage(BaseModel):
    """One page of the audit log.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[AuditEntry]
    next_cursor: str | None


_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)?")


def _check_action(action: str) -> str:
    if not _ACTION.fullmatch(action):
        raise ValueError("write an action, as 'rubric.published', or its noun, as 'rubric'")
    return action


_Action = Annotated[
    str,
    AfterValidator(_check_action),
    Field(max_length=80, json_schema_extra={"pattern": f"^{_ACTION.pattern}$"}),
]


class AuditQuery(BaseModel):
    """Which acts to list.

    Attributes:
        action: Only this action, as `rubric.published`, or with a noun alone all of its actions.
        actor: Only what was done with the key of this id, or by another actor.
        subject: Only what was done to this record.
        created_after: Only what was done after this moment, with its time zone.
        created_before: Only what was done before it.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    action: _Action | None = None
    actor: Label | None = None
    subject: Label | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


@router.get("")
async def list_audit_log(
    asked: Annotated[AuditQuery, Query()], caller: Administering, database: OpenDatabase
) -> AuditPage:
    """List what was done to your records, and with which key, newest first."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    cursors = Cursors("audit log", **wanted)
    before = cursors.decode(asked.cursor)
    async with database.read() as session:
        found = await AuditLog(session, caller.tenant_id).page(
            AuditFilter(**wanted), before=before, limit=asked.limit + 1
        )
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return AuditPage(
        items=[AuditEntry.of(row) for row in shown],
        next_cursor=cursors.encode(shown[-1].id) if more else None,
    )
