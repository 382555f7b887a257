"""Claiming grades that wait, so that no two people review one at the same time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.records import ReviewQueue, ReviewQueueRow, now
from api.reviews._case import Case
from api.reviews._errors import NothingWaits
from api.reviews._requests import ClaimRequest, NextClaimRequest
from api.reviews._turns import check_free, check_other_person


async def claim(session: AsyncSession, caller: Caller, grade_id: str, asked: ClaimRequest) -> Case:
    """Give one grade that waits to a reviewer, or prolong what the reviewer has.

    Raises:
        NotFound: There is no such grade.
        NothingWaits: It does not wait for a review.
        ReviewClaimed: Somebody else has it.
        SameReviewer: It waits for another person.
    """
    case = await Case.load(session, caller.tenant_id, grade_id, lock=True)
    if case.waiting is None:
        raise NothingWaits(f"the grade {grade_id} does not wait for a review")
    check_free(case.waiting, asked.reviewer)
    check_other_person(case, case.waiting.wanted, asked.reviewer)
    _hold(case.waiting, caller, asked)
    return case


async def claim_next(session: AsyncSession, caller: Caller, asked: NextClaimRequest) -> Case:
    """Give the oldest grade that waits and is free to a reviewer.

    Raises:
        NothingWaits: There is none.
    """
    queue = ReviewQueue(session, caller.tenant_id)
    found = await queue.next_for(asked.reviewer, kind=asked.kind, rubric_id=asked.rubric_id)
    if found is None:
        raise NothingWaits("nothing that this reviewer may take waits for a review; ask later")
    _hold(found, caller, asked)
    return await Case.load(session, caller.tenant_id, found.grade_id)


async def release(session: AsyncSession, caller: Caller, grade_id: str) -> None:
    """Give a grade back; nothing is wrong where nobody has it.

    Raises:
        NotFound: There is no such grade.
    """
    case = await Case.load(session, caller.tenant_id, grade_id, lock=True)
    if case.waiting is not None:
        case.waiting.claimed_by = case.waiting.claim_key_id = case.waiting.claimed_until = None


def _hold(waiting: ReviewQueueRow, caller: Caller, asked: ClaimRequest) -> None:
    waiting.claimed_by = asked.reviewer
    waiting.claim_key_id = caller.key_id
    waiting.claimed_until = now() + timedelta(minutes=asked.minutes)
