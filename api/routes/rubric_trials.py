"""`/v1/rubrics`: trying a version out before it is published. Nothing is kept of it."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter
from pydantic import Field

from api.auth import Authoring
from api.comparing import VersionComparison, compare_versions
from api.dependencies import OpenDatabase, OpenGrader
from api.fields import Label
from api.grading import tenant_budget, tokens_left
from api.rubrics import Catalogue, RubricFormat, read_draft
from grader.types import Frozen, Grade, Rubric

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"])

_Text = Annotated[str, Field(max_length=500_000)]


class TrialRequest(Frozen):
    """A rubric as it is being written, and an answer to try it on.

    Attributes:
        rubric: YAML in the format of a rubric file.
        answer: A candidate's words, or what one might say.
    """

    rubric: _Text
    answer: str


class ComparisonRequest(Frozen):
    """Two versions of a rubric, and answers that people have labelled.

    Attributes:
        rubric_id: The rubric.
        old: The version there is.
        new: The version that is proposed; null for `rubric`.
        rubric: The proposed version as it is being written, YAML; null for `new`.
        answers: Labelled answers as JSON lines, 200 at most; see `grader eval run`.
    """

    rubric_id: Label
    old: Label
    new: Label | None = None
    rubric: _Text | None = None
    answers: _Text


@router.post("/trial")
async def try_rubric(
    body: TrialRequest, caller: Authoring, grader: OpenGrader, database: OpenDatabase
) -> Grade:
    """Grade an answer by a rubric that is not kept; the grade is not kept either."""
    rubric = await to_thread.run_sync(read_draft, body.rubric, RubricFormat.YAML, grader.bank)
    left = await tokens_left(grader, database, caller.tenant_id)
    with tenant_budget(left):
        return await grader.grade(body.answer, rubric, scope=caller.tenant_id)


@router.post("/comparison")
async def compare_rubrics(
    body: ComparisonRequest, caller: Authoring, grader: OpenGrader, database: OpenDatabase
) -> VersionComparison:
    """Say whether a version is better than another, on labelled answers; nothing is kept."""
    async with database.read() as session:
        catalogue = Catalogue(session, caller.tenant_id, grader.bank)
        old = (await catalogue.find(body.rubric_id, body.old)).rubric
        new: Rubric | None = None
        if body.rubric is None:
            new = (await catalogue.find(body.rubric_id, body.new)).rubric
    if new is None:
        text = body.rubric or ""
        new = await to_thread.run_sync(read_draft, text, RubricFormat.YAML, grader.bank)
    left = await tokens_left(grader, database, caller.tenant_id)
    with tenant_budget(left):
        return await compare_versions(grader, old, new, body.answers)
