"""The queue of grades that wait for a person, and who has which of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._base import insert_for, is_id, now
from api.records._grades import GradeRow
from api.records._review_queue import ReviewKind, ReviewQueueRow
from api.records._reviews import ReviewRow


class QueueOrder(StrEnum):
    """Which of the grades that wait comes first."""

    OLDEST = "oldest"
    UNCERTAIN = "uncertain"


class ReviewQueue:
    """One tenant's grades that wait for a person, the oldest first."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def lock_grade(self, grade_id: str) -> bool:
        """Make other reviews of the same grade wait for this transaction; tell if there is one."""
        if not is_id(grade_id, "grd"):
            return False
        found = await self._session.scalar(
            select(GradeRow.id)
            .where(GradeRow.tenant_id == self._tenant_id, GradeRow.id == grade_id)
            .with_for_update(key_share=True)
        )
        return found is not None

    async def get(self, grade_id: str, *, lock: bool = False) -> ReviewQueueRow | None:
        """Find where a grade stands in the queue; None if it does not wait."""
        if not is_id(grade_id, "grd"):
            return None
        query = select(ReviewQueueRow).where(
            ReviewQueueRow.tenant_id == self._tenant_id, ReviewQueueRow.grade_id == grade_id
        )
        found: ReviewQueueRow | None = await self._session.scalar(
            query.with_for_update() if lock else query
        )
        return found

    async def page(
        self,
        *,
        kind: ReviewKind | None = None,
        rubric_id: str | None = None,
        unclaimed: bool = False,
        order: QueueOrder = QueueOrder.OLDEST,
        after: str | None = None,
        limit: int,
    ) -> Sequence[tuple[ReviewQueueRow, GradeRow]]:
        """Return what waits.

        Args:
            kind: Only what waits for this kind of review.
            rubric_id: Only grades under this rubric.
            unclaimed: Only what nobody has.
            order: The oldest grade first, or the least certain, of those equally so the oldest.
            after: Only what comes after this grade.
            limit: At most so many.
        """
        query = (
            select(ReviewQueueRow, GradeRow)
            .join(GradeRow, GradeRow.id == ReviewQueueRow.grade_id)
            .where(ReviewQueueRow.tenant_id == self._tenant_id)
            .limit(limit)
        )
        if order is QueueOrder.UNCERTAIN:
            query = query.order_by(_UNCERTAINTY.desc())
        query = query.order_by(ReviewQueueRow.grade_id)
        if kind is not None:
            query = query.where(ReviewQueueRow.wanted == kind)
        if rubric_id is not None:
            query = query.where(GradeRow.rubric_id == rubric_id)
        if unclaimed:
            query = query.where(_free(now()))
        if after is not None:
            query = query.where(_follows(after, order))
        return [(waiting, grade) for waiting, grade in await self._session.execute(query)]

    async def next_for(
        self, reviewer: str, *, kind: ReviewKind | None = None, rubric_id: str | None = None
    ) -> ReviewQueueRow | None:
        """Return the oldest grade that nobody has and that the reviewer may review, locked.

        Whoever reviewed a grade openly does not review it blindly, and whoever did either does
        not settle it.
        """
        reviewed = exists().where(
            ReviewRow.grade_id == ReviewQueueRow.grade_id, ReviewRow.reviewer == reviewer
        )
        query = (
            select(ReviewQueueRow)
            .where(
                ReviewQueueRow.tenant_id == self._tenant_id,
                _free(now()),
                or_(ReviewQueueRow.wanted == ReviewKind.OPEN, ~reviewed),
            )
            .order_by(ReviewQueueRow.grade_id)
            .limit(1)
            .with_for_update(skip_locked=True, of=ReviewQueueRow)
        )
        if kind is not None:
            query = query.where(ReviewQueueRow.wanted == kind)
        if rubric_id is not None:
            query = query.join(GradeRow, GradeRow.id == ReviewQueueRow.grade_id).where(
                GradeRow.rubric_id == rubric_id
            )
        found: ReviewQueueRow | None = await self._session.scalar(query)
        return found

    async def want(self, grade_id: str, kind: ReviewKind) -> None:
        """Have a grade wait for a kind of review, whatever it waited for before; nobody has it."""
        fresh = {
            "wanted": kind,
            "entered_at": now(),
            "claimed_by": None,
            "claim_key_id": None,
            "claimed_until": None,
        }
        insert = insert_for(self._session, ReviewQueueRow).values(
            grade_id=grade_id, tenant_id=self._tenant_id, **fresh
        )
        await self._session.execute(
            insert.on_conflict_do_update(index_elements=["grade_id"], set_=fresh)
        )

    async def done(self, grade_id: str) -> None:
        """Take a grade out of the queue."""
        await self._session.execute(
            delete(ReviewQueueRow).where(
                ReviewQueueRow.tenant_id == self._tenant_id, ReviewQueueRow.grade_id == grade_id
            )
        )


# A score that is withheld has no likely range: nothing is less certain.
_UNCERTAINTY = func.coalesce(
    GradeRow.document[("score_interval", 1)].as_float()
    - GradeRow.document[("score_interval", 0)].as_float(),
    101.0,
)


def _follows(after: str, order: QueueOrder) -> Any:
    later = ReviewQueueRow.grade_id > after
    if order is QueueOrder.OLDEST:
        return later
    # Compared in the database alone, where both are made of the same figures in the same way.
    last = select(_UNCERTAINTY).where(GradeRow.id == after).correlate(None).scalar_subquery()
    return or_(last > _UNCERTAINTY, and_(last == _UNCERTAINTY, later))


def _free(moment: datetime) -> Any:
    return or_(ReviewQueueRow.claimed_until.is_(None), ReviewQueueRow.claimed_until <= moment)
