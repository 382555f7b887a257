"""How much waits to be done, over all tenants."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records._batches import UNFINISHED, BatchRow
from api.records._pending import PendingGradeRow, PendingStatus
from api.records._webhooks import DeliveryRow, DeliveryStatus


async def queue_depths(session: AsyncSession) -> Mapping[str, int]:
    """Count the lines of batches, the promised grades and the webhook deliveries that wait.

    What is being worked on just now counts as well. Costs the same however long a batch is.
    """
    done = BatchRow.graded + BatchRow.failed + BatchRow.cancelled
    counts = {
        "batch_answers": select(func.sum(BatchRow.total - done)).where(
            BatchRow.status.in_(UNFINISHED)
        ),
        "promised_grades": select(func.count()).where(
            PendingGradeRow.status == PendingStatus.PENDING
        ),
        "webhook_deliveries": select(func.count()).where(
            DeliveryRow.status == DeliveryStatus.PENDING
        ),
    }
    return {name: int(await session.scalar(count) or 0) for name, count in counts.items()}
