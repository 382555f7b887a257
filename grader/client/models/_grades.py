"""Grades, and what a candidate is told of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict

from pydantic import Discriminator, Tag

from grader.client.models._base import Failure
from grader.types import Band, Frozen, Grade, Rubric


class AnswerOptions(TypedDict, total=False):
    """What may be said of an answer; exactly one of `rubric_id`, `rubric` and `question` must be.

    Attributes:
        transcript: What was said and when, instead of an answer: WebVTT or SubRip as text, or the
            JSON of a transcription service.
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them.
        delivery: Whether to report how it was spoken.
        rubric_id: A rubric of the bank, or one of your own.
        rubric_version: A version of it; the current one by default.
        rubric: A whole rubric.
        question: A question in any words; the nearest rubric is used.
        asked: Ids of follow-ups put to the candidate already; they are not chosen again.
        allow_partial: Score the graded points even if others are ungraded.
        candidate_id: Your name for the person.
        custom_id: Your name for this answer.
        metadata: Your own notes, kept and returned with the grade.
        idempotency_key: Under the same one, the same answer is graded once; one is made without.
    """

    transcript: str | dict[str, Any]
    speaker: str
    corrected_text: str
    delivery: bool
    rubric_id: str
    rubric_version: str
    rubric: Rubric | dict[str, Any]
    question: str
    asked: list[str]
    allow_partial: bool
    candidate_id: str
    custom_id: str
    metadata: dict[str, str]
    idempotency_key: str


class GradeFilter(TypedDict, total=False):
    """Which grades to list.

    Attributes:
        created_after: With its time zone, as all moments.
        limit: At most so many are fetched at once.
    """

    rubric_id: str
    candidate_id: str
    custom_id: str
    band: Band
    needs_review: bool
    created_after: datetime
    created_before: datetime
    limit: int


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


def _stands(grade: Any) -> str:
    record = grade.get("record") if isinstance(grade, dict) else getattr(grade, "record", None)
    status = record.get("status") if isinstance(record, dict) else getattr(record, "status", "done")
    return "done" if status == "done" else "unfinished"


# By where it stands: a grade that cannot be read must not pass for one that is not made yet.
AnyGrade = Annotated[
    Annotated[StoredGrade, Tag("done")] | Annotated[UnfinishedGrade, Tag("unfinished")],
    Discriminator(_stands),
]
"""A grade with its record, or the record of one that is not made."""


class ExplainedPoint(Frozen):
    """A key point, or the words about one that is not named.

    Attributes:
        claim: The point; None where it may not be shown.
        quotes: The candidate's words, verbatim.
    """

    claim: str | None
    quotes: tuple[str, ...]


class ExplainedMistake(Frozen):
    """A mistake that the answer makes.

    Attributes:
        claim: The mistaken belief; None where it may not be shown.
        quotes: The candidate's words, verbatim.
        correction: What is true instead; None where it may not be shown, or nobody wrote it down.
    """

    claim: str | None
    quotes: tuple[str, ...]
    correction: str | None


class Explanation(Frozen):
    """A grade as a candidate is told of it.

    Attributes:
        reviewed: Whether a person has confirmed or corrected it.
        score: 0 to 100; None where it is withheld.
        reached: Key points that the answer makes.
        partly: What the answer says that goes part of the way to a key point.
        against: What the answer says that speaks against a key point.
        mistakes: Mistakes that it makes.
        unreached: How many key points it does not reach, or only in part.
        undecided: How many points and mistakes nobody could judge.
        missing: The key points that it does not reach; None unless the tenant shows them.
        text: All of this in a few plain sentences.
    """

    grade_id: str
    question: str
    reviewed: bool
    score: float | None
    band: Band | None
    reached: tuple[ExplainedPoint, ...]
    partly: tuple[ExplainedPoint, ...]
    against: tuple[ExplainedPoint, ...]
    mistakes: tuple[ExplainedMistake, ...]
    unreached: int
    undecided: int
    missing: tuple[str, ...] | None
    text: str
