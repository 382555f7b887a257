"""Deleting a submission, or all that a candidate has sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.auth import Administering
from api.dependencies import OpenDatabase, OpenGrader
from api.errors import NotFound
from api.fields import Label
from api.privacy import Deletion, Receipt

router = APIRouter(tags=["privacy"])


@router.delete("/v1/submissions/{submission_id}")
async def delete_submission(
    submission_id: str, caller: Administering, database: OpenDatabase, grader: OpenGrader
) -> Receipt:
    """Delete an answer with its grades, reviews, appeals and all else that was made from it."""
    deletion = Deletion(database, grader, caller.tenant_id, caller.actor)
    receipt = await deletion.submission(submission_id)
    if receipt is None:
        raise NotFound(f"there is no submission '{submission_id[:80]}'")
    return receipt


@router.delete("/v1/candidates/{candidate_id:path}")
async def delete_candidate(
    candidate_id: Annotated[Label, Path(description="The name that you sent answers under")],
    caller: Administering,
    database: OpenDatabase,
    grader: OpenGrader,
) -> Receipt:
    """Delete all answers of a candidate, with all that was made from them."""
    deletion = Deletion(database, grader, caller.tenant_id, caller.actor)
    receipt = await deletion.candidate(candidate_id)
    if receipt is None:
        raise NotFound(f"there is nothing of a candidate '{candidate_id[:80]}'")
    return receipt
