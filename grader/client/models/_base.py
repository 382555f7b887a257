"""What several responses have: problems, pages, failures."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import Field

from grader.types import Frozen

T = TypeVar("T")


class FieldError(Frozen):
    """One field that is wrong.

    Attributes:
        field: Where, as in `points[2].weight`; empty for the body as a whole.
        line: 1-based line of the body, where it was text.
    """

    field: str
    message: str
    line: int | None = None


class Problem(Frozen):
    """What the service says of a request that it refuses (RFC 9457).

    Attributes:
        type: A URN that names the kind of problem.
        code: The same name, short and stable.
        detail: What is wrong here and what to do.
        errors: The fields that are wrong, where there are several.
        nearest: For a question that matches no rubric: the nearest ones.
        request_id: Names the request in the service's log.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()
    nearest: tuple[dict[str, Any], ...] = ()
    request_id: str | None = None


class Page(Frozen, Generic[T]):
    """One page of a list.

    Attributes:
        next_cursor: Where the list goes on; None on the last page.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None


class Failure(Frozen):
    """Why there is no grade.

    Attributes:
        code: Stable, for programs.
    """

    code: str
    message: str


class Health(Frozen):
    """What a liveness probe learns."""

    status: str


class Ready(Frozen):
    """What a readiness probe learns.

    Attributes:
        status: `ready`, or `degraded` where something is missing that not every request needs.
        rubrics: How many there are in the shared bank.
        parts: How each part stands that the service depends on, `ok` or `unavailable`.
    """

    status: str
    rubrics: int | None = None
    parts: dict[str, str] = Field(default_factory=dict)


class Receipt(Frozen):
    """What was deleted, and what is left: nothing, if it is complete.

    Attributes:
        id: Names the deletion in the audit log.
        submission_ids: What was deleted with all that was made from it.
        interview_ids: Interviews that were deleted as a whole.
        removed: How many things went, by store.
        remaining: How many are left, by store, counted after the deletion.
        complete: Whether nothing is left.
    """

    id: str
    deleted_at: datetime
    submission_ids: tuple[str, ...]
    interview_ids: tuple[str, ...] = ()
    removed: dict[str, int]
    remaining: dict[str, int]
    complete: bool
