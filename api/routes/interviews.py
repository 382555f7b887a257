"""`/v1/interviews` and `/v1/interview-scripts`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from sse_starlette import EventSourceResponse

from api.auth import Caller, Grading, Reading, Scope
from api.dependencies import OpenDatabase, OpenGrader
from api.idempotency import Creation, creates
from api.interviews import (
    Held,
    Interview,
    Interviewing,
    InterviewPage,
    InterviewQuery,
    InterviewRequest,
    InterviewSummary,
    ScriptList,
    plan_interview,
    report_on,
)
from api.paging import Cursors
from api.records import InterviewFilter, InterviewRow, Interviews, new_id, now
from api.routes.interview_answers import MOST_SECONDS, OpenInterviewing, sees_all
from api.routes.interview_events import EVENTS, LastEventId, stream_events
from grader.interviewing import InterviewReport

router = APIRouter(tags=["interviews"])

_Creating = Annotated[Creation, creates(Scope.GRADE)]

_CandidateView = Annotated[
    bool,
    Query(description="Show what a candidate may see, although the key has the scope `review`."),
]
_Delivery = Annotated[
    bool, Query(description="Tell how spoken answers were spoken, which is no part of a score.")
]


@router.post("/v1/interviews", status_code=status.HTTP_201_CREATED, response_model=Interview)
async def create_interview(
    body: InterviewRequest,
    creation: _Creating,
    grader: OpenGrader,
    database: OpenDatabase,
    interviewing: OpenInterviewing,
) -> Response:
    """Begin an interview: the answer holds its first question, and the candidate's time runs.

    Every rubric is fixed in its present version, whatever is published meanwhile.
    """
    tenant_id = creation.caller.tenant_id
    async with database.read() as session:
        planned = await plan_interview(
            session, tenant_id, body, grader=grader, scripts=interviewing.scripts
        )
    row = InterviewRow(
        id=new_id("int"),
        tenant_id=tenant_id,
        created_at=now(),
        candidate_id=body.candidate_id,
        custom_id=body.custom_id,
        labels=body.metadata,
        script=body.script,
    )
    async with creation.transaction() as unit:
        store = interviewing.conductor.store(unit.session, tenant_id)
        held = await store.begin(row, planned.plan, planned.rubrics)
        return unit.respond(
            Interview.now(held, full=sees_all(creation.caller)).model_dump_json(),
            headers={"Location": f"/v1/interviews/{row.id}"},
            interview_id=row.id,
        )


@router.get("/v1/interviews", response_model=InterviewPage)
async def list_interviews(
    asked: Annotated[InterviewQuery, Query()], caller: Reading, database: OpenDatabase
) -> InterviewPage:
    """List interviews, newest first."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    cursors = Cursors("interviews", **wanted)
    before = cursors.decode(asked.cursor)
    async with database.read() as session:
        found = await Interviews(session, caller.tenant_id).page(
            InterviewFilter(**wanted), before=before, limit=asked.limit + 1
        )
    shown = found[: asked.limit]
    return InterviewPage(
        items=[InterviewSummary.of(row) for row in shown],
        next_cursor=cursors.encode(shown[-1].id) if len(found) > asked.limit else None,
    )


@router.get("/v1/interview-scripts")
async def list_scripts(caller: Reading, interviewing: OpenInterviewing) -> ScriptList:  # noqa: ARG001
    """List the scripts that an interview can follow, by level."""
    return ScriptList(items=interviewing.scripts.listed())


@router.get("/v1/interviews/{interview_id}")
async def get_interview(
    interview_id: str,
    caller: Reading,
    interviewing: OpenInterviewing,
    *,
    candidate_view: _CandidateView = False,
) -> Interview:
    """Return an interview as it stands: what waits for an answer, and what was said so far.

    Scores and the reasons for questions are shown to keys with the scope `review` alone.
    """
    held = await interviewing.conductor.find(caller.tenant_id, interview_id)
    return Interview.now(held, full=sees_all(caller, candidate_view=candidate_view))


@router.post("/v1/interviews/{interview_id}/pause")
async def pause(interview_id: str, caller: Grading, interviewing: OpenInterviewing) -> Interview:
    """Stop the clock; an answer that is being graded is graded all the same."""
    held = await interviewing.conductor.change(caller.tenant_id, interview_id, Held.pause)
    return Interview.now(held, full=sees_all(caller))


@router.post("/v1/interviews/{interview_id}/resume")
async def resume(interview_id: str, caller: Grading, interviewing: OpenInterviewing) -> Interview:
    """Let the clock go on."""
    held = await interviewing.conductor.change(caller.tenant_id, interview_id, Held.resume)
    if held.is_unsettled:
        held = await _settled(interview_id, caller, interviewing)
    return Interview.now(held, full=sees_all(caller))


@router.post("/v1/interviews/{interview_id}/end")
async def end(interview_id: str, caller: Grading, interviewing: OpenInterviewing) -> Interview:
    """End the interview before its time; an answer that is being graded is waited for."""
    await _settled(interview_id, caller, interviewing)
    held = await interviewing.conductor.change(caller.tenant_id, interview_id, Held.finish)
    return Interview.now(held, full=sees_all(caller))


@router.get(
    "/v1/interviews/{interview_id}/events",
    response_class=EventSourceResponse,
    responses=EVENTS,
)
async def watch(
    request: Request,
    interview_id: str,
    caller: Reading,
    database: OpenDatabase,
    interviewing: OpenInterviewing,
    *,
    last_event_id: LastEventId = 0,
    candidate_view: _CandidateView = False,
) -> Response:
    """Stream what happens in an interview, from its beginning or after `Last-Event-ID`.

    The stream ends when the interview does. Numbers are left out where a candidate is not shown
    what happened.
    """
    held = await interviewing.conductor.find(caller.tenant_id, interview_id)
    return stream_events(
        request,
        held,
        database,
        interviewing,
        after=last_event_id,
        full=sees_all(caller, candidate_view=candidate_view),
    )


@router.get("/v1/interviews/{interview_id}/report")
async def get_report(
    interview_id: str,
    caller: Reading,
    database: OpenDatabase,
    interviewing: OpenInterviewing,
    *,
    candidate_view: _CandidateView = False,
    delivery: _Delivery = True,
) -> InterviewReport:
    """Report on an interview that is over, or, to reviewers, on one that goes on.

    Verdicts that people have corrected count as corrected. A candidate is told what they said and
    which mistakes they made; points that they did not reach are named only where the tenant shows
    them.
    """
    full = sees_all(caller, candidate_view=candidate_view)
    held = await interviewing.conductor.find(caller.tenant_id, interview_id)
    async with database.read() as session:
        return await report_on(session, held, full=full, delivery=delivery)


async def _settled(interview_id: str, caller: Caller, interviewing: Interviewing) -> Held:
    """Wait for what a judge or the interviewer has to do."""
    held = await interviewing.conductor.find(caller.tenant_id, interview_id)
    if held.is_unsettled:
        interviewing.keeper.tend(caller.tenant_id, interview_id)
        await interviewing.keeper.settled(interview_id, within=MOST_SECONDS)
        held = await interviewing.conductor.find(caller.tenant_id, interview_id)
    return held
