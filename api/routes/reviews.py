"""`/v1/reviews`, and `/v1/grades/{grade_id}/reviews`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Reading, Reviewing, Scope
from api.dependencies import OpenDatabase, OpenGrader
from api.fields import Label
from api.idempotency import Creation, creates
from api.paging import Cursors
from api.records import QueueOrder, ReviewKind, ReviewQueue, now
from api.reviews import (
    Case,
    ClaimRequest,
    GradeReviews,
    JudgeAgreement,
    NewReview,
    NextClaimRequest,
    QueueItem,
    QueuePage,
    ReviewAgreement,
    ReviewRequest,
    ReviewTask,
    agreement,
    claim,
    claim_next,
    exported,
    judge_agreement,
    keep_example,
    release,
    review,
)

router = APIRouter(tags=["reviews"])

_Reviewing = Annotated[Creation, creates(Scope.REVIEW)]
_Rubric = Annotated[Label | None, Query(description="Only grades under this rubric")]

_JSON_LINES = "application/x-ndjson"


class QueueQuery(BaseModel):
    """Which of the grades that wait to list.

    Attributes:
        kind: Only what waits for this kind of review.
        rubric_id: Only grades under this rubric.
        unclaimed: Only what nobody has.
        order: `oldest` first, or what the judge is most `uncertain` of: grades whose score is
            withheld, then those with the widest likely range.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    kind: ReviewKind | None = None
    rubric_id: Label | None = None
    unclaimed: bool = False
    order: QueueOrder = QueueOrder.OLDEST
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@router.get("/v1/reviews/queue")
async def list_queue(
    asked: Annotated[QueueQuery, Query()], caller: Reviewing, database: OpenDatabase
) -> QueuePage:
    """List the grades that wait for a person."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    cursors = Cursors("queue", **wanted)
    after = cursors.decode(asked.cursor)
    async with database.read() as session:
        found = await ReviewQueue(session, caller.tenant_id).page(
            **wanted, after=after, limit=asked.limit + 1
        )
    moment = now()
    items = tuple(QueueItem.of(*each, moment) for each in found[: asked.limit])
    more = len(found) > asked.limit
    return QueuePage(items=items, next_cursor=cursors.encode(items[-1].grade_id) if more else None)


@router.post("/v1/reviews/claims", status_code=status.HTTP_201_CREATED, response_model=ReviewTask)
async def take_next(body: NextClaimRequest, creation: _Reviewing) -> Response:
    """Take the oldest grade that waits, that nobody has, and that the person may review."""
    async with creation.transaction() as unit:
        case = await claim_next(unit.session, creation.caller, body)
        return unit.respond(
            ReviewTask.of(case).model_dump_json(),
            headers={"Location": f"/v1/reviews/queue/{case.row.id}"},
            submission_id=case.submission.id,
        )


@router.get("/v1/reviews/queue/{grade_id}")
async def get_task(grade_id: str, caller: Reviewing, database: OpenDatabase) -> ReviewTask:
    """Return what the next reviewer of a grade may see of it."""
    async with database.read() as session:
        case = await Case.load(session, caller.tenant_id, grade_id)
    return ReviewTask.of(case)


@router.put("/v1/reviews/queue/{grade_id}/claim")
async def take(
    grade_id: str, body: ClaimRequest, caller: Reviewing, database: OpenDatabase
) -> ReviewTask:
    """Take one grade that waits, so that nobody else is given it, or prolong one's claim."""
    async with database.write() as session:
        return ReviewTask.of(await claim(session, caller, grade_id, body))


@router.delete("/v1/reviews/queue/{grade_id}/claim", status_code=status.HTTP_204_NO_CONTENT)
async def give_back(grade_id: str, caller: Reviewing, database: OpenDatabase) -> None:
    """Give a grade back to the queue, whoever has it."""
    async with database.write() as session:
        await release(session, caller, grade_id)


@router.post(
    "/v1/grades/{grade_id}/reviews",
    status_code=status.HTTP_201_CREATED,
    response_model=NewReview,
)
async def create_review(
    grade_id: str, body: ReviewRequest, creation: _Reviewing, grader: OpenGrader
) -> Response:
    """Append a review; the score is made again from the verdicts, and the grade itself stays."""
    async with creation.transaction() as unit:
        done = await review(unit.session, creation.caller, grade_id, body)
        response = unit.respond(
            NewReview.of_reviewed(done).model_dump_json(),
            headers={"Location": f"/v1/grades/{grade_id}/reviews"},
            submission_id=done.case.submission.id,
        )
    await keep_example(grader, done)
    return response


@router.get("/v1/grades/{grade_id}/reviews")
async def list_reviews(grade_id: str, caller: Reading, database: OpenDatabase) -> GradeReviews:
    """Return a grade's reviews and its outcome: the grade with the latest review that counts."""
    async with database.read() as session:
        return GradeReviews.of(await Case.load(session, caller.tenant_id, grade_id))


@router.get("/v1/reviews/agreement")
async def get_agreement(
    caller: Reading, database: OpenDatabase, rubric_id: _Rubric = None
) -> ReviewAgreement:
    """Measure how far blind second reviews agree with the first ones."""
    return await agreement(database, caller.tenant_id, rubric_id=rubric_id)


@router.get("/v1/reviews/agreement/judge")
async def get_judge_agreement(
    caller: Reading, database: OpenDatabase, rubric_id: _Rubric = None
) -> JudgeAgreement:
    """Measure how far the judge agrees with what people came to, week by week."""
    return await judge_agreement(database, caller.tenant_id, rubric_id=rubric_id)


@router.get(
    "/v1/reviews/export",
    response_class=StreamingResponse,
    responses={200: {"content": {_JSON_LINES: {"schema": {"type": "string"}}}}},
)
async def export_reviews(
    caller: Reading, database: OpenDatabase, rubric_id: _Rubric = None
) -> StreamingResponse:
    """Return reviewed answers as labelled answers, JSON lines that `grader eval run` reads."""
    lines = exported(database, caller.tenant_id, rubric_id=rubric_id)
    return StreamingResponse(lines, media_type=_JSON_LINES)
