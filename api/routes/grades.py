"""`/v1/grades`."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from api.dependencies import OpenGrader
from grader.bank import parse_rubric
from grader.grading import Grader
from grader.types import Grade, Rubric

router = APIRouter(prefix="/v1/grades", tags=["grades"])

_MAX_ASKED = 100

_InlineRubric = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "A rubric in the format of a rubric file, with `reference_answer` inline.",
        }
    ),
]


class GradeRequest(BaseModel):
    """An answer, and what to grade it by: exactly one of `rubric_id`, `rubric`, `question`.

    Attributes:
        rubric_id: A rubric of the bank.
        rubric_version: A version of it; the current one by default.
        rubric: A whole rubric, inline.
        question: A question in any words; the nearest rubric of the bank is used.
        answer: The candidate's words.
        asked: Ids of follow-ups put to the candidate already; they are not chosen again.
        allow_partial: Score the graded points even if others are ungraded.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "rubric_id": "node-event-loop",
                    "answer": "There is a single thread for our JavaScript, so callbacks run one "
                    "after the other. Sockets are watched by the kernel through epoll.",
                },
                {
                    "question": "How can Node serve so many clients with one thread?",
                    "answer": "It asks the kernel which sockets are ready instead of blocking.",
                },
            ]
        },
    )

    rubric_id: str | None = None
    rubric_version: str | None = None
    rubric: _InlineRubric | None = None
    question: str | None = None
    answer: str
    asked: Annotated[list[str], Field(max_length=_MAX_ASKED)] = []
    allow_partial: bool = False

    @model_validator(mode="after")
    def _check_one_source(self) -> Self:
        given = [
            name for name in ("rubric_id", "rubric", "question") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            raise ValueError(f"give exactly one of rubric_id, rubric and question, not {found}")
        if self.rubric_version is not None and self.rubric_id is None:
            raise ValueError("rubric_version goes with rubric_id")
        return self


@router.post("", status_code=status.HTTP_201_CREATED, response_model=Grade)
async def create_grade(body: GradeRequest, grader: OpenGrader) -> Response:
    """Grade one answer."""
    rubric = await _find_rubric(body, grader)
    grade = await grader.grade(
        body.answer, rubric, asked=body.asked, allow_partial=body.allow_partial
    )
    # The grade is valid by construction; serialising it once is all that is left to do.
    return Response(grade.model_dump_json(), status.HTTP_201_CREATED, media_type="application/json")


async def _find_rubric(body: GradeRequest, grader: Grader) -> Rubric:
    if body.rubric_id is not None:
        return grader.bank.get(body.rubric_id, body.rubric_version)
    if body.rubric is not None:
        return parse_rubric(body.rubric)
    return await grader.route(body.question or "")
