"""Counts and means over one tenant's records, made by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, String, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._batches import BatchRow, BatchStatus
from api.records._grades import GradeRow
from api.records._invites import InviteRow, InviteStatus, stands
from api.records._review_queue import ReviewKind, ReviewQueueRow
from api.records._reviews import AppealRow, AppealStatus, ReviewRow
from api.records._webhooks import DeliveryRow, DeliveryStatus, WebhookEndpointRow
from grader.types import Band

_UNFINISHED = (BatchStatus.QUEUED, BatchStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class GradeCounts:
    """Figures of some grades.

    Attributes:
        grades: How many.
        scored: How many of them have a score.
        mean_score: Of those; None for none.
        needs_review: How many asked for a person when they were made.
    """

    grades: int
    scored: int
    mean_score: float | None
    needs_review: int


class Statistics:
    """Figures of one tenant's records."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        """Work in `session` for one tenant."""
        self._session = session
        self._tenant_id = tenant_id

    async def grades(
        self, since: datetime, rubric_id: str | None = None
    ) -> tuple[GradeCounts, Mapping[Band | None, int]]:
        """Count the grades since a moment: together, and by band; None for no score."""
        mine = self._grades(since, rubric_id)
        row = (await self._session.execute(select(*_COUNTS).where(*mine))).one()
        bands = await self._session.execute(
            select(GradeRow.band, func.count()).where(*mine).group_by(GradeRow.band)
        )
        return _counts(row), dict(iter(bands))

    async def by_day(
        self, since: datetime, rubric_id: str | None = None
    ) -> Sequence[tuple[date, GradeCounts]]:
        """Count the grades of each day of UTC that has some, in order."""
        day = self._day(GradeRow.created_at)
        found = await self._session.execute(
            select(day, *_COUNTS).where(*self._grades(since, rubric_id)).group_by(day).order_by(day)
        )
        return [(date.fromisoformat(row[0]), _counts(row[1:])) for row in found]

    async def by_rubric(self, since: datetime, *, limit: int) -> Sequence[tuple[str, GradeCounts]]:
        """Count the grades under each rubric, those with the most first."""
        found = await self._session.execute(
            select(GradeRow.rubric_id, *_COUNTS)
            .where(*self._grades(since))
            .group_by(GradeRow.rubric_id)
            .order_by(func.count().desc(), GradeRow.rubric_id)
            .limit(limit)
        )
        return [(row[0], _counts(row[1:])) for row in found]

    async def days_of_rubrics(
        self, since: datetime, rubric_ids: Sequence[str]
    ) -> Mapping[str, Sequence[tuple[date, GradeCounts]]]:
        """Count the grades under some rubrics, by day."""
        day = self._day(GradeRow.created_at)
        found = await self._session.execute(
            select(GradeRow.rubric_id, day, *_COUNTS)
            .where(*self._grades(since), GradeRow.rubric_id.in_(rubric_ids))
            .group_by(GradeRow.rubric_id, day)
            .order_by(day)
        )
        days: dict[str, list[tuple[date, GradeCounts]]] = {name: [] for name in rubric_ids}
        for row in found:
            days[row[0]].append((date.fromisoformat(row[1]), _counts(row[2:])))
        return days

    async def milliseconds(
        self, since: datetime, rubric_id: str | None = None, *, limit: int
    ) -> Sequence[int]:
        """Return how long the newest grades took, each in milliseconds, in no order."""
        elapsed = GradeRow.document["elapsed_ms"].as_integer()
        newest = (
            select(elapsed.label("elapsed"))
            .where(*self._grades(since, rubric_id))
            .order_by(GradeRow.created_at.desc())
            .limit(limit)
        )
        return [each for each in await self._session.scalars(newest) if each is not None]

    async def queue(self) -> tuple[Mapping[ReviewKind, int], datetime | None]:
        """Count what waits for a person, by kind, and say since when the oldest has waited."""
        found = await self._session.execute(
            select(ReviewQueueRow.wanted, func.count(), func.min(ReviewQueueRow.entered_at))
            .where(ReviewQueueRow.tenant_id == self._tenant_id)
            .group_by(ReviewQueueRow.wanted)
        )
        rows = found.all()
        return (
            {wanted: count for wanted, count, _ in rows},
            min((oldest for *_, oldest in rows), default=None),
        )

    async def reviews(self, since: datetime) -> int:
        """Count the reviews since a moment."""
        return await self._count(
            ReviewRow.tenant_id == self._tenant_id, ReviewRow.created_at >= since
        )

    async def open_appeals(self) -> int:
        """Count the appeals that nobody has decided on."""
        return await self._count(
            AppealRow.tenant_id == self._tenant_id, AppealRow.status == AppealStatus.OPEN
        )

    async def invites(self, moment: datetime) -> Mapping[InviteStatus, int]:
        """Count the invites by how they stand."""
        columns = [func.sum(case((stands(each, moment), 1), else_=0)) for each in InviteStatus]
        row = (
            await self._session.execute(
                select(*columns).where(InviteRow.tenant_id == self._tenant_id)
            )
        ).one()
        return {each: int(count or 0) for each, count in zip(InviteStatus, row, strict=True)}

    async def unfinished_batches(self, *, limit: int) -> Sequence[BatchRow]:
        """Return the batches under way, newest first."""
        query = (
            select(BatchRow)
            .where(BatchRow.tenant_id == self._tenant_id, BatchRow.status.in_(_UNFINISHED))
            .order_by(BatchRow.id.desc())
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def endpoints(self) -> Sequence[WebhookEndpointRow]:
        """Return all webhook endpoints, oldest first."""
        query = (
            select(WebhookEndpointRow)
            .where(WebhookEndpointRow.tenant_id == self._tenant_id)
            .order_by(WebhookEndpointRow.id)
        )
        return (await self._session.scalars(query)).all()

    async def deliveries(self, since: datetime) -> Mapping[DeliveryStatus, int]:
        """Count the webhook messages since a moment by how they stand."""
        found = await self._session.execute(
            select(DeliveryRow.status, func.count())
            .where(DeliveryRow.tenant_id == self._tenant_id, DeliveryRow.created_at >= since)
            .group_by(DeliveryRow.status)
        )
        return dict(iter(found))

    def _grades(self, since: datetime, rubric_id: str | None = None) -> list[ColumnElement[bool]]:
        conditions = [GradeRow.tenant_id == self._tenant_id, GradeRow.created_at >= since]
        return conditions if rubric_id is None else [*conditions, GradeRow.rubric_id == rubric_id]

    def _day(self, moment: Any) -> ColumnElement[str]:
        """Return the day of UTC as text, as in 2026-01-31."""
        if self._session.get_bind().dialect.name == "postgresql":
            return cast(cast(func.timezone("UTC", moment), Date), String)
        return func.date(moment, type_=String)

    async def _count(self, *conditions: ColumnElement[bool]) -> int:
        return await self._session.scalar(select(func.count()).where(*conditions)) or 0


_COUNTS = (
    func.count(),
    func.count(GradeRow.score),
    func.avg(GradeRow.score),
    func.sum(case((GradeRow.needs_review, 1), else_=0)),
)


def _counts(row: Sequence[Any]) -> GradeCounts:
    grades, scored, mean, needs_review = row
    return GradeCounts(
        grades, scored, None if mean is None else float(mean), int(needs_review or 0)
    )
