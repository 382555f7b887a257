"""`/v1/batches`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Grading, Reading, Scope
from api.batches import (
    REQUEST_BODY,
    Batch,
    BatchOptions,
    BatchPage,
    BatchQueue,
    BatchUpload,
    accept_batch,
    announce_finished,
    batch_document,
    error_lines,
    grade_lines,
    open_upload,
)
from api.dependencies import OpenDatabase, OpenGrader
from api.errors import NotFound
from api.idempotency import Creation, creates
from api.paging import Cursors
from api.records import AuditLog, Batches, BatchRow, BatchStatus, Database
from api.resources import json_response

router = APIRouter(prefix="/v1/batches", tags=["batches"])

MAX_BODY_BYTES = 100_000_000
"""Of the file, and of what a form has around it."""

_LINES = "application/x-ndjson"


async def _queue(request: Request) -> BatchQueue:
    queue: BatchQueue = request.app.state.queue
    return queue


_OpenQueue = Annotated[BatchQueue, Depends(_queue)]
_Creating = Annotated[Creation, creates(Scope.GRADE, contents=open_upload)]


def _streamed(result: str) -> dict[int | str, dict[str, Any]]:
    line = f'{{"custom_id": …, "{result}": …}}'
    schema = {"type": "string", "description": f"One {line} a line"}
    return {200: {"description": "JSON lines", "content": {_LINES: {"schema": schema}}}}


class BatchParameters(BaseModel):
    """What is said of a batch as a whole.

    Attributes:
        allow_partial: Score the graded points even if others are ungraded, where a line does not
            say otherwise.
        token_limit: What the calls to an LLM for this batch may use together; once it is used up,
            points stay ungraded.
    """

    model_config = ConfigDict(extra="forbid")

    allow_partial: bool = False
    token_limit: Annotated[int | None, Field(ge=1, lt=2**53)] = None


class BatchQuery(BaseModel):
    """Which batches to list.

    Attributes:
        status: Only those that stand so.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    status: BatchStatus | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=Batch,
    openapi_extra={"requestBody": REQUEST_BODY},
)
async def create_batch(
    asked: Annotated[BatchParameters, Query()],
    creation: _Creating,
    upload: BatchUpload,
    grader: OpenGrader,
    database: OpenDatabase,
    queue: _OpenQueue,
) -> Response:
    """Send many answers as JSON lines, to be graded in the background.

    Each line is `{"custom_id": …, "rubric_id": …, "answer": …}`, and may have `rubric_version`,
    `asked`, `allow_partial`, `candidate_id` and `metadata`. Instead of `answer` it may have a
    `transcript`, with `speaker`, `corrected_text` and `delivery` as in `POST /v1/grades`; a
    recording it cannot have, so send that to `POST /v1/transcriptions` first. A line that cannot be used becomes an
    error of its own; the file as a whole is refused if it is not UTF-8, empty or too large, or if
    two lines have the same `custom_id`.
    """
    limit = asked.token_limit or grader.settings.llm.batch_tokens
    options = BatchOptions(allow_partial=asked.allow_partial, token_limit=limit)
    return await accept_batch(
        creation, upload, options, database=database, grader=grader, queue=queue
    )


@router.get("/{batch_id}", response_model=Batch)
async def get_batch(batch_id: str, caller: Reading, database: OpenDatabase) -> Response:
    """Return a batch as it stands."""
    return json_response(batch_document(await _find(database, caller.tenant_id, batch_id)))


@router.get("", response_model=BatchPage)
async def list_batches(
    asked: Annotated[BatchQuery, Query()], caller: Reading, database: OpenDatabase
) -> Response:
    """List batches, newest first."""
    cursors = Cursors("batches", status=asked.status)
    before = cursors.decode(asked.cursor)
    async with database.read() as session:
        found = await Batches(session, caller.tenant_id).page(
            status=asked.status, before=before, limit=asked.limit + 1
        )
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return json_response(
        {
            "items": [batch_document(row) for row in shown],
            "next_cursor": cursors.encode(shown[-1].id) if more else None,
        }
    )


@router.get("/{batch_id}/output", response_class=StreamingResponse, responses=_streamed("grade"))
async def get_output(batch_id: str, caller: Reading, database: OpenDatabase) -> Response:
    """Return `{"custom_id": …, "grade": …}` for each line graded so far, in the order of the file."""
    batch = await _find(database, caller.tenant_id, batch_id)
    return _file(grade_lines(database, batch), f"{batch.id}-output.jsonl")


@router.get("/{batch_id}/errors", response_class=StreamingResponse, responses=_streamed("error"))
async def get_errors(batch_id: str, caller: Reading, database: OpenDatabase) -> Response:
    """Return `{"custom_id": …, "error": …}` for each line that has no grade and will have none."""
    batch = await _find(database, caller.tenant_id, batch_id)
    return _file(error_lines(database, batch), f"{batch.id}-errors.jsonl")


@router.post("/{batch_id}/cancel", response_model=Batch)
async def cancel_batch(batch_id: str, caller: Grading, database: OpenDatabase) -> Response:
    """Cancel a batch: what is not graded now will not be; what is graded stays.

    A batch that is finished already is returned as it is.
    """
    async with database.write() as session:
        batches = Batches(session, caller.tenant_id)
        batch = await batches.get(batch_id, lock=True)
        if batch is None:
            raise _no_such_batch(batch_id)
        if batch.finished_at is None:
            await batches.cancel(batch)
            announce_finished(session, batch)
            AuditLog(session, caller.tenant_id).add(
                "batch.cancelled", batch.id, actor=caller.actor, details={"lines": batch.cancelled}
            )
    return json_response(batch_document(batch))


async def _find(database: Database, tenant_id: str, batch_id: str) -> BatchRow:
    async with database.read() as session:
        batch = await Batches(session, tenant_id).get(batch_id)
    if batch is None:
        raise _no_such_batch(batch_id)
    return batch


def _file(lines: AsyncGenerator[bytes], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=_LINES, headers=headers)


def _no_such_batch(batch_id: str) -> NotFound:
    return NotFound(f"there is no batch '{batch_id[:80]}'")
