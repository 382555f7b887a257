"""Records as they are returned."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel

from api.records import GradeRow, PendingGradeRow, SubmissionRow
from grader.speech import SpokenAnswer
from grader.types import Frozen, Grade


class Failure(BaseModel):
    """Why a promised grade cannot be made."""

    code: str
    message: str


class GradeRecord(Frozen):
    """What is known of a grade beside what it says.

    Attributes:
        status: `pending` while the grade is still to be made, `failed` if it cannot be.
        created_at: When the grade was made, or promised.
        regrade_of: The grade of the same answer that this one was asked for to compare with.
        error: Why it failed.
    """

    status: Literal["done", "pending", "failed"]
    created_at: datetime
    submission_id: str
    candidate_id: str | None
    custom_id: str | None
    metadata: dict[str, str]
    regrade_of: str | None
    error: Failure | None = None


class StoredGrade(Grade):
    """A grade as it was returned at first, with its record."""

    record: GradeRecord


class UnfinishedGrade(Frozen):
    """A grade that is still to be made, or cannot be made."""

    id: str
    record: GradeRecord


class GradedAnswer(Frozen):
    """What a grade is of.

    Attributes:
        answer: The words that were graded.
        spoken: Of a spoken answer, the transcript with the times of its words, and the one that was
            recognised where a person corrected it; null for one that was typed.
    """

    submission_id: str
    answer: str
    spoken: SpokenAnswer | None


class GradePage(BaseModel):
    """One page of grades.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[StoredGrade]
    next_cursor: str | None


def stored_grade(row: GradeRow, submission: SubmissionRow) -> dict[str, Any]:
    """Return a `StoredGrade` as plain data.

    The grade is not read through `Grade` again: it stays as it was, whatever the type becomes.
    """
    return row.document | {"record": _record("done", row, submission)}


def unfinished_grade(row: PendingGradeRow, submission: SubmissionRow) -> dict[str, Any]:
    """Return an `UnfinishedGrade` as plain data."""
    record = _record(row.status.value, row, submission)
    return {"id": row.id, "record": record | {"error": row.error}}


def _record(
    status: str, row: GradeRow | PendingGradeRow, submission: SubmissionRow
) -> dict[str, Any]:
    return {
        "status": status,
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
        "submission_id": submission.id,
        "candidate_id": submission.candidate_id,
        "custom_id": submission.custom_id,
        "metadata": submission.labels,
        "regrade_of": row.regrade_of,
        "error": None,
    }


def to_json(document: Any) -> str:
    """Write plain data as JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def json_response(document: Any) -> Response:
    """Return plain data that has the form its route promises."""
    return Response(to_json(document), media_type="application/json")
