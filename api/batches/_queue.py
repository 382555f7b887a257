"""The seam between accepting batches and working on them."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from api.records import BatchRow


class BatchQueue(Protocol):
    """Takes batches to be graded, and can work on them in this process."""

    async def enqueue(self, session: AsyncSession, batch: BatchRow) -> None:
        """Queue a batch in the transaction that accepts it.

        Raises:
            RecordsUnavailable: The database cannot be reached.
        """

    def wake(self) -> None:
        """Say that a batch was queued, once that transaction is committed."""

    def start(self) -> None:
        """Begin to work in the background."""

    async def stop(self) -> None:
        """Stop to work; what is not finished is for others, or for after the restart."""
