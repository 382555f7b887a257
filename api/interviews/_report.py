"""An interview's report, with what people corrected in its grades."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from api.interviews._held import Held
from api.records import ReviewRow, Reviews, Tenants
from grader.interviewing import (
    AskedQuestion,
    InterviewConflict,
    InterviewReport,
    make_report,
)
from grader.types import Grade


async def report_on(
    session: AsyncSession, held: Held, *, full: bool, delivery: bool
) -> InterviewReport:
    """Report on an interview.

    Args:
        session: Where reviews are.
        held: The interview.
        full: Whether to show what candidates are not shown; of an interview that goes on, they are
            shown nothing.
        delivery: Whether to tell how spoken answers were spoken.

    Raises:
        InterviewConflict: It goes on, and the report is for the candidate.
    """
    state, tenant_id = held.present, held.row.tenant_id
    if state.finished is None and not full:
        raise InterviewConflict(
            "the interview is not over; its report can be read when it is, or before that with a "
            "key with the scope 'review'"
        )
    grades = [t.grade.id for q in state.questions for t in q.turns if t.grade is not None]
    reviews = await Reviews(session, tenant_id).resolving(grades)
    questions = tuple(_reviewed(question, reviews) for question in state.questions)
    corrected = state.model_copy(update={"questions": questions})
    report = make_report(held.engine, corrected, delivery=delivery)
    if full:
        return report
    tenant = await Tenants(session).get(tenant_id)
    reveals = tenant is not None and tenant.reveal_missing
    return report if reveals else report.without_key_points()


def _reviewed(question: AskedQuestion, reviews: Mapping[str, ReviewRow]) -> AskedQuestion:
    turns = tuple(
        turn.model_copy(update={"grade": Grade.model_validate(reviews[turn.grade.id].document)})
        if turn.grade is not None and turn.grade.id in reviews
        else turn
        for turn in question.turns
    )
    return question.model_copy(update={"turns": turns})
