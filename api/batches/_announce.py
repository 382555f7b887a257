"""Telling that a batch is finished."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.batches._resources import batch_document
from api.deliveries import EventType, announce
from api.records import BatchRow, BatchStatus


def announce_finished(session: AsyncSession, batch: BatchRow) -> None:
    """Tell of a batch that is completed, or was cancelled, as `GET` returns it without metadata."""
    completed = batch.status is BatchStatus.COMPLETED
    event = EventType.BATCH_COMPLETED if completed else EventType.BATCH_CANCELLED
    document = batch_document(batch)
    del document["metadata"]
    announce(session, batch.tenant_id, event, document)
