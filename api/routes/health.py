"""Probes for whoever runs the service."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What a probe learns."""

    status: str
    rubrics: int | None = None


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process answers."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> Health:
    """Say whether answers can be graded now."""
    grader = getattr(request.app.state, "grader", None)
    if grader is None:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Health(status="starting")
    return Health(status="ready", rubrics=len(grader.bank))
