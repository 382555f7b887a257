"""A grade with all that bears on its review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotFound, NotYetGraded
from api.records import (
    AppealRow,
    Appeals,
    GradeRow,
    Grades,
    PendingGrades,
    ReviewKind,
    ReviewQueue,
    ReviewQueueRow,
    ReviewRow,
    Reviews,
    RubricDocuments,
    SubmissionRow,
)
from grader.types import Grade, Rubric


@dataclass(frozen=True, slots=True)
class Case:
    """A grade with all that bears on its review.

    Attributes:
        reviews: Oldest first.
        waiting: Where it stands in the queue; None if it waits for nothing.
        appeal: The open one.
    """

    row: GradeRow
    submission: SubmissionRow
    rubric: Rubric
    reviews: Sequence[ReviewRow]
    waiting: ReviewQueueRow | None
    appeal: AppealRow | None

    @classmethod
    async def load(
        cls, session: AsyncSession, tenant_id: str, grade_id: str, *, lock: bool = False
    ) -> Case:
        """Load a grade and what belongs to it.

        Args:
            session: Where from.
            tenant_id: Whose grade it is.
            grade_id: The grade.
            lock: Whether others who would review it wait until the transaction ends.

        Raises:
            NotFound: There is no such grade.
            NotYetGraded: It is promised, and not made yet.
        """
        if lock:
            await ReviewQueue(session, tenant_id).lock_grade(grade_id)
        found = await Grades(session, tenant_id).get(grade_id)
        if found is None:
            if await PendingGrades(session, tenant_id).get(grade_id) is not None:
                raise NotYetGraded(f"the grade {grade_id} is not made yet; come back when it is")
            raise NotFound(f"there is no grade '{grade_id[:80]}'")
        row, submission = found
        return cls(
            row,
            submission,
            await RubricDocuments(session, tenant_id).get(row.rubric_sha256),
            await Reviews(session, tenant_id).of(grade_id),
            await ReviewQueue(session, tenant_id).get(grade_id, lock=lock),
            await Appeals(session, tenant_id).open_of(grade_id),
        )

    @property
    def wanted(self) -> ReviewKind:
        """The kind of review that comes next, whether one is asked for or not."""
        return ReviewKind.OPEN if self.waiting is None else self.waiting.wanted

    @property
    def judged(self) -> Grade:
        """The grade as the judge made it."""
        return Grade.model_validate(self.row.document)

    @property
    def current(self) -> Grade:
        """The outcome: the grade with its latest review that counts."""
        latest = latest_resolving(self.reviews)
        return self.judged if latest is None else Grade.model_validate(latest.document)

    @property
    def outcome_id(self) -> str:
        """The id of the review that made the outcome, or of the grade."""
        latest = latest_resolving(self.reviews)
        return self.row.id if latest is None else latest.id

    @property
    def unresolved(self) -> Sequence[ReviewRow]:
        """The reviews that wait for one that counts: none, an open one, or that and a blind one."""
        pending: list[ReviewRow] = []
        for review in self.reviews:
            pending = [] if review.resolves else [*pending, review]
        return pending


def latest_resolving(reviews: Sequence[ReviewRow]) -> ReviewRow | None:
    """Return the review whose document is the outcome; None where the judge's grade still is."""
    return next((review for review in reversed(reviews) if review.resolves), None)
