"""Reviewed answers as worked examples for a judge, for the tenant that they belong to."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from api.records import Database, Grades, Reviews
from api.reviews._appending import Reviewed
from api.reviews._case import latest_resolving
from grader.grading import Grader
from grader.types import Grade, WorkedExample

_log = logging.getLogger(__name__)


class ReviewedTexts:
    """Knows reviewed answers by the ids of their grades, with the verdicts that stand now."""

    def __init__(self, database: Database) -> None:
        """Look them up in `database`."""
        self._database = database

    async def __call__(self, scope: str, names: Collection[str]) -> Mapping[str, WorkedExample]:
        """Return a tenant's examples; see `grader.reviewed.ExampleTexts`."""
        examples = {}
        async with self._database.read() as session:
            for name in names:
                found = await Grades(session, scope).get(name)
                outcome = latest_resolving(await Reviews(session, scope).of(name))
                if found is not None and outcome is not None:
                    grade = Grade.model_validate(outcome.document)
                    examples[name] = _example(grade, found[1].answer)
        return examples


async def keep_example(grader: Grader, reviewed: Reviewed) -> None:
    """Let judges find an answer whose outcome a person has settled; a failure is logged."""
    row, case = reviewed.row, reviewed.case
    if grader.reviewed is None or not row.resolves:
        return
    try:
        await grader.reviewed.keep(row.tenant_id, case.rubric, row.grade_id, case.submission.answer)
    except Exception as error:  # noqa: BLE001 - whatever an index raises; the review stands
        _log.warning("grade %s is no example: %s", row.grade_id, type(error).__name__)


def _example(grade: Grade, answer: str) -> WorkedExample:
    return WorkedExample(
        answer=answer,
        points={point.id: point.verdict for point in grade.points},
        mistakes={m.id: m.made for m in grade.mistakes if m.made is not None},
        rater="review",
    )
