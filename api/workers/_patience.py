"""Waiting for records or an index that are unavailable, instead of failing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.errors import PASSING

_log = logging.getLogger(__name__)

_SECONDS = 2.0

T = TypeVar("T")


async def patiently(act: Callable[[], Awaitable[T]], who: str = "batches") -> T:
    """Do something again and again, while the records or the index are unavailable.

    Args:
        act: What is to be done.
        who: What the log says is waiting.
    """
    while True:
        try:
            return await act()
        except PASSING as error:
            _log.warning("%s wait: %s", who, error)
            await asyncio.sleep(_SECONDS)
