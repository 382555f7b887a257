"""`/metrics`, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import Scope, authorize, is_local
from api.dependencies import OpenDatabase, OpenMetrics
from api.errors import RecordsUnavailable
from api.records import queue_depths

# No part of the API that clients program against.
router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def get_metrics(request: Request, metrics: OpenMetrics, database: OpenDatabase) -> Response:
    """Return the figures of this process: to this machine, and to others with an admin's key."""
    if not is_local(request.client.host if request.client else None):
        await authorize(request, Scope.ADMIN)
    try:
        async with database.read() as session:
            depths = await queue_depths(session)
    except RecordsUnavailable:
        depths = None  # the other figures matter all the more
    metrics.queues(depths)
    return metrics.response()
