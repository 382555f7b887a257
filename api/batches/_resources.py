"""Batches as they are returned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from api.records import BatchRow, BatchStatus
from grader.types import Frozen


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


class Batch(Frozen):
    """A batch as it stands.

    Attributes:
        status: `queued`, then `in_progress`, then `completed` or `cancelled`.
        allow_partial: Whether the graded points are scored even if others are ungraded; a line may
            say otherwise.
        token_limit: What the calls to an LLM for it may use together; null for no limit.
        tokens: What they have used so far.
        metadata: Your own notes.
    """

    id: str
    status: BatchStatus
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: BatchCounts
    allow_partial: bool
    token_limit: int | None
    tokens: int
    metadata: dict[str, str]


class BatchPage(BaseModel):
    """One page of batches.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[Batch]
    next_cursor: str | None


def batch_document(row: BatchRow) -> dict[str, Any]:
    """Return a `Batch` as plain data."""
    counts = {name: getattr(row, name) for name in BatchCounts.model_fields}
    batch = Batch(
        id=row.id,
        status=row.status,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counts=BatchCounts(**counts),
        allow_partial=row.allow_partial,
        token_limit=row.token_limit,
        tokens=row.tokens,
        metadata=row.labels,
    )
    return batch.model_dump(mode="json")
