"""What the audit log holds, and how it is narrowed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from grader.types import Frozen


class AuditEntry(Frozen):
    """One act.

    Attributes:
        actor: Id of the key that it was done with, or of an invite; or `local` or `command`.
        action: A noun and what became of it, as in `rubric.published`.
        subject: Id of what was acted on.
        details: Ids and figures that explain it.
    """

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


class AuditFilter(TypedDict, total=False):
    """Which acts to list; without a field, all.

    Attributes:
        action: As `rubric.published`, or with a noun alone all of its actions.
        actor: Id of a key.
        subject: Id of what was acted on.
        created_after: With its time zone.
        created_before: Likewise.
        limit: At most so many a request.
    """

    action: str
    actor: str
    subject: str
    created_after: datetime
    created_before: datetime
    limit: int
