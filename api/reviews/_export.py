"""Reviewed answers as labelled answers, in the JSON lines that `grader eval` reads.

Each person who reviewed an answer openly or blindly is a rater, with the latest that they said. Where
there are several, a further line, whose rater is `settled`, has the outcome.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from api.records import Database, GradeRow, ReviewKind, ReviewRow, Reviews, Submissions
from api.resources import to_json
from api.reviews._case import latest_resolving

_SETTLED = "settled"
_AT_A_TIME = 100


async def exported(
    database: Database, tenant_id: str, *, rubric_id: str | None = None
) -> AsyncIterator[str]:
    """Yield lines of labelled answers; grades without a settled outcome are left out.

    Args:
        database: Where the reviews are.
        tenant_id: Whose.
        rubric_id: Only answers graded under this rubric.
    """
    after = ""
    while True:
        async with database.read() as session:
            page = await Reviews(session, tenant_id).of_reviewed(
                rubric_id=rubric_id, after=after, limit=_AT_A_TIME
            )
            submissions = Submissions(session, tenant_id)
            answers = {grade.id: await submissions.get(grade.submission_id) for grade, _ in page}
        for grade, reviews in page:
            submission = answers[grade.id]
            if submission is not None:
                for line in labelled(grade, submission.answer, reviews):
                    yield to_json(line) + "\n"
        if len(page) < _AT_A_TIME:
            return
        after = page[-1][0].id


def labelled(grade: GradeRow, answer: str, reviews: Sequence[ReviewRow]) -> list[dict[str, Any]]:
    """Return the lines about one answer: one for each rater, and the settled one."""
    outcome = latest_resolving(reviews)
    if outcome is None:
        return []
    raters = {row.reviewer: row for row in reviews if row.kind is not ReviewKind.SETTLING}
    lines = [_line(grade, answer, row, rater) for rater, row in raters.items()]
    if len(lines) > 1 or outcome.kind is ReviewKind.SETTLING:
        lines.append(_line(grade, answer, outcome, _SETTLED))
    return lines


def _line(grade: GradeRow, answer: str, row: ReviewRow, rater: str) -> dict[str, Any]:
    said = row.document
    return {
        "id": grade.id,
        "rubric_id": grade.rubric_id,
        "rubric_version": grade.rubric_version,
        "answer": answer,
        "points": {
            point["id"]: {"verdict": point["verdict"], "evidence": point["evidence"]}
            for point in said["points"]
        },
        "mistakes": {
            mistake["id"]: {"made": mistake["made"], "evidence": mistake["evidence"]}
            for mistake in said["mistakes"]
            if mistake["made"] is not None
        },
        "rater": rater,
        "tags": {"source": "review"},
    }
