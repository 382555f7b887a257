"""Batches and their lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from grader.client.models._base import Failure, FieldError
from grader.types import Frozen, Grade


class BatchAnswer(Frozen):
    """One answer of a batch.

    Attributes:
        custom_id: Your name for the line, used once in the batch; comes back with the result.
        rubric_id: What to grade by.
        answer: The candidate's words.
        rubric_version: A version of it; the current one by default.
        asked: Ids of follow-ups put to the candidate already.
        allow_partial: Score the graded points even if others are ungraded; as the batch by default.
        candidate_id: Your name for the person.
        metadata: Your own notes, kept and returned with the grade.
    """

    custom_id: str
    rubric_id: str
    answer: str
    rubric_version: str | None = None
    asked: tuple[str, ...] = ()
    allow_partial: bool | None = None
    candidate_id: str | None = None
    metadata: Mapping[str, str] = Field(default_factory=dict)


class BatchCounts(Frozen):
    """How far a batch is, in lines.

    Attributes:
        total: Lines that hold something.
        pending: Lines that are still to be graded.
        graded: Lines that have a grade; each is in the output.
        ungraded: Those of them whose score is withheld, because the judge could not judge.
        failed: Lines that have an error instead; each is in the errors.
        cancelled: Lines that were not graded because the batch was cancelled; likewise.
    """

    total: int
    pending: int
    graded: int
    ungraded: int
    failed: int
    cancelled: int

    @property
    def done(self) -> int:
        """Lines that have their result."""
        return self.total - self.pending


class Batch(Frozen):
    """A batch as it stands.

    Attributes:
        status: `validating`, `queued`, `in_progress`, and in the end `completed` or `cancelled`.
        allow_partial: Whether the graded points are scored even if others are ungraded.
        token_limit: What the calls to an LLM for it may use together; None for no limit.
        tokens: What they have used so far.
        metadata: Your own notes.
    """

    id: str
    status: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: BatchCounts
    allow_partial: bool
    token_limit: int | None
    tokens: int
    metadata: dict[str, str]

    @property
    def finished(self) -> bool:
        """Whether every line has its result."""
        return self.finished_at is not None


class BatchGrade(Frozen):
    """A line of a batch that has a grade."""

    custom_id: str
    grade: Grade


class LineFailure(Failure):
    """Why a line of a batch has no grade.

    Attributes:
        line: Of the file, 1-based.
        errors: The fields that are wrong, where there are several.
    """

    line: int | None = None
    errors: tuple[FieldError, ...] = ()


class BatchError(Frozen):
    """A line of a batch that has no grade and will have none.

    Attributes:
        custom_id: None where the line did not say.
    """

    custom_id: str | None
    error: LineFailure
