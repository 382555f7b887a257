"""Cancelling tasks, and being sure that they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN_SECONDS = 1.0


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until all have ended, whatever they end with.

    Before Python 3.12 `asyncio.wait_for`, which database drivers wait with, loses a cancellation
    that comes at the moment when its own wait is over; the task then goes on as if nothing had
    happened. A task that has not ended after a second is therefore cancelled again.
    """
    everything = set(tasks)
    pending = {task for task in everything if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_SECONDS)
    for task in everything:
        # Asking for it is what keeps asyncio from logging that nobody did.
        _ = task.cancelled() or task.exception()
