"""`/v1/appeals`, and what a candidate is told of a grade."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from api.auth import Reading, Scope
from api.dependencies import OpenDatabase, OpenGrader
from api.errors import NotFound
from api.fields import Label
from api.idempotency import Creation, creates
from api.paging import CursorParameter, Cursors
from api.records import AppealRow, Appeals, AppealStatus, Tenants
from api.reviews import (
    Appeal,
    AppealPage,
    AppealRequest,
    Case,
    Explanation,
    ResolutionRequest,
    appeal,
    keep_example,
    resolve,
)

router = APIRouter(tags=["appeals"])


@router.post(
    "/v1/grades/{grade_id}/appeals", status_code=status.HTTP_201_CREATED, response_model=Appeal
)
async def create_appeal(
    grade_id: str, body: AppealRequest, creation: Annotated[Creation, creates(Scope.GRADE)]
) -> Response:
    """Appeal against a grade on a candidate's behalf; a person will decide."""
    async with creation.transaction() as unit:
        row, case = await appeal(unit.session, creation.caller, grade_id, body.statement)
        return unit.respond(
            Appeal.of(row).model_dump_json(),
            headers={"Location": f"/v1/appeals/{row.id}"},
            submission_id=case.submission.id,
        )


@router.get("/v1/appeals")
async def list_appeals(
    caller: Reading,
    database: OpenDatabase,
    appeal_status: Annotated[
        AppealStatus | None, Query(alias="status", description="Only those that stand so")
    ] = None,
    grade_id: Annotated[Label | None, Query(description="Only those against this grade")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: CursorParameter = None,
) -> AppealPage:
    """List appeals, newest first."""
    cursors = Cursors("appeals", status=appeal_status, grade_id=grade_id)
    before = cursors.decode(cursor)
    async with database.read() as session:
        found = await Appeals(session, caller.tenant_id).page(
            status=appeal_status, grade_id=grade_id, before=before, limit=limit + 1
        )
    items = tuple(Appeal.of(row) for row in found[:limit])
    more = len(found) > limit
    return AppealPage(items=items, next_cursor=cursors.encode(items[-1].id) if more else None)


@router.get("/v1/appeals/{appeal_id}")
async def get_appeal(appeal_id: str, caller: Reading, database: OpenDatabase) -> Appeal:
    """Return an appeal, and what a person made of it."""
    async with database.read() as session:
        return Appeal.of(_found(await Appeals(session, caller.tenant_id).get(appeal_id), appeal_id))


@router.post(
    "/v1/appeals/{appeal_id}/resolution",
    status_code=status.HTTP_201_CREATED,
    response_model=Appeal,
)
async def resolve_appeal(
    appeal_id: str,
    body: ResolutionRequest,
    creation: Annotated[Creation, creates(Scope.REVIEW)],
    grader: OpenGrader,
) -> Response:
    """Decide on an appeal, by a review that corrects the grade or confirms it."""
    async with creation.transaction() as unit:
        appeals = Appeals(unit.session, creation.caller.tenant_id)
        found = _found(await appeals.get(appeal_id), appeal_id)
        row, done = await resolve(unit.session, creation.caller, found, body)
        response = unit.respond(
            Appeal.of(row).model_dump_json(),
            headers={"Location": f"/v1/appeals/{row.id}"},
            submission_id=done.case.submission.id,
        )
    await keep_example(grader, done)
    return response


@router.get("/v1/grades/{grade_id}/explanation")
async def explain_grade(grade_id: str, caller: Reading, database: OpenDatabase) -> Explanation:
    """Explain a grade to the candidate, in plain words and without giving away what is missing."""
    async with database.read() as session:
        case = await Case.load(session, caller.tenant_id, grade_id)
        tenant = await Tenants(session).get(caller.tenant_id)
    return Explanation.of(case, reveal_missing=tenant is not None and tenant.reveal_missing)


def _found(row: AppealRow | None, appeal_id: str) -> AppealRow:
    if row is None:
        raise NotFound(f"there is no appeal '{appeal_id[:80]}'")
    return row
