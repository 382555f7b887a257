"""`/v1/statistics`: what a dashboard shows."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.auth import Reading
from api.dependencies import OpenDatabase
from api.fields import Label
from api.records import (
    BatchRow,
    BatchStatus,
    DeliveryStatus,
    GradeCounts,
    InviteStatus,
    ReviewKind,
    Statistics,
    WebhookEndpointRow,
    now,
)
from grader.types import Band, Frozen

router = APIRouter(tags=["statistics"])

_MOST_RUBRICS = 8
_MOST_BATCHES = 20
_TIMED = 5000


class Counted(Frozen):
    """Figures of some grades.

    Attributes:
        grades: How many.
        scored: How many of them have a score.
        mean_score: Of those, 0 to 100; null for none.
        needs_review: How many asked for a person when they were made.
    """

    grades: int
    scored: int
    mean_score: float | None
    needs_review: int

    @classmethod
    def of(cls, counts: GradeCounts) -> Self:
        """Round what the database says."""
        return cls(**_fields(counts))


class DayCounted(Counted):
    """Figures of the grades of one day of UTC."""

    day: date


class RubricCounted(Counted):
    """Figures of the grades under one rubric.

    Attributes:
        days: Those that have some, in order.
    """

    rubric_id: str
    days: tuple[DayCounted, ...]


class Latency(Frozen):
    """How long grading took, in milliseconds, over the newest grades of the time asked for.

    Attributes:
        grades: How many were looked at, 5000 at most.
        p50: Half of them took no longer.
        p90: Nine of ten.
        p99: 99 of 100.
    """

    grades: int
    p50: float | None
    p90: float | None
    p99: float | None


class Waiting(Frozen):
    """What waits for a person now.

    Attributes:
        by_kind: Grades, by the kind of review.
        oldest_since: Since when the oldest has waited.
        open_appeals: Appeals that nobody has decided on.
    """

    by_kind: dict[ReviewKind, int]
    oldest_since: AwareDatetime | None
    open_appeals: int


class BatchProgress(Frozen):
    """A batch under way.

    Attributes:
        done: Lines that have a grade or an error.
    """

    id: str
    status: BatchStatus
    created_at: AwareDatetime
    total: int
    done: int
    failed: int

    @classmethod
    def of(cls, row: BatchRow) -> Self:
        """Describe a batch."""
        return cls(
            id=row.id,
            status=row.status,
            created_at=row.created_at,
            total=row.total,
            done=row.total - row.pending,
            failed=row.failed,
        )


class EndpointHealth(Frozen):
    """A webhook endpoint that gets nothing, or not all.

    Attributes:
        failing_since: Since when every attempt has failed.
        failures: How many.
        disabled: Whether nothing is sent any more.
    """

    id: str
    description: str
    failing_since: AwareDatetime | None
    failures: int
    disabled: bool

    @classmethod
    def of(cls, row: WebhookEndpointRow) -> Self:
        """Describe an endpoint; not where it is, which is for administrators."""
        return cls(
            id=row.id,
            description=row.description,
            failing_since=row.failing_since,
            failures=row.failures,
            disabled=row.disabled_at is not None,
        )


class WebhookHealth(Frozen):
    """How webhooks fare.

    Attributes:
        endpoints: How many there are.
        troubled: Those that fail or are disabled.
        deliveries: Messages of the time asked for, by how they stand.
    """

    endpoints: int
    troubled: tuple[EndpointHealth, ...]
    deliveries: dict[DeliveryStatus, int]


class Dashboard(Frozen):
    """Figures of one tenant; of grades since a moment, of all else as it stands now.

    Attributes:
        bands: Grades by band; `none` has those without a score.
        reviews: Reviews since that moment.
        rubrics: Those with the most grades, at most eight.
        batches: Under way, at most twenty.
        invites: All there are, by how they stand.
    """

    since: AwareDatetime
    until: AwareDatetime
    rubric_id: str | None
    totals: Counted
    bands: dict[str, int]
    reviews: int
    latency: Latency
    days: tuple[DayCounted, ...]
    rubrics: tuple[RubricCounted, ...]
    waiting: Waiting
    batches: tuple[BatchProgress, ...]
    webhooks: WebhookHealth
    invites: dict[InviteStatus, int]


@router.get("/v1/statistics")
async def get_statistics(
    caller: Reading,
    database: OpenDatabase,
    days: Annotated[int, Query(ge=1, le=366, description="So many days of UTC, today's too")] = 30,
    rubric_id: Annotated[Label | None, Query(description="Grades under this rubric only")] = None,
) -> Dashboard:
    """Return counts, bands, latency, means over time, and what waits or fails now."""
    until = now()
    since = until.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    async with database.read() as session:
        figures = Statistics(session, caller.tenant_id)
        totals, bands = await figures.grades(since, rubric_id)
        elapsed = await figures.milliseconds(since, rubric_id, limit=_TIMED)
        return Dashboard(
            since=since,
            until=until,
            rubric_id=rubric_id,
            totals=Counted.of(totals),
            bands=_by_band(bands),
            reviews=await figures.reviews(since),
            latency=_latency(elapsed),
            days=_days(await figures.by_day(since, rubric_id)),
            rubrics=await _rubrics(figures, since),
            waiting=await _waiting(figures),
            batches=tuple(
                BatchProgress.of(row)
                for row in await figures.unfinished_batches(limit=_MOST_BATCHES)
            ),
            webhooks=await _webhooks(figures, since),
            invites=dict(await figures.invites(until)),
        )


async def _rubrics(figures: Statistics, since: datetime) -> tuple[RubricCounted, ...]:
    counted = await figures.by_rubric(since, limit=_MOST_RUBRICS)
    days = await figures.days_of_rubrics(since, [name for name, _ in counted])
    return tuple(
        RubricCounted(rubric_id=name, days=_days(days[name]), **_fields(counts))
        for name, counts in counted
    )


async def _waiting(figures: Statistics) -> Waiting:
    by_kind, oldest = await figures.queue()
    return Waiting(
        by_kind={kind: by_kind.get(kind, 0) for kind in ReviewKind},
        oldest_since=oldest,
        open_appeals=await figures.open_appeals(),
    )


async def _webhooks(figures: Statistics, since: datetime) -> WebhookHealth:
    endpoints = await figures.endpoints()
    deliveries = await figures.deliveries(since)
    return WebhookHealth(
        endpoints=len(endpoints),
        troubled=tuple(
            EndpointHealth.of(row) for row in endpoints if row.failing_since or row.disabled_at
        ),
        deliveries={status: deliveries.get(status, 0) for status in DeliveryStatus},
    )


def _by_band(counted: Mapping[Band | None, int]) -> dict[str, int]:
    return {band.value: counted.get(band, 0) for band in Band} | {"none": counted.get(None, 0)}


def _latency(elapsed: Sequence[int]) -> Latency:
    if len(elapsed) < 2:
        only = float(elapsed[0]) if elapsed else None
        return Latency(grades=len(elapsed), p50=only, p90=only, p99=only)
    at = statistics.quantiles(elapsed, n=100, method="inclusive")
    return Latency(
        grades=len(elapsed), p50=round(at[49], 1), p90=round(at[89], 1), p99=round(at[98], 1)
    )


def _days(counted: Sequence[tuple[date, GradeCounts]]) -> tuple[DayCounted, ...]:
    return tuple(DayCounted(day=day, **_fields(counts)) for day, counts in counted)


def _fields(counts: GradeCounts) -> dict[str, float | int | None]:
    mean = counts.mean_score
    return {
        "grades": counts.grades,
        "scored": counts.scored,
        "mean_score": None if mean is None else round(mean, 2),
        "needs_review": counts.needs_review,
    }
