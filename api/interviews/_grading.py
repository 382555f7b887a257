"""Grading for an interview: on behalf of a tenant, and without ever failing."""

from __future__ import annotations

import logging
from collections.abc import Collection

from api.errors import PASSING
from api.records import new_id
from grader import __version__
from grader.findings import completed
from grader.grading import Grader
from grader.speech import SpokenAnswer
from grader.types import (
    Grade,
    GraderRef,
    Judgement,
    MistakeGrade,
    PointGrade,
    Rubric,
    RubricRef,
)

_log = logging.getLogger(__name__)

_UNEXPECTED = "An unexpected error occurred while this was judged; it has been logged."


class TenantGrading:
    """Makes the grades of one tenant's interview.

    What cannot be judged is ungraded, whatever the reason: the interview goes on, and a person is
    asked. What passes by itself is left to the caller to wait for.
    """

    def __init__(self, grader: Grader, tenant_id: str, *, given_up: str | None = None) -> None:
        """Prepare.

        Args:
            grader: Makes the grades.
            tenant_id: On whose behalf.
            given_up: Why nothing is to be judged any more; None to judge.
        """
        self._grader = grader
        self._tenant_id = tenant_id
        self._given_up = given_up

    async def grade(
        self,
        answer: str,
        rubric: Rubric,
        *,
        asked: Collection[str] = (),
        spoken: SpokenAnswer | None = None,
    ) -> Grade:
        """Grade one answer, under an id that records can have."""
        made = await self._made(answer, rubric, asked, spoken)
        return made.model_copy(update={"id": new_id("grd")})

    async def _made(
        self, answer: str, rubric: Rubric, asked: Collection[str], spoken: SpokenAnswer | None
    ) -> Grade:
        if self._given_up is not None:
            return self._ungraded(rubric, self._given_up)
        try:
            return await self._grader.grade(
                answer, rubric, asked=asked, scope=self._tenant_id, spoken=spoken
            )
        except PASSING:
            raise
        except Exception:  # noqa: BLE001 - it is logged, and the interview goes on
            _log.exception("an answer to '%s' cannot be judged", rubric.id)
            return self._ungraded(rubric, _UNEXPECTED)

    def _ungraded(self, rubric: Rubric, reason: str) -> Grade:
        judgement = completed(Judgement(points=()), rubric, reason)
        identity = self._grader.judge.identity
        return Grade(
            id="",
            rubric=RubricRef(
                id=rubric.id,
                version=rubric.version,
                sha256=rubric.sha256,
                structure_sha256=rubric.structure_sha256,
            ),
            score=None,
            score_interval=None,
            band=None,
            points=tuple(
                PointGrade(
                    id=point.id,
                    claim=point.claim,
                    weight=point.weight,
                    verdict=found.verdict,
                    confidence=found.confidence,
                    why=found.why,
                )
                for point, found in zip(rubric.points, judgement.points, strict=True)
            ),
            mistakes=tuple(
                MistakeGrade(
                    id=mistake.id,
                    claim=mistake.claim,
                    made=found.made,
                    confidence=found.confidence,
                    correction=mistake.correction,
                )
                for mistake, found in zip(rubric.mistakes, judgement.mistakes, strict=True)
            ),
            missing=(),
            follow_up=None,
            needs_review=True,
            review_reasons=(reason,),
            grader=GraderRef(
                judge=identity.judge,
                model=identity.model,
                prompt_sha256=identity.prompt_sha256,
                version=__version__,
            ),
            elapsed_ms=0,
        )
