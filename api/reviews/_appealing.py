"""A candidate's appeal against a grade, and what a person decides on it, one transaction each."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.deliveries import EventType, announce
from api.records import (
    AppealRow,
    Appeals,
    AppealStatus,
    AuditLog,
    ReviewKind,
    ReviewQueue,
    new_id,
    now,
)
from api.reviews._appending import Reviewed, append, tell
from api.reviews._case import Case
from api.reviews._corrected import Verdicts, corrected
from api.reviews._errors import AppealStands, ReviewInvalid
from api.reviews._requests import ResolutionRequest
from api.reviews._turns import check_free, check_turn


async def appeal(
    session: AsyncSession, caller: Caller, grade_id: str, statement: str
) -> tuple[AppealRow, Case]:
    """Note that a candidate disagrees with a grade, and put that into the queue.

    Raises:
        NotFound: There is no such grade.
        AppealStands: There is an open appeal against it already.
    """
    case = await Case.load(session, caller.tenant_id, grade_id, lock=True)
    if case.appeal is not None:
        raise AppealStands(
            f"there is an open appeal against this grade already: {case.appeal.id}; wait until a "
            "person has decided on it"
        )
    row = AppealRow(
        id=new_id("app"),
        tenant_id=caller.tenant_id,
        grade_id=grade_id,
        created_at=now(),
        statement=statement,
        status=AppealStatus.OPEN,
    )
    await Appeals(session, caller.tenant_id).add(row)
    if case.waiting is None:
        await ReviewQueue(session, caller.tenant_id).want(grade_id, ReviewKind.OPEN)
    _tell_of_appeal(session, caller, row, EventType.APPEAL_CREATED)
    return row, case


async def resolve(
    session: AsyncSession, caller: Caller, found: AppealRow, asked: ResolutionRequest
) -> tuple[AppealRow, Reviewed]:
    """Decide on an appeal, with a review that corrects the grade or confirms it.

    Raises:
        AppealStands: It was decided on already.
        ReviewInvalid: The decision and the verdicts do not go together, or cannot be used.
        ReviewOutOfTurn: A second review of the grade is still to come.
        ReviewClaimed: Somebody else has the grade.
    """
    case = await Case.load(session, caller.tenant_id, found.grade_id, lock=True)
    if case.appeal is None or case.appeal.id != found.id:
        raise AppealStands(f"the appeal {found.id} was decided on already")
    check_turn(case, ReviewKind.OPEN)
    if case.waiting is not None:
        check_free(case.waiting, asked.reviewer)
    outcome = case.current
    grade = corrected(outcome, case.rubric, case.submission, asked)
    changed = Verdicts.of(outcome).differences(Verdicts.of(grade))
    if asked.upheld and not changed:
        raise ReviewInvalid({"upheld": "no verdict is changed; say in points or mistakes which"})
    if not asked.upheld and (asked.points or asked.mistakes):
        raise ReviewInvalid({"upheld": "verdicts are given; leave them out, or uphold the appeal"})
    row = await append(session, caller, case, grade, asked, kind=ReviewKind.OPEN, resolves=True)
    tell(session, caller, case, row, {"kind": row.kind.value, "appeal_id": found.id})
    await session.refresh(found)
    found.status = AppealStatus.RESOLVED if asked.upheld else AppealStatus.REJECTED
    found.resolved_at = now()
    found.resolved_by = asked.reviewer
    found.resolution = asked.response
    found.review_id = row.id
    _tell_of_appeal(session, caller, found, EventType.APPEAL_RESOLVED)
    await ReviewQueue(session, caller.tenant_id).done(found.grade_id)
    return found, Reviewed(row, case, None)


def _tell_of_appeal(
    session: AsyncSession, caller: Caller, row: AppealRow, event: EventType
) -> None:
    data = {"grade_id": row.grade_id, "status": row.status.value, "review_id": row.review_id}
    AuditLog(session, caller.tenant_id).add(event.value, row.id, actor=caller.actor, details=data)
    announce(session, caller.tenant_id, event, {"id": row.id, **data})
