"""`/v1/grades`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status

from api.auth import Reading, Scope
from api.dependencies import OpenDatabase, OpenGradeService
from api.errors import NotFound, NotYetGraded
from api.grading import GradingTask, find_rubric
from api.idempotency import Creation, creates
from api.paging import Cursors
from api.prefer import Prefer, asks_for_async
from api.records import GradeFilter, Grades, PendingGrades, Transcripts, new_id
from api.resources import (
    GradedAnswer,
    GradePage,
    StoredGrade,
    UnfinishedGrade,
    json_response,
    stored_grade,
    unfinished_grade,
)
from api.routes import spoken_grades
from api.routes.grade_requests import GradeQuery, GradeRequest, RegradeRequest
from api.speech import read_spoken
from grader.answers import read_answer, spoken_terms
from grader.types import Grade

router = APIRouter(prefix="/v1/grades", tags=["grades"])

_Creating = Annotated[Creation, creates(Scope.GRADE)]

_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": UnfinishedGrade,
        "description": "Accepted, with `Prefer: respond-async`; `Location` tells how it stands",
    }
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=Grade,
    responses=_ACCEPTED,
    openapi_extra={"requestBody": spoken_grades.REQUEST_BODY},
)
async def create_grade(
    body: GradeRequest, creation: _Creating, service: OpenGradeService, prefer: Prefer = None
) -> Response:
    """Grade one answer, typed or spoken.

    A spoken one is sent as a transcript with times, in JSON or as a file in a form, or as a
    recording in a form, which is written down first and never kept; with `Prefer: respond-async`,
    what is graded in the background is the transcript. Its grade says when the words of evidence
    were said. A form has the fields of the JSON body, `rubric` and `metadata` as JSON, `asked` as
    often as wanted.
    """
    settings, tenant_id = service.grader.settings, creation.caller.tenant_id
    rubric = await body.find_rubric(service.grader, service.database, tenant_id)
    spoken = None
    if body.transcript is not None:
        terms = spoken_terms(rubric)
        spoken = await read_spoken(body.transcript, body, settings, terms=terms)
    answer = spoken.transcript.text if spoken else body.answer or ""
    in_background = asks_for_async(prefer)
    if in_background and spoken is None:
        # What can never be graded is refused now, not later.
        read_answer(answer, max_characters=settings.max_answer_characters)
    task = body.task(tenant_id, rubric, answer, spoken)
    return await service.respond(creation, task, in_background=in_background)


@router.post(
    "/{grade_id}/regrade",
    status_code=status.HTTP_201_CREATED,
    response_model=Grade,
    responses=_ACCEPTED,
)
async def regrade(
    grade_id: str,
    body: RegradeRequest,
    creation: _Creating,
    service: OpenGradeService,
    prefer: Prefer = None,
) -> Response:
    """Grade the same answer again, under another version of its rubric; the old grade stays."""
    grader, database, tenant_id = service.grader, service.database, creation.caller.tenant_id
    async with database.read() as session:
        promised = await PendingGrades(session, tenant_id).get(grade_id)
        found = await Grades(session, tenant_id).get(grade_id)
        spoken = await Transcripts(session, tenant_id).of(found[1].id) if found else None
    if found is None and promised is not None:
        raise NotYetGraded(
            f"the grade {grade_id} is {promised[0].status}; regrade it when it is made"
        )
    if found is None:
        raise _no_such_grade(grade_id)
    old, submission = found
    rubric = await find_rubric(grader, database, tenant_id, old.rubric_id, body.rubric_version)
    task = GradingTask(new_id("grd"), submission, rubric, regrade_of=old.id, spoken=spoken)
    return await service.respond(creation, task, in_background=asks_for_async(prefer))


@router.get("/{grade_id}", response_model=StoredGrade | UnfinishedGrade)
async def get_grade(grade_id: str, caller: Reading, database: OpenDatabase) -> Response:
    """Return a grade with its record; of one that is still to be made, the record alone."""
    async with database.read() as session:
        # In this order: a grade that is finished in between is found, not missed twice.
        promised = await PendingGrades(session, caller.tenant_id).get(grade_id)
        found = None
        if promised is None:
            found = await Grades(session, caller.tenant_id).get(grade_id)
    if promised is not None:
        return json_response(unfinished_grade(*promised))
    if found is not None:
        return json_response(stored_grade(*found))
    raise _no_such_grade(grade_id)


@router.get("/{grade_id}/answer", response_model=GradedAnswer)
async def get_answer(grade_id: str, caller: Reading, database: OpenDatabase) -> Response:
    """Return what a grade is of: the words, and of a spoken answer the whole transcript."""
    async with database.read() as session:
        found = await Grades(session, caller.tenant_id).get(grade_id)
        promised = await PendingGrades(session, caller.tenant_id).get(grade_id)
        submission = next((row[1] for row in (found, promised) if row is not None), None)
        if submission is None:
            raise _no_such_grade(grade_id)
        spoken = await Transcripts(session, caller.tenant_id).of(submission.id)
    graded = GradedAnswer(submission_id=submission.id, answer=submission.answer, spoken=spoken)
    return Response(graded.model_dump_json(), media_type="application/json")


@router.get("", response_model=GradePage)
async def list_grades(
    asked: Annotated[GradeQuery, Query()], caller: Reading, database: OpenDatabase
) -> Response:
    """List the grades that are made, newest first."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    cursors = Cursors("grades", **wanted)
    before = cursors.decode(asked.cursor)
    async with database.read() as session:
        found = await Grades(session, caller.tenant_id).page(
            GradeFilter(**wanted), before=before, limit=asked.limit + 1
        )
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return json_response(
        {
            "items": [stored_grade(*row) for row in shown],
            "next_cursor": cursors.encode(shown[-1][0].id) if more else None,
        }
    )


def _no_such_grade(grade_id: str) -> NotFound:
    return NotFound(f"there is no grade '{grade_id[:80]}'")
