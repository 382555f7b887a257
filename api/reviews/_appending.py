"""Appending a review to a grade, with its place in the audit log and the event that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.deliveries import EventType, announce
from api.records import AuditLog, ReviewKind, ReviewRow, Reviews, new_id, now
from api.reviews._case import Case
from api.reviews._requests import Corrections, ResolutionRequest, ReviewRequest
from grader.types import Grade


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review that was appended, and what it led to.

    Attributes:
        wanted: The kind of review that comes next; None if the outcome is settled.
        differences: Ids of points and mistakes on which a blind review differs from the open one.
    """

    row: ReviewRow
    case: Case
    wanted: ReviewKind | None
    differences: tuple[str, ...] = ()


async def append(
    session: AsyncSession,
    caller: Caller,
    case: Case,
    grade: Grade,
    asked: ReviewRequest | ResolutionRequest,
    *,
    kind: ReviewKind,
    resolves: bool,
) -> ReviewRow:
    """Append a review.

    Args:
        session: The transaction.
        caller: Whose key it came with.
        case: What is reviewed.
        grade: As it is corrected.
        asked: What the reviewer said.
        kind: Of the review.
        resolves: Whether the outcome is settled by it.
    """
    said: Corrections = asked
    row = ReviewRow(
        id=new_id("rev"),
        tenant_id=caller.tenant_id,
        grade_id=case.row.id,
        created_at=now(),
        reviewer=asked.reviewer,
        key_id=caller.key_id,
        kind=kind,
        resolves=resolves,
        verdicts={name: each.verdict.value for name, each in said.said_of_points.items()},
        mistakes={name: each.made for name, each in said.said_of_mistakes.items()},
        reason=asked.reason if isinstance(asked, ReviewRequest) else asked.response,
        score=grade.score,
        band=grade.band,
        document=grade.model_dump(mode="json"),
    )
    await Reviews(session, caller.tenant_id).add(row)
    return row


def tell(
    session: AsyncSession, caller: Caller, case: Case, row: ReviewRow, details: Mapping[str, Any]
) -> None:
    """Tell of a review that was appended; `details` go into the audit log beside ids."""
    audit = AuditLog(session, caller.tenant_id)
    more = {"grade_id": row.grade_id, "resolves": row.resolves, **details}
    audit.add("review.created", row.id, actor=caller.actor, details=more)
    data = {
        "id": row.id,
        "grade_id": row.grade_id,
        "kind": row.kind.value,
        "resolves": row.resolves,
        "score": row.score,
        "band": row.band,
        "score_before": case.current.score,
    }
    announce(session, caller.tenant_id, EventType.REVIEW_CREATED, data)
