"""What every way of grading has in common: the rubric, the submission, the grade."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.deliveries import announce_grade
from api.records import Database, Grades, LlmUsage, RubricDocuments, SubmissionRow, new_id, now
from api.rubrics import Catalogue, RubricIsDraft
from grader.errors import RubricNotFound
from grader.grading import Grader
from grader.llm import TokenBudget, token_budget
from grader.speech import SpokenAnswer
from grader.types import Grade, Rubric


@dataclass(frozen=True, slots=True)
class GradingTask:
    """A grade to be made.

    Attributes:
        grade_id: The id it will have.
        regrade_of: The grade of the same submission that it will be compared with.
        tokens_left: What LLM calls for it may use; None for no limit.
        spoken: What was heard, where the answer was spoken.
    """

    grade_id: str
    submission: SubmissionRow
    rubric: Rubric
    regrade_of: str | None = None
    tokens_left: int | None = None
    spoken: SpokenAnswer | None = None


async def find_rubric(
    grader: Grader, database: Database, tenant_id: str, rubric_id: str, version: str | None = None
) -> Rubric:
    """Find a rubric that a tenant may grade by: its own, or else the shared bank's.

    A version that is in neither is found all the same if the tenant's answers were graded by it
    before.

    Raises:
        RubricNotFound: There is none.
        RecordsUnavailable: The tenant's rubrics cannot be read.
    """
    async with database.read() as session:
        try:
            return await Catalogue(session, tenant_id, grader.bank).gradable(rubric_id, version)
        except RubricIsDraft:
            raise
        except RubricNotFound:
            if version is None or "\x00" in rubric_id + version:
                raise
            held = await RubricDocuments(session, tenant_id).of_version(rubric_id, version)
            if held is None:
                raise
            return held


def new_submission(  # noqa: PLR0913 - one argument for each thing that is known of an answer
    tenant_id: str,
    rubric: Rubric,
    answer: str,
    *,
    candidate_id: str | None = None,
    custom_id: str | None = None,
    labels: dict[str, str] | None = None,
    asked: list[str] | None = None,
    allow_partial: bool = False,
) -> SubmissionRow:
    """Make the record of an answer; see `SubmissionRow` for the arguments."""
    return SubmissionRow(
        id=new_id("sub"),
        tenant_id=tenant_id,
        created_at=now(),
        candidate_id=candidate_id,
        custom_id=custom_id,
        labels=labels or {},
        answer=answer,
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_sha256=rubric.sha256,
        asked=asked or [],
        allow_partial=allow_partial,
    )


async def tokens_left(grader: Grader, database: Database, tenant_id: str) -> int | None:
    """Say how many tokens LLM calls for a tenant may still use today; None for no limit.

    Raises:
        RecordsUnavailable: It cannot be read.
    """
    if grader.settings.judge == "local":
        return None
    async with database.read() as session:
        return await LlmUsage(session, tenant_id).left()


def tenant_budget(left: int | None) -> AbstractContextManager[TokenBudget]:
    """Let LLM calls made within use what is left to a tenant; beyond it points stay ungraded."""
    return token_budget(left, whose="today's remaining", remedy="grader tenants limit")


async def make_grade(grader: Grader, task: GradingTask) -> Grade:
    """Make a grade; nothing is kept yet.

    Raises:
        AnswerInvalid: The answer cannot be graded as it stands.
    """
    submission = task.submission
    with tenant_budget(task.tokens_left):
        grade = await grader.grade(
            submission.answer,
            task.rubric,
            asked=submission.asked,
            allow_partial=submission.allow_partial,
            scope=submission.tenant_id,
            spoken=task.spoken,
        )
    return grade.model_copy(update={"id": task.grade_id})


async def keep_grade(session: AsyncSession, task: GradingTask, grade: Grade) -> None:
    """Keep a grade, and tell of it; its submission and its rubric are kept already."""
    submission = task.submission
    grades = Grades(session, submission.tenant_id)
    await grades.add(grade, submission, regrade_of=task.regrade_of)
    announce_grade(session, submission.tenant_id, grade, submission_id=submission.id)
