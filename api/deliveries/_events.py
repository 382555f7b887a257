"""What tenants are told of, and noting that it happened."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.records import EventRow, new_id, now
from grader.types import Band, Frozen, Grade, RubricRef


class EventType(StrEnum):
    """What an endpoint can ask to be told of.

    Attributes:
        GRADE_CREATED: A grade was made for one request; lines of a batch are told of together.
        GRADE_NEEDS_REVIEW: Such a grade asks for a person.
        BATCH_COMPLETED: Every line of a batch has its result.
        BATCH_CANCELLED: A batch was cancelled.
        REVIEW_CREATED: A reviewer corrected or confirmed a grade.
        APPEAL_CREATED: A candidate disagrees with a grade.
        APPEAL_RESOLVED: A person decided on an appeal.
        INVITE_SUBMITTED: A candidate answered by an invite; the grade is still to be made.
        INTERVIEW_FINISHED: An interview is over.
        GREENHOUSE_TEST_SENT: Greenhouse had a test sent; the candidate is to be given the link.
        RUBRIC_PUBLISHED: A version of a rubric is final, and graded by.
    """

    GRADE_CREATED = "grade.created"
    GRADE_NEEDS_REVIEW = "grade.needs_review"
    BATCH_COMPLETED = "batch.completed"
    BATCH_CANCELLED = "batch.cancelled"
    REVIEW_CREATED = "review.created"
    APPEAL_CREATED = "appeal.created"
    APPEAL_RESOLVED = "appeal.resolved"
    INVITE_SUBMITTED = "invite.submitted"
    INTERVIEW_FINISHED = "interview.finished"
    GREENHOUSE_TEST_SENT = "greenhouse.test_sent"
    RUBRIC_PUBLISHED = "rubric.published"


class GradeMade(Frozen):
    """What is told of a grade; whoever may read it fetches the rest."""

    id: str
    submission_id: str
    rubric: RubricRef
    score: float | None
    band: Band | None
    needs_review: bool


# Sent on request to one endpoint, whatever it asked for.
TEST_EVENT = "webhook.test"


def announce(session: AsyncSession, tenant_id: str, event: str, data: Mapping[str, Any]) -> None:
    """Note an event in the transaction of what it tells of, so that neither is there without the other.

    Webhooks are sent after the transaction is committed, by whichever process finds the event first.

    Args:
        session: The transaction.
        tenant_id: Whose endpoints are told.
        event: An `EventType`.
        data: Ids, states and figures; no text that a person wrote. `id` names what it happened to.

    Raises:
        ValueError: There is no such type of event.
    """
    session.add(
        EventRow(
            id=new_id("evt"),
            tenant_id=tenant_id,
            created_at=now(),
            type=EventType(event).value,
            subject=data.get("id"),
            payload=dict(data),
        )
    )


def announce_grade(
    session: AsyncSession, tenant_id: str, grade: Grade, *, submission_id: str
) -> None:
    """Tell of a new grade, and of its need for a person."""
    data = GradeMade(
        id=grade.id,
        submission_id=submission_id,
        rubric=grade.rubric,
        score=grade.score,
        band=grade.band,
        needs_review=grade.needs_review,
    ).model_dump(mode="json")
    announce(session, tenant_id, EventType.GRADE_CREATED, data)
    if grade.needs_review:
        announce(session, tenant_id, EventType.GRADE_NEEDS_REVIEW, data)
