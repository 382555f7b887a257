"""`/v1/invites`, which platforms make; their candidates answer at `/v1/invitation`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from api.auth import Grading, Reading, Scope
from api.dependencies import OpenDatabase, OpenGrader
from api.errors import NotFound
from api.fields import Label
from api.grading import find_rubric
from api.idempotency import Creation, creates
from api.interviews import InterviewRequest, plan_interview
from api.invites import (
    Invite,
    InvitePage,
    InviteRequest,
    InviteTokens,
    NewInvite,
    invite,
    revoke,
)
from api.paging import CursorParameter, Cursors
from api.records import Invites, InviteStatus, now
from api.routes.interview_answers import OpenInterviewing

router = APIRouter(tags=["invites"])

PAGE = "/invite"
"""The candidate's page; the token stands in its fragment."""


async def open_tokens(request: Request) -> InviteTokens:
    """Give what makes and reads the tokens of links; a dependency."""
    tokens: InviteTokens = request.app.state.invite_tokens
    return tokens


OpenTokens = Annotated[InviteTokens, Depends(open_tokens)]


@router.post("/v1/invites", status_code=status.HTTP_201_CREATED, response_model=NewInvite)
async def create_invite(
    request: Request,
    body: InviteRequest,
    creation: Annotated[Creation, creates(Scope.GRADE)],
    grader: OpenGrader,
    database: OpenDatabase,
    tokens: OpenTokens,
    interviewing: OpenInterviewing,
) -> Response:
    """Invite a candidate to a question, or to an interview, once; returns the link to send."""
    tenant_id = creation.caller.tenant_id
    rubric = None
    if body.rubric_id is not None:
        rubric = await find_rubric(grader, database, tenant_id, body.rubric_id, body.rubric_version)
    else:
        # What cannot be asked is told now to the platform, not later to the candidate.
        asked = InterviewRequest(script=body.script)
        async with database.read() as session:
            await plan_interview(
                session, tenant_id, asked, grader=grader, scripts=interviewing.scripts
            )
    base = (grader.settings.public_url or str(request.base_url)).rstrip("/")
    async with creation.transaction() as unit:
        row = await invite(unit.session, creation.caller, body, rubric)
        made = NewInvite(
            id=row.id, url=f"{base}{PAGE}#{tokens.token(row.id)}", closes_at=row.closes_at
        )
        return unit.respond(made.model_dump_json(), headers={"Location": f"/v1/invites/{row.id}"})


@router.get("/v1/invites")
async def list_invites(
    caller: Reading,
    database: OpenDatabase,
    invite_status: Annotated[
        InviteStatus | None, Query(alias="status", description="Only those that stand so")
    ] = None,
    candidate_id: Annotated[Label | None, Query(description="Only those of this person")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: CursorParameter = None,
) -> InvitePage:
    """List invites, newest first."""
    cursors = Cursors("invites", status=invite_status, candidate_id=candidate_id)
    before, moment = cursors.decode(cursor), now()
    async with database.read() as session:
        found = await Invites(session, caller.tenant_id).page(
            moment=moment,
            status=invite_status,
            candidate_id=candidate_id,
            before=before,
            limit=limit + 1,
        )
    items = tuple(Invite.of(row, moment) for row in found[:limit])
    more = len(found) > limit
    return InvitePage(items=items, next_cursor=cursors.encode(items[-1].id) if more else None)


@router.get("/v1/invites/{invite_id}")
async def get_invite(invite_id: str, caller: Reading, database: OpenDatabase) -> Invite:
    """Return an invite, and how far its candidate has come."""
    async with database.read() as session:
        row = await Invites(session, caller.tenant_id).get(invite_id)
    if row is None:
        raise NotFound(f"there is no invite '{invite_id[:80]}'")
    return Invite.of(row, now())


@router.post("/v1/invites/{invite_id}/revoke")
async def revoke_invite(invite_id: str, caller: Grading, database: OpenDatabase) -> Invite:
    """Take an invite back: its link opens nothing any more."""
    async with database.write() as session:
        row = await revoke(session, caller, invite_id)
    return Invite.of(row, now())
