"""Reviews, appeals and the queue as they are returned."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from api.records import AppealRow, AppealStatus, GradeRow, ReviewKind, ReviewQueueRow, ReviewRow
from api.reviews._appending import Reviewed
from api.reviews._case import Case, latest_resolving
from grader.types import Band, Frozen, Grade, Mistake, Point, Verdict


class Review(Frozen):
    """A person's verdicts on a grade.

    Attributes:
        kind: What the person had seen.
        resolves: Whether it became the outcome.
        points: The verdicts given, by point id; what is not here was confirmed.
        mistakes: Likewise.
        score: Made by code from the verdicts; null where it is withheld.
    """

    id: str
    grade_id: str
    created_at: datetime
    reviewer: str
    kind: ReviewKind
    resolves: bool
    points: dict[str, Verdict]
    mistakes: dict[str, bool | None]
    reason: str
    score: float | None
    band: Band | None

    @classmethod
    def of(cls, row: ReviewRow) -> Self:
        """Read a record."""
        return cls(points=row.verdicts, **_review_fields(row))


class NewReview(Review):
    """A review that was appended, and what it led to.

    Attributes:
        wanted: The kind of review that comes next; null if the outcome is settled.
        differences: Ids on which a blind review differs from the open one.
        current: The outcome as it stands now.
    """

    wanted: ReviewKind | None
    differences: tuple[str, ...]
    current: Grade

    @classmethod
    def of_reviewed(cls, reviewed: Reviewed) -> Self:
        """Describe a review that was appended just now."""
        row = reviewed.row
        document = row.document if row.resolves else reviewed.case.current
        return cls(
            points=row.verdicts,
            wanted=reviewed.wanted,
            differences=reviewed.differences,
            current=Grade.model_validate(document),
            **_review_fields(row),
        )


def _review_fields(row: ReviewRow) -> dict[str, object]:
    names = Review.model_fields.keys() - {"points"}
    return {name: getattr(row, name) for name in names}


class GradeReviews(Frozen):
    """All reviews of a grade, and where it stands.

    Attributes:
        wanted: The kind of review it waits for; null if it waits for none.
        resolved_by: The review that made the outcome; null while it is the judge's grade.
        current: The outcome: the grade with its latest review that counts.
        reviews: Oldest first.
    """

    grade_id: str
    wanted: ReviewKind | None
    resolved_by: str | None
    current: Grade
    reviews: tuple[Review, ...]

    @classmethod
    def of(cls, case: Case) -> Self:
        """Describe a grade's reviews."""
        latest = latest_resolving(case.reviews)
        return cls(
            grade_id=case.row.id,
            wanted=case.waiting.wanted if case.waiting else None,
            resolved_by=latest.id if latest else None,
            current=case.current,
            reviews=tuple(Review.of(row) for row in case.reviews),
        )


class QueueItem(Frozen):
    """A grade that waits for a person; before a blind review it tells nothing of the judge.

    Attributes:
        kind: The kind of review that is wanted.
        waiting_since: Since when.
        reasons: Why the grade asks for a person; none before a blind or a settling review.
        score: Likewise.
        claimed_by: Who has it, until `claimed_until`.
    """

    grade_id: str
    kind: ReviewKind
    waiting_since: datetime
    rubric_id: str
    rubric_version: str
    reasons: tuple[str, ...]
    score: float | None
    claimed_by: str | None
    claimed_until: datetime | None

    @classmethod
    def of(cls, waiting: ReviewQueueRow, grade: GradeRow, moment: datetime) -> Self:
        """Describe a grade that waits."""
        shown = waiting.wanted is ReviewKind.OPEN
        until = waiting.claimed_until
        held = until is not None and until > moment
        return cls(
            grade_id=grade.id,
            kind=waiting.wanted,
            waiting_since=waiting.entered_at,
            rubric_id=grade.rubric_id,
            rubric_version=grade.rubric_version,
            reasons=tuple(grade.document.get("review_reasons", ())) if shown else (),
            score=grade.score if shown else None,
            claimed_by=waiting.claimed_by if held else None,
            claimed_until=until if held else None,
        )


class QueuePage(Frozen):
    """One page of the queue, the oldest grade first."""

    items: tuple[QueueItem, ...]
    next_cursor: str | None


class Opinion(Frozen):
    """One of two reviews that differ, without its reviewer's name."""

    kind: ReviewKind
    points: dict[str, Verdict]
    mistakes: dict[str, bool | None]
    reason: str


class AppealStatement(Frozen):
    """The candidate's words, for whoever decides."""

    id: str
    statement: str


class ReviewTask(Frozen):
    """What a reviewer is given to review a grade; nothing tells who the candidate is.

    Attributes:
        based_on: Names the outcome as it stands; send it with the review.
        grade: The outcome as it stands; null before a blind and a settling review.
        opinions: Before a settling review, the two that differ.
        appeal: The candidate's objection, where there is one and the review is open.
    """

    grade_id: str
    kind: ReviewKind
    based_on: str
    claimed_by: str | None
    claimed_until: datetime | None
    rubric_id: str
    rubric_version: str
    question: str
    reference_answer: str
    points: tuple[Point, ...]
    mistakes: tuple[Mistake, ...]
    answer: str
    grade: Grade | None
    opinions: tuple[Opinion, ...]
    appeal: AppealStatement | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """Show a grade as its next reviewer may see it."""
        kind, rubric, waiting = case.wanted, case.rubric, case.waiting
        is_open = kind is ReviewKind.OPEN
        opinions = case.unresolved if kind is ReviewKind.SETTLING else ()
        return cls(
            grade_id=case.row.id,
            kind=kind,
            based_on=case.outcome_id,
            claimed_by=waiting.claimed_by if waiting else None,
            claimed_until=waiting.claimed_until if waiting else None,
            rubric_id=rubric.id,
            rubric_version=rubric.version,
            question=rubric.question,
            reference_answer=rubric.reference_answer,
            points=rubric.points,
            mistakes=rubric.mistakes,
            answer=case.submission.answer,
            grade=case.current if is_open else None,
            opinions=tuple(_opinion(row) for row in opinions),
            appeal=AppealStatement(id=case.appeal.id, statement=case.appeal.statement)
            if case.appeal and is_open
            else None,
        )


def _opinion(row: ReviewRow) -> Opinion:
    grade = Grade.model_validate(row.document)
    return Opinion(
        kind=row.kind,
        points={point.id: point.verdict for point in grade.points},
        mistakes={mistake.id: mistake.made for mistake in grade.mistakes},
        reason=row.reason,
    )


class Appeal(Frozen):
    """A candidate's objection to a grade, and what a person made of it.

    Attributes:
        response: What the person answers.
        review_id: The review by which the person corrected the grade, or confirmed it.
    """

    id: str
    grade_id: str
    created_at: datetime
    statement: str
    status: AppealStatus
    resolved_at: datetime | None
    resolved_by: str | None
    response: str | None
    review_id: str | None

    @classmethod
    def of(cls, row: AppealRow) -> Self:
        """Read a record."""
        names = cls.model_fields.keys() - {"response"}
        return cls(response=row.resolution, **{name: getattr(row, name) for name in names})


class AppealPage(Frozen):
    """One page of appeals, newest first."""

    items: tuple[Appeal, ...]
    next_cursor: str | None
