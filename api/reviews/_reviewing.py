"""Reviewing grades, one transaction each.

A grade gets an open review, whose reviewer may ask for a second opinion. That is a blind review by
another person; if the two differ, a third person settles it. Only then does the outcome change.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.records import ReviewKind, ReviewQueue
from api.reviews._appending import Reviewed, append, tell
from api.reviews._case import Case
from api.reviews._corrected import Verdicts, corrected
from api.reviews._errors import AppealStands, ReviewOutOfTurn
from api.reviews._requests import ReviewRequest
from api.reviews._turns import check_free, check_other_person, check_turn
from grader.types import Grade


async def review(
    session: AsyncSession, caller: Caller, grade_id: str, asked: ReviewRequest
) -> Reviewed:
    """Append a review.

    Raises:
        NotFound: There is no such grade.
        ReviewInvalid: The verdicts cannot be used.
        ReviewOutOfTurn: The grade waits for another kind of review, or another has changed the
            outcome since the person looked at it.
        ReviewClaimed: Somebody else has the grade.
        SameReviewer: Another person is needed.
        AppealStands: The grade was appealed against; the review is made by deciding on that.
    """
    case = await Case.load(session, caller.tenant_id, grade_id, lock=True)
    check_turn(case, asked.kind)
    if asked.based_on not in {None, case.outcome_id}:
        raise ReviewOutOfTurn(
            f"the outcome is {case.outcome_id} by now, not {asked.based_on}; look at the grade again"
        )
    if case.waiting is not None:
        check_free(case.waiting, asked.reviewer)
    check_other_person(case, asked.kind, asked.reviewer)
    if case.appeal is not None and asked.kind is ReviewKind.OPEN:
        raise AppealStands(
            f"the candidate appealed against this grade: decide on {case.appeal.id} instead, by "
            f"POST /v1/appeals/{case.appeal.id}/resolution"
        )
    outcome, must_say = _basis(case, asked.kind)
    grade = corrected(outcome, case.rubric, case.submission, asked, must_say=must_say)
    differences: tuple[str, ...] = ()
    wanted: ReviewKind | None = None
    if asked.kind is ReviewKind.OPEN and asked.second_review:
        wanted = ReviewKind.BLIND
    elif asked.kind is ReviewKind.BLIND:
        (first,) = case.unresolved
        said_first = Verdicts.of(Grade.model_validate(first.document))
        differences = said_first.differences(Verdicts.of(grade))
        wanted = ReviewKind.SETTLING if differences else None
    details = {"kind": asked.kind.value, "differences": list(differences)}
    row = await append(
        session, caller, case, grade, asked, kind=asked.kind, resolves=wanted is None
    )
    tell(session, caller, case, row, details)
    queue = ReviewQueue(session, caller.tenant_id)
    if wanted is not None:
        await queue.want(grade_id, wanted)
    elif case.appeal is not None:
        wanted = ReviewKind.OPEN
        await queue.want(grade_id, wanted)
    else:
        await queue.done(grade_id)
    return Reviewed(row, case, wanted, differences)


def _basis(case: Case, kind: ReviewKind) -> tuple[Grade, tuple[str, ...]]:
    """Return what a kind of review corrects, and the ids of what it may not leave out."""
    if kind is ReviewKind.OPEN:
        return case.current, ()
    if kind is ReviewKind.BLIND:
        rubric = case.rubric
        return case.judged, (*(p.id for p in rubric.points), *(m.id for m in rubric.mistakes))
    first, second = (Grade.model_validate(each.document) for each in case.unresolved)
    return first, Verdicts.of(first).differences(Verdicts.of(second))
