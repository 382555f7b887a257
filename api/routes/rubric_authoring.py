"""`/v1/rubrics`: what authors do."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict

from api.auth import Authoring, Scope
from api.dependencies import OpenDatabase, OpenGrader
from api.fields import Label
from api.idempotency import Creation, creates
from api.rubrics import (
    ONE_RUBRIC,
    Candidate,
    ImportedRubrics,
    ImportLoss,
    MeantVersion,
    PublishedRubric,
    RubricAuthor,
    RubricDetail,
    RubricDraft,
    RubricFormat,
    RubricLint,
    RubricVersion,
    SentRubric,
    Target,
    Validation,
    described_body,
    etag,
    index_published,
    open_body,
    read_draft,
    read_import,
    unreadable,
)
from grader.errors import Problem, RubricInvalid
from grader.types import Rubric

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"])

_Creating = Annotated[Creation, creates(Scope.AUTHOR, contents=open_body)]
_ONE = described_body(*ONE_RUBRIC)


async def _rubric_lint(request: Request) -> RubricLint:
    lint: RubricLint = request.app.state.rubric_lint
    return lint


_Lint = Annotated[RubricLint, Depends(_rubric_lint)]


class ImportQuery(BaseModel):
    """How to take rubrics in.

    Attributes:
        format: How they are written down; told from the media type by default.
        question: For a bare list of HealthBench criteria, which has none.
        replace: Whether they take the place of drafts with the same ids and versions.
    """

    model_config = ConfigDict(extra="forbid")

    format: RubricFormat | None = None
    question: Label | None = None
    replace: bool = False


@router.post(
    "", status_code=status.HTTP_201_CREATED, response_model=RubricDraft, openapi_extra=_ONE
)
async def create_rubric(
    creation: _Creating,
    sent: SentRubric,
    grader: OpenGrader,
    lint: _Lint,
    fork_of: Annotated[
        str | None,
        Query(
            description="The shared bank's version of the same id that this is a fork of. Once you "
            "publish it, answers are graded by yours instead."
        ),
    ] = None,
) -> Response:
    """Make a draft, of a new rubric or of a new version."""
    written_as = sent.format(*ONE_RUBRIC)
    rubric = await to_thread.run_sync(read_draft, await sent.text(), written_as, grader.bank)
    report = await lint.report(rubric)
    async with creation.transaction() as unit:
        author = RubricAuthor(unit.session, creation.caller, grader.bank)
        entry = await author.create(rubric, fork_of=fork_of)
        return unit.respond(
            RubricDraft.linted(entry, report).model_dump_json(by_alias=True),
            headers={"Location": _location(rubric), "ETag": etag(entry)},
        )


@router.post("/validate", openapi_extra=_ONE)
async def validate_rubric(
    _: Authoring, sent: SentRubric, grader: OpenGrader, lint: _Lint
) -> Validation:
    """Say what is wrong with a rubric, and what is weak about it, without keeping it."""
    written_as = sent.format(*ONE_RUBRIC)
    try:
        rubric = await to_thread.run_sync(read_draft, await sent.text(), written_as, grader.bank)
    except RubricInvalid as error:
        return Validation.of(None, unreadable(error))
    return Validation.of(rubric, await lint.report(rubric))


@router.post(
    "/import",
    status_code=status.HTTP_201_CREATED,
    response_model=ImportedRubrics,
    openapi_extra=described_body(*RubricFormat),
)
async def import_rubrics(
    asked: Annotated[ImportQuery, Query()],
    creation: _Creating,
    sent: SentRubric,
    grader: OpenGrader,
) -> Response:
    """Make drafts of all rubrics in a file, or of none if something is wrong with one of them."""
    written_as = asked.format or sent.format(*RubricFormat)
    text, question = await sent.text(), asked.question or ""
    found = await to_thread.run_sync(
        lambda: read_import(text, written_as, grader.bank, question=question)
    )
    async with creation.transaction() as unit:
        author = RubricAuthor(unit.session, creation.caller, grader.bank)
        entries = await author.create_all(found.rubrics, replace=asked.replace)
        imported = ImportedRubrics(
            items=tuple(RubricVersion.of(entry) for entry in entries),
            losses=tuple(ImportLoss.of(loss) for loss in found.losses),
        )
        return unit.respond(imported.model_dump_json())


@router.put("/{rubric_id}/versions/{version}", openapi_extra=_ONE)
async def replace_rubric(
    target: MeantVersion,
    response: Response,
    caller: Authoring,
    sent: SentRubric,
    grader: OpenGrader,
    database: OpenDatabase,
    lint: _Lint,
) -> RubricDraft:
    """Put another text in the place of a draft."""
    written_as = sent.format(*ONE_RUBRIC)
    rubric = await to_thread.run_sync(read_draft, await sent.text(), written_as, grader.bank)
    _check_named(rubric, target)
    report = await lint.report(rubric)
    async with database.write() as session:
        author = RubricAuthor(session, caller, grader.bank)
        entry = await author.replace(target, rubric)
    response.headers["ETag"] = etag(entry)
    return RubricDraft.linted(entry, report)


@router.delete("/{rubric_id}/versions/{version}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_rubric(
    target: MeantVersion,
    caller: Authoring,
    grader: OpenGrader,
    database: OpenDatabase,
) -> None:
    """Delete a draft; what was published once is kept."""
    async with database.write() as session:
        author = RubricAuthor(session, caller, grader.bank)
        await author.delete(target)


@router.post("/{rubric_id}/versions/{version}/publish")
async def publish_rubric(
    target: MeantVersion,
    response: Response,
    caller: Authoring,
    grader: OpenGrader,
    database: OpenDatabase,
) -> PublishedRubric:
    """Make a draft final: it never changes again, and answers are graded by it."""
    async with database.read() as session:
        author = RubricAuthor(session, caller, grader.bank)
        draft, before = await author.draft(target)
    candidate = await to_thread.run_sync(Candidate.examined, draft, before)
    async with database.write() as session:
        author = RubricAuthor(session, caller, grader.bank)
        entry = await author.publish(target, candidate)
    await index_published(grader, database, caller.tenant_id)
    response.headers["ETag"] = etag(entry)
    return PublishedRubric.advised(entry, candidate.report, candidate.advice)


@router.post("/{rubric_id}/versions/{version}/retire")
async def retire_rubric(
    target: MeantVersion,
    response: Response,
    caller: Authoring,
    grader: OpenGrader,
    database: OpenDatabase,
) -> RubricDetail:
    """Take a published version out of use; answers are graded by it only where it is named."""
    async with database.write() as session:
        author = RubricAuthor(session, caller, grader.bank)
        entry = await author.retire(target)
    await index_published(grader, database, caller.tenant_id)
    response.headers["ETag"] = etag(entry)
    return RubricDetail.of(entry)


def _location(rubric: Rubric) -> str:
    return f"{router.prefix}/{rubric.id}/versions/{rubric.version}"


def _check_named(rubric: Rubric, target: Target) -> None:
    """Check that a draft says of itself what the path says of it."""
    problems = [
        Problem(field, f"must be '{wanted[:80]}', as in the path, not '{given}'")
        for field, given, wanted in (
            ("id", rubric.id, target.rubric_id),
            ("version", rubric.version, target.version),
        )
        if given != wanted
    ]
    if problems:
        raise RubricInvalid(problems)
