"""Several pieces of work at once, their results one by one in the order they were asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from grader.cancelling import cancel_all

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Items begun, for each that may be under way. One slow item then holds up what is yielded, while
# the others' work goes on; results that wait for it are bounded by this.
_AHEAD = 4


async def in_order(
    items: Iterable[_Item], work: Callable[[_Item], Awaitable[_Result]], *, workers: int
) -> AsyncGenerator[_Result]:
    """Yield what becomes of each item, in order, with at most `workers` under way.

    Args:
        items: Read as they are needed.
        work: Called in a task of its own for each.
        workers: How many may be under way.

    Raises:
        Exception: What `work` raised, when its turn comes; the others are then cancelled. So they
            are when the generator is closed.
    """
    gate = asyncio.Semaphore(workers)
    waiting: deque[asyncio.Task[_Result]] = deque()

    async def one(item: _Item) -> _Result:
        async with gate:
            return await work(item)

    try:
        for item in items:
            waiting.append(asyncio.create_task(one(item)))
            if len(waiting) >= _AHEAD * workers:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        await cancel_all(waiting)
