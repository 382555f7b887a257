"""What the service depends on, and whether it is there."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from pathlib import Path

from api.records import Database
from grader.disk import check_writable
from grader.errors import GraderError
from grader.grading import Grader
from grader.llm import load, reach

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 3.0
# Probes come every few seconds, from several places; another's service is not asked as often.
_REMEMBERED_SECONDS = 15.0

Probe = Callable[[], Awaitable[None]]


class Standing(StrEnum):
    """Whether a part can be used."""

    OK = "ok"
    UNAVAILABLE = "unavailable"


class Part:
    """One thing that the service depends on."""

    def __init__(self, name: str, probe: Probe, *, remembered: float = 0.0) -> None:
        """Prepare; nothing is asked yet.

        Args:
            name: What it is called in a response and in the log.
            probe: Raises if the part cannot be used.
            remembered: Seconds for which an outcome stands before it is asked for again.
        """
        self.name = name
        self._probe = probe
        self._remembered = remembered
        self._found = Standing.OK
        self._asked_at = -float("inf")
        self._asking = asyncio.Lock()

    async def standing(self) -> Standing:
        """Ask, or say what was found a moment ago; a probe that takes too long has failed."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= self._remembered:
                before = self._found
                self._found, reason = await self._ask()
                self._asked_at = time.monotonic()
                if self._found != before:
                    _log.warning("%s: %s, was %s%s", self.name, self._found, before, reason)
            return self._found

    async def _ask(self) -> tuple[Standing, str]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._probe()
        except GraderError as error:
            return Standing.UNAVAILABLE, f": {error}"
        except Exception as error:  # noqa: BLE001 - whatever it is, the part cannot be used
            return Standing.UNAVAILABLE, f": {type(error).__name__}"
        return Standing.OK, ""


class Readiness:
    """Everything that a service depends on.

    Without the records nothing can be graded and kept, and whoever balances load should send nothing
    here; records in a file that cannot grow count as gone. Without the index, the LLM or room for
    uploads and recordings most of the service goes on, and what needs them says so.
    """

    def __init__(self, database: Database, grader: Grader) -> None:
        """Look at what the settings of `grader` name.

        Args:
            database: Holds the records.
            grader: Knows the index and which LLM is used.
        """
        settings = grader.settings

        async def use_records() -> None:
            await database.ping()
            if database.folder is not None:
                await asyncio.to_thread(check_writable, database.folder)

        async def use_disk() -> None:
            # Uploads and recordings wait in the second.
            for folder in (settings.data_dir, Path(tempfile.gettempdir())):
                await asyncio.to_thread(check_writable, folder)

        self._required = (Part("records", use_records),)
        others = [
            Part("index", grader.ping_index, remembered=_REMEMBERED_SECONDS),
            Part("disk", use_disk),
        ]
        if settings.judge != "local":
            load()  # or else the first probe would take longer than it may

            async def ask_llm() -> None:
                await asyncio.to_thread(reach, settings.llm, _PATIENCE_SECONDS)

            others.append(Part("llm", ask_llm, remembered=_REMEMBERED_SECONDS))
        self._others = tuple(others)

    async def look(self) -> tuple[bool, Mapping[str, Standing]]:
        """Tell whether the service can be used at all, and how each part stands."""
        parts = (*self._required, *self._others)
        found = await asyncio.gather(*(part.standing() for part in parts))
        standings = dict(zip((part.name for part in parts), found, strict=True))
        usable = all(standings[part.name] is Standing.OK for part in self._required)
        return usable, standings
