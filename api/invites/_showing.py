"""What a candidate is shown of an invite."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.interviews import Held, Interviewing, report_on
from api.invites._attempt import Attempt
from api.invites._errors import InvitationExpired
from api.invites._interview import as_candidate, final_grades, script_of
from api.invites._resources import Grading, Invitation, OwnAppeal
from api.records import (
    Appeals,
    InviteRow,
    InviteStatus,
    PendingGrades,
    PendingStatus,
    Tenants,
)
from api.reviews import Case, Explanation
from api.rubrics import OptionText
from grader.interviewing import InterviewReport


async def shown(
    session: AsyncSession, attempt: Attempt, interviewing: Interviewing, *, max_characters: int
) -> Invitation:
    """Return what the candidate may see: no question before consent, no grade unless allowed.

    Raises:
        InvitationExpired: The time is over, and there is no answer.
    """
    row, status = attempt.row, attempt.status
    if status is InviteStatus.EXPIRED and row.started_at is None:
        raise InvitationExpired(
            f"the invitation could be used until {row.closes_at:%Y-%m-%d at %H:%M} UTC; ask "
            "whoever sent it for another"
        )
    begun = row.started_at is not None
    rubric = await attempt.rubric() if row.script is None else None
    held = None
    if row.interview_id is not None:
        store = interviewing.conductor.store(session, row.tenant_id)
        held = await store.load(row.interview_id)
    after = (
        await _after(session, row) if held is None else await _after_interview(session, row, held)
    )
    return Invitation(
        status=status,
        consent_text=row.consent_text,
        time_limit=row.time_limit,
        closes_at=row.closes_at,
        seconds_left=_seconds_left(attempt, held),
        question=rubric.question if rubric and begun else None,
        script=script_of(row, interviewing),
        interview=as_candidate(held) if held else None,
        report=after.report,
        spoken=row.spoken,
        options=tuple(
            OptionText(id=option.id, text=option.text)
            for option in (rubric.options if rubric else ())
            if begun
        ),
        max_characters=max_characters,
        draft=row.draft,
        revision=row.draft_revision,
        draft_turn=row.draft_turn,
        submitted_at=row.submitted_at,
        automatic=row.automatic,
        may_see_grade=after.may_see_grade,
        grading=after.grading,
        explanation=after.explanation,
        appeal=after.appeal,
    )


@dataclass(frozen=True, slots=True)
class _After:
    """What there is to see once the answer is handed in."""

    may_see_grade: bool
    grading: Grading = Grading.NONE
    explanation: Explanation | None = None
    appeal: OwnAppeal | None = None
    report: InterviewReport | None = None


def _seconds_left(attempt: Attempt, held: Held | None) -> float | None:
    if attempt.row.submitted_at is not None:
        return None
    return attempt.seconds_left if held is None else round(held.present.seconds_left, 1)


async def _after_interview(session: AsyncSession, row: InviteRow, held: Held) -> _After:
    tenant = await Tenants(session).get(row.tenant_id)
    allowed = row.show_grade and tenant is not None and tenant.show_grades
    if row.submitted_at is None:
        return _After(allowed)
    appeals = [
        each
        for grade_id in final_grades(held)
        if grade_id is not None
        for each in await Appeals(session, row.tenant_id).page(grade_id=grade_id, limit=1)
    ]
    latest = max(appeals, key=lambda each: each.created_at, default=None)
    return _After(
        allowed,
        Grading.DONE,
        appeal=OwnAppeal.of(latest) if latest else None,
        report=await report_on(session, held, full=False, delivery=True) if allowed else None,
    )


async def _after(session: AsyncSession, row: InviteRow) -> _After:
    tenant = await Tenants(session).get(row.tenant_id)
    allowed = row.show_grade and tenant is not None and tenant.show_grades
    if row.grade_id is None:
        return _After(allowed)
    promised = await PendingGrades(session, row.tenant_id).get(row.grade_id)
    if promised is not None:
        failed = promised[0].status is PendingStatus.FAILED
        return _After(allowed, Grading.FAILED if failed else Grading.PENDING)
    appeals = await Appeals(session, row.tenant_id).page(grade_id=row.grade_id, limit=1)
    explanation = None
    if allowed and tenant is not None:
        case = await Case.load(session, row.tenant_id, row.grade_id)
        explanation = Explanation.of(case, reveal_missing=tenant.reveal_missing)
    return _After(
        allowed,
        Grading.DONE,
        explanation,
        OwnAppeal.of(appeals[0]) if appeals else None,
    )
