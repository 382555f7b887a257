"""An invite to a whole interview: beginning it, its turns, and what its candidate may see."""

from __future__ import annotations

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession

from api.interviews import (
    Held,
    Interview,
    Interviewing,
    InterviewRequest,
    Script,
    plan_interview,
)
from api.invites._attempt import Attempt
from api.invites._errors import NotStarted, OtherKindOfInvite
from api.records import InterviewRow, InviteRow, new_id
from grader.grading import Grader
from grader.interviewing import AskedQuestion
from grader.speech import SpokenAnswer


async def begin_interview(
    session: AsyncSession, attempt: Attempt, interviewing: Interviewing, grader: Grader
) -> None:
    """Begin the interview of an invite, whose candidate has just agreed; once begun, nothing changes."""
    row = attempt.row
    if row.script is None or row.interview_id is not None:
        return
    asked = InterviewRequest(
        script=row.script,
        candidate_id=row.candidate_id,
        custom_id=row.custom_id,
        metadata=row.labels,
    )
    planned = await plan_interview(
        session, row.tenant_id, asked, grader=grader, scripts=interviewing.scripts
    )
    interview = InterviewRow(
        id=new_id("int"),
        tenant_id=row.tenant_id,
        created_at=attempt.moment,
        candidate_id=row.candidate_id,
        custom_id=row.custom_id,
        labels=row.labels,
        script=row.script,
    )
    store = interviewing.conductor.store(session, row.tenant_id)
    await store.begin(interview, planned.plan, planned.rubrics)
    row.interview_id = interview.id


def interview_of(row: InviteRow) -> str:
    """Return the id of the interview that a candidate has begun.

    Raises:
        OtherKindOfInvite: The invite is to a question.
        NotStarted: The candidate has not agreed to the terms.
    """
    if row.script is None:
        raise OtherKindOfInvite(
            "this invitation is to one question; it is answered at /v1/invitation/answer"
        )
    if row.interview_id is None:
        raise NotStarted("agree to the terms first; the first question is asked then")
    return row.interview_id


def repeat_key(turn: int, said: str | SpokenAnswer | None) -> str:
    """Name an answer, so that the same one sent again is taken for what it is."""
    text = said if isinstance(said, str) else said.transcript.text if said else ""
    return f"invitation-{turn}-{hashlib.sha256(text.encode()).hexdigest()}"


def as_candidate(held: Held) -> Interview:
    """Show an interview without what its platform has noted of it."""
    shown = Interview.now(held, full=False)
    return shown.model_copy(update={"candidate_id": None, "custom_id": None, "metadata": {}})


def script_of(row: InviteRow, interviewing: Interviewing) -> Script | None:
    """Describe the script of an invite; None where it is gone, or there is none."""
    return next((s for s in interviewing.scripts.listed() if s.id == row.script), None)


def final_grades(held: Held) -> list[str | None]:
    """Return the last grade of each question, in order; None where nothing was said."""
    return [_last_grade(question) for question in held.state.questions]


def _last_grade(question: AskedQuestion) -> str | None:
    made = [turn.grade.id for turn in question.turns if turn.grade is not None]
    return made[-1] if made else None
