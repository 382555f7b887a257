"""`/v1/rubrics`."""

from __future__ import annotations

import base64
import binascii
from itertools import islice
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import OpenGrader
from grader.errors import BadInput
from grader.types import Kind, Level, Rubric, Status

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"])


class OptionText(BaseModel):
    """One choice of a multiple-choice question, as a candidate sees it."""

    id: str
    text: str


class RubricSummary(BaseModel):
    """A rubric without what its answers are judged by.

    Attributes:
        options: Of a multiple-choice question, in order: the first is A.
    """

    id: str
    version: str
    status: Status
    question: str
    kind: Kind
    level: Level
    topics: tuple[str, ...]
    options: tuple[OptionText, ...]
    sha256: str
    structure_sha256: str

    @classmethod
    def of(cls, rubric: Rubric) -> Self:
        """Summarise a rubric."""
        return cls.model_validate(rubric, from_attributes=True)


class RubricDetail(Rubric):
    """A whole rubric with its two hashes."""

    content_hash: Annotated[str, Field(serialization_alias="sha256")]
    structure_hash: Annotated[str, Field(serialization_alias="structure_sha256")]

    @classmethod
    def of(cls, rubric: Rubric) -> Self:
        """Add the hashes to a rubric."""
        hashes = {"content_hash": rubric.sha256, "structure_hash": rubric.structure_sha256}
        return cls.model_validate(rubric.model_dump() | hashes)


class RubricPage(BaseModel):
    """One page of rubrics.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[RubricSummary]
    next_cursor: str | None


@router.get("")
async def list_rubrics(
    grader: OpenGrader,
    topic: Annotated[str | None, Query(description="Only rubrics with this topic")] = None,
    level: Annotated[Level | None, Query(description="Only rubrics of this level")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(description="From the page before")] = None,
) -> RubricPage:
    """List the published rubrics, by id."""
    after = _decode(cursor) if cursor is not None else ""
    matching = (
        rubric
        for rubric in grader.bank
        if rubric.id > after
        and (topic is None or topic in rubric.topics)
        and (level is None or rubric.level is level)
    )
    found = list(islice(matching, limit + 1))
    more = len(found) > limit
    return RubricPage(
        items=[RubricSummary.of(rubric) for rubric in found[:limit]],
        next_cursor=_encode(found[limit - 1].id) if more else None,
    )


@router.get("/{rubric_id}")
async def get_rubric(
    rubric_id: str,
    grader: OpenGrader,
    version: Annotated[str | None, Query(description="The current one by default")] = None,
) -> RubricDetail:
    """Return one rubric whole."""
    return RubricDetail.of(grader.bank.get(rubric_id, version))


def _encode(rubric_id: str) -> str:
    return base64.urlsafe_b64encode(rubric_id.encode()).decode()


def _decode(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadInput(
            "the cursor is not one that this service gave out; start without it"
        ) from None
