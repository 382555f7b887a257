"""What Greenhouse sends to an assessment partner, and what it wants back.

Follows Greenhouse's Assessment API (https://developers.greenhouse.io/assessment.html). Its requests
may have further fields at any time, so those that are not named here are ignored.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from api.fields import Label
from api.records import InviteRow, InviteStatus, PendingGrades, PendingStatus, now
from api.reviews import Case
from grader.types import Grade, Verdict

_Url = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[^\x00]*$")]
_Line = Annotated[str, StringConstraints(max_length=500)]

# Anything but `complete` has Greenhouse wait.
_COMPLETE = "complete"
_WAITING = {
    InviteStatus.OPEN: "sent",
    InviteStatus.STARTED: "started",
    InviteStatus.EXPIRED: "expired",
    InviteStatus.REVOKED: "revoked",
}


class PartnerTest(BaseModel):
    """A test that can be sent: a question of the bank, or of the tenant's own rubrics."""

    partner_test_id: str
    partner_test_name: str


class Candidate(BaseModel):
    """Whom a test is sent to.

    Attributes:
        email: Names the person here too: answers are listed and deleted by it.
    """

    email: Label


class SendTest(BaseModel):
    """A test that is to be sent. Only what is named here is kept of it.

    Attributes:
        url: Where Greenhouse is told that the test is done.
    """

    partner_test_id: Label
    candidate: Candidate
    url: _Url


class SentTest(BaseModel):
    """A test that was sent to a candidate."""

    partner_interview_id: str


class CandidateLink(BaseModel):
    """What a candidate has to be given, which Greenhouse leaves to the partner.

    Attributes:
        email: Where to.
        url: The candidate's link. Whoever has it can answer.
        closes_at: The last moment to begin.
    """

    email: str
    url: str
    closes_at: AwareDatetime


class TestStatus(BaseModel):
    """Where a test stands.

    Attributes:
        partner_status: `complete` once there is an outcome with a score.
        partner_profile_url: Where people see the outcome; null until then.
        partner_score: 0 to 100; null until then.
        metadata: What else Greenhouse shows, under its headings.
    """

    partner_status: str
    partner_profile_url: str | None = None
    partner_score: float | None = None
    metadata: dict[str, str | int | bool] | None = None


class ErrorReport(BaseModel):
    """What Greenhouse could not make sense of; it tells as much as it knows.

    Attributes:
        api_call: Which request had the response that was malformed.
        errors: What was wrong with it.
    """

    api_call: _Line
    errors: Annotated[list[_Line], Field(max_length=100)]
    partner_test_id: _Line | None = None
    partner_interview_id: _Line | None = None


class Reported(BaseModel):
    """Thanks for a report."""

    status: int = 200


async def stands(session: AsyncSession, invite: InviteRow, base_url: str) -> TestStatus:
    """Say where a test stands.

    A grade that was withheld is not `complete`: it waits for a person, whose review makes the score.

    Args:
        session: The records.
        invite: The candidate's attempt.
        base_url: Where people reach the service.
    """
    status = invite.status(now())
    if status is not InviteStatus.SUBMITTED or invite.grade_id is None:
        return TestStatus(partner_status=_WAITING.get(status, "grading"))
    promised = await PendingGrades(session, invite.tenant_id).get(invite.grade_id)
    if promised is not None:
        failed = promised[0].status is PendingStatus.FAILED
        return TestStatus(partner_status="grading_failed" if failed else "grading")
    case = await Case.load(session, invite.tenant_id, invite.grade_id)
    grade = case.current
    if grade.score is None:
        return TestStatus(partner_status="in_review")
    return TestStatus(
        partner_status=_COMPLETE,
        partner_profile_url=f"{base_url.rstrip('/')}/review?grade={grade.id}",
        partner_score=grade.score,
        metadata=_told(invite, grade, waits=case.waiting is not None),
    )


def _told(invite: InviteRow, grade: Grade, *, waits: bool) -> dict[str, str | int | bool]:
    covered = sum(point.verdict is Verdict.COVERED for point in grade.points)
    told: dict[str, str | int | bool] = {
        "Key points covered": f"{covered} of {len(grade.points)}",
        "Mistakes": sum(bool(mistake.made) for mistake in grade.mistakes),
        "Waits for a person": waits,
    }
    if grade.band is not None:
        told["Band"] = grade.band.replace("_", " ")
    for name, moment in (("Started At", invite.started_at), ("Completed At", invite.submitted_at)):
        if moment is not None:
            told[name] = moment.isoformat(timespec="seconds")
    return told
