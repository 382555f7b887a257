"""An HTTP server that finishes what it has begun before it stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import uvicorn

from api.admission import Admission


class GracefulServer(uvicorn.Server):
    """Uvicorn that, told to stop, turns new work away and lets the work under way come to its end."""

    def __init__(
        self,
        config: uvicorn.Config,
        admission: Admission,
        seconds: float = 30.0,
        *,
        also: Sequence[Admission] = (),
    ) -> None:
        """Serve as `config` says.

        Args:
            config: Its `timeout_graceful_shutdown`, if any, should be longer than `seconds`.
            admission: What the application admits work by.
            seconds: What is not done so long after the stop is cancelled, with a 503 response.
            also: What it admits other work by.
        """
        super().__init__(config)
        self._admissions = (admission, *also)
        self._seconds = seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain while the server closes its connections."""
        async with asyncio.TaskGroup() as draining:
            for admission in self._admissions:
                draining.create_task(admission.drain(self._seconds))
            await super().shutdown(sockets)
