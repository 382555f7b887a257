"""Grading an answer for a request: while it waits, or promised for later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fastapi import Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from api.grading._background import BackgroundGrading
from api.grading._work import GradingTask, keep_grade, make_grade, tokens_left
from api.observability import Metrics
from api.records import Database, PendingGrades, RubricDocuments, Submissions, Transcripts
from api.resources import to_json, unfinished_grade
from grader.grading import Grader

if TYPE_CHECKING:  # it asks the routes' dependencies, which ask for this package
    from api.idempotency import Creation

_PATH = "/v1/grades"


@dataclass(frozen=True, slots=True)
class GradeService:
    """Answers requests for a grade.

    Attributes:
        grader: Makes the grades.
        database: Keeps them.
        background: Makes those that are promised.
        metrics: Counts those that are made here.
    """

    grader: Grader
    database: Database
    background: BackgroundGrading
    metrics: Metrics

    async def respond(
        self, creation: Creation, task: GradingTask, *, in_background: bool
    ) -> Response:
        """Grade and return the grade (201), or promise it and say where it will be (202).

        Raises:
            AnswerInvalid: The answer cannot be graded as it stands.
            RecordsUnavailable: Nothing was kept.
        """
        if in_background:
            return await self._promise(creation, task)
        return await self._grade(creation, task)

    async def _grade(self, creation: Creation, task: GradingTask) -> Response:
        left = await tokens_left(self.grader, self.database, creation.caller.tenant_id)
        grade = await make_grade(self.grader, replace(task, tokens_left=left))
        async with creation.transaction() as unit:
            await _keep_submission(unit.session, task)
            await keep_grade(unit.session, task, grade)
            response = unit.respond(
                grade.model_dump_json(),
                headers={"Location": f"{_PATH}/{grade.id}"},
                submission_id=task.submission.id,
            )
        self.metrics.grade(grade)
        return response

    async def _promise(self, creation: Creation, task: GradingTask) -> Response:
        async with creation.transaction() as unit:
            await _keep_submission(unit.session, task)
            promised = await PendingGrades(unit.session, creation.caller.tenant_id).add(
                task.grade_id, task.submission, task.rubric, regrade_of=task.regrade_of
            )
            response = unit.respond(
                to_json(unfinished_grade(promised, task.submission)),
                status.HTTP_202_ACCEPTED,
                headers={
                    "Location": f"{_PATH}/{task.grade_id}",
                    "Preference-Applied": "respond-async",
                    "Retry-After": "1",
                },
                submission_id=task.submission.id,
            )
        self.background.wake()
        return response


async def _keep_submission(session: AsyncSession, task: GradingTask) -> None:
    """Keep what is graded and what it is graded by; a regrade shares its submission."""
    tenant_id = task.submission.tenant_id
    await RubricDocuments(session, tenant_id).keep(task.rubric)
    if task.regrade_of is None:
        await Submissions(session, tenant_id).add(task.submission)
        if task.spoken is not None:
            await Transcripts(session, tenant_id).add(task.submission.id, task.spoken)
