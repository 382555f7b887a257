"""`client.statistics`."""

from __future__ import annotations

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking
from grader.client._operations import Operation
from grader.client.models import Dashboard

GET = Operation("GET", "/v1/statistics", TypeAdapter(Dashboard))


class AsyncStatistics(Resource):
    """Figures of your grades, and what waits or fails."""

    async def get(self, *, days: int = 30, rubric_id: str | None = None) -> Dashboard:
        """Return counts, bands, latency, means over time, and what waits or fails now.

        Args:
            days: So many days of UTC, today's too.
            rubric_id: Only grades under this rubric.
        """
        return await self._session.call(GET, query={"days": days, "rubric_id": rubric_id})


class Statistics(BlockingResource):
    """Figures of your grades, and what waits or fails."""

    get = blocking(AsyncStatistics.get)
