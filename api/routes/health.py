"""Probes for whoever runs the service."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel

from api.observability import Standing

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What a liveness probe learns."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """What a readiness probe learns.

    Attributes:
        status: `ready`; `degraded`, where something is missing that not every request needs;
            `unavailable`, where nothing can be graded and kept; `starting` and `stopping`. All but
            the first two come with 503.
        rubrics: How many the shared bank has.
        parts: How each part stands that the service depends on: `records`; `index`; `disk`, which is
            the data folder and the one for temporary files; and `llm` where the judge asks one.
    """

    status: Literal["ready", "degraded", "unavailable", "starting", "stopping"]
    rubrics: int | None = None
    parts: dict[str, Standing] = {}


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process answers."""
    return Health()


@router.get("/readyz", responses={503: {"model": Ready, "description": "Send nothing here now"}})
async def readyz(request: Request, response: Response) -> Ready:
    """Say whether answers can be graded and kept now, and what is missing."""
    state = request.app.state
    readiness = getattr(state, "readiness", None)
    if readiness is None:
        ready = Ready(status="starting")
    elif (admission := getattr(state, "admission", None)) is not None and admission.stopping:
        ready = Ready(status="stopping")
    else:
        usable, parts = await readiness.look()
        whole = all(part is Standing.OK for part in parts.values())
        standing: Literal["ready", "degraded", "unavailable"]
        standing = "unavailable" if not usable else "ready" if whole else "degraded"
        ready = Ready(status=standing, rubrics=len(state.grader.bank), parts=parts)
    if ready.status not in {"ready", "degraded"}:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return ready
