"""Figures."""

from __future__ import annotations

from datetime import date, datetime

from grader.types import Frozen


class Counted(Frozen):
    """Figures of some grades.

    Attributes:
        scored: How many of them have a score.
        mean_score: Of those, 0 to 100; None for none.
        needs_review: How many asked for a person when they were made.
    """

    grades: int
    scored: int
    mean_score: float | None
    needs_review: int


class DayCounted(Counted):
    """Figures of the grades of one day of UTC."""

    day: date


class RubricCounted(Counted):
    """Figures of the grades under one rubric, and of its days."""

    rubric_id: str
    days: tuple[DayCounted, ...]


class Latency(Frozen):
    """How long grading took, in milliseconds: half took no longer than `p50`, and so on."""

    grades: int
    p50: float | None
    p90: float | None
    p99: float | None


class Waiting(Frozen):
    """What waits for a person now.

    Attributes:
        by_kind: Grades, by the kind of review.
        oldest_since: Since when the oldest has waited.
    """

    by_kind: dict[str, int]
    oldest_since: datetime | None
    open_appeals: int


class BatchProgress(Frozen):
    """A batch under way.

    Attributes:
        done: Lines that have a grade or an error.
    """

    id: str
    status: str
    created_at: datetime
    total: int
    done: int
    failed: int


class EndpointHealth(Frozen):
    """A webhook endpoint that gets nothing, or not all.

    Attributes:
        failing_since: Since when every attempt has failed.
        disabled: Whether nothing is sent any more.
    """

    id: str
    description: str
    failing_since: datetime | None
    failures: int
    disabled: bool


class WebhookHealth(Frozen):
    """How webhooks fare.

    Attributes:
        endpoints: How many there are.
        troubled: Those that fail or are disabled.
        deliveries: Messages of the time asked for, by how they stand.
    """

    endpoints: int
    troubled: tuple[EndpointHealth, ...]
    deliveries: dict[str, int]


class Dashboard(Frozen):
    """Your figures; of grades since a moment, of all else as it stands now.

    Attributes:
        bands: Grades by band; `none` has those without a score.
        reviews: Reviews since that moment.
        rubrics: Those with the most grades.
        batches: Under way.
        invites: All there are, by how they stand.
    """

    since: datetime
    until: datetime
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
    invites: dict[str, int]
