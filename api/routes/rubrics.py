"""`/v1/rubrics`: what there is. What authors do is in `api.routes.rubric_authoring`."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from semver import Version

from api.auth import AnyCaller
from api.dependencies import OpenDatabase, OpenGrader
from api.fields import Label
from api.paging import CursorParameter, Cursors
from api.rubrics import (
    Catalogue,
    Owner,
    RubricDetail,
    RubricFilter,
    RubricFormat,
    RubricPage,
    RubricSummary,
    RubricVersion,
    RubricVersionPage,
    etag,
    rubric_file,
)
from grader.bank import RubricDiff, diff_rubrics
from grader.types import Kind, Level, Status

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"])

_VersionParameter = Annotated[
    str | None, Query(description="The newest published one by default, your own before the bank's")
]

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; `Export-Losses` says what its format has no place for",
        "content": {each.media_type: each.described for each in RubricFormat},
    }
}


class RubricQuery(BaseModel):
    """Which rubrics to list.

    Attributes:
        topic: Only rubrics with this topic.
        level: Only rubrics of this level.
        kind: Only rubrics of this kind.
        status: Of each id the newest version that stands so.
        owner: Only your own, or only those of the shared bank.
        text: Only rubrics with this in their id, question or topics.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    topic: Label | None = None
    level: Level | None = None
    kind: Kind | None = None
    status: Status = Status.PUBLISHED
    owner: Owner | None = None
    text: Label | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


@router.get("")
async def list_rubrics(
    asked: Annotated[RubricQuery, Query()],
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
) -> RubricPage:
    """List your rubrics and those of the shared bank, by id; one version of each."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    cursors = Cursors("rubrics", **wanted)
    after = cursors.decode(asked.cursor) or ""
    async with database.read() as session:
        found = await Catalogue(session, caller.tenant_id, grader.bank).page(
            RubricFilter(**wanted), after=after, limit=asked.limit + 1
        )
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return RubricPage(
        items=[RubricSummary.of(entry) for entry in shown],
        next_cursor=cursors.encode(shown[-1].rubric.id) if more else None,
    )


@router.get("/{rubric_id}")
async def get_rubric(
    rubric_id: str,
    response: Response,
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
    version: _VersionParameter = None,
) -> RubricDetail:
    """Return one rubric whole."""
    async with database.read() as session:
        entry = await Catalogue(session, caller.tenant_id, grader.bank).find(rubric_id, version)
    response.headers["ETag"] = etag(entry)
    return RubricDetail.of(entry)


@router.get("/{rubric_id}/versions")
async def list_rubric_versions(
    rubric_id: str,
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: CursorParameter = None,
) -> RubricVersionPage:
    """List the versions of a rubric, the greatest number first."""
    cursors = Cursors("rubric versions", rubric_id=rubric_id)
    before = cursors.decode(cursor)
    async with database.read() as session:
        catalogue = Catalogue(session, caller.tenant_id, grader.bank)
        entries = await catalogue.versions(rubric_id)
    if before is not None:
        last = Version.parse(before)
        entries = [entry for entry in entries if Version.parse(entry.rubric.version) < last]
    shown = entries[:limit]
    more = len(entries) > limit
    return RubricVersionPage(
        items=[RubricVersion.of(entry) for entry in shown],
        next_cursor=cursors.encode(shown[-1].rubric.version) if more else None,
    )


@router.get("/{rubric_id}/versions/{version}")
async def get_rubric_version(
    rubric_id: str,
    version: str,
    response: Response,
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
) -> RubricDetail:
    """Return one version whole, with the `ETag` that changes to it may name in `If-Match`."""
    return await get_rubric(rubric_id, response, caller, grader, database, version)


@router.get("/{rubric_id}/diff")
async def diff_rubric_versions(
    rubric_id: str,
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
    old: Annotated[str, Query(alias="from", description="The version to compare from")],
    new: Annotated[
        str | None, Query(alias="to", description="To compare to; the newest published by default")
    ] = None,
) -> RubricDiff:
    """Say what changed between two versions, and whether grades under them can be compared."""
    async with database.read() as session:
        catalogue = Catalogue(session, caller.tenant_id, grader.bank)
        before = await catalogue.find(rubric_id, old)
        after = await catalogue.find(rubric_id, new)
    return await to_thread.run_sync(diff_rubrics, before.rubric, after.rubric)


@router.get("/{rubric_id}/export", response_class=Response, responses=_FILES)
async def export_rubric(
    rubric_id: str,
    caller: AnyCaller,
    grader: OpenGrader,
    database: OpenDatabase,
    written_as: Annotated[RubricFormat, Query(alias="format")] = RubricFormat.YAML,
    version: _VersionParameter = None,
) -> Response:
    """Return a rubric as a file: YAML or JSON as in the bank, HealthBench-style, or a table."""
    async with database.read() as session:
        entry = await Catalogue(session, caller.tenant_id, grader.bank).find(rubric_id, version)
    file = rubric_file(entry.rubric, written_as)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    if file.losses:
        headers["Export-Losses"] = file.losses
    return Response(file.text, media_type=file.media_type, headers=headers)
