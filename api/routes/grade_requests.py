"""What callers send to `/v1/grades`."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from api.fields import Label, Metadata, Moment
from api.grading import GradingTask, find_rubric, new_submission
from api.records import Database, new_id
from api.rubrics import route_question
from api.speech import SpokenFields, TranscriptText, check_answer
from grader.bank import parse_rubric
from grader.grading import Grader
from grader.speech import SpokenAnswer
from grader.types import Band, Rubric

MAX_ASKED = 100
"""Follow-ups that may be named as asked already."""

_InlineRubric = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "A rubric in the format of a rubric file, with `reference_answer` inline.",
        }
    ),
]


class GradeFields(SpokenFields):
    """What requests for a grade have in common; `GradeRequest` says what each field is."""

    model_config = ConfigDict(extra="forbid")

    rubric_id: str | None = None
    rubric_version: str | None = None
    rubric: _InlineRubric | None = None
    question: str | None = None
    asked: Annotated[list[str], Field(max_length=MAX_ASKED)] = Field(default_factory=list)
    allow_partial: bool = False
    candidate_id: Label | None = None
    custom_id: Label | None = None
    metadata: Metadata = Field(default_factory=dict)

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

    async def find_rubric(self, grader: Grader, database: Database, tenant_id: str) -> Rubric:
        """Find the rubric to grade by.

        Raises:
            RubricNotFound: There is none of that name.
            RubricInvalid: The inline one has problems.
            NoMatchingRubric: None is about the question.
        """
        if self.rubric_id is not None:
            return await find_rubric(
                grader, database, tenant_id, self.rubric_id, self.rubric_version
            )
        if self.rubric is not None:
            return parse_rubric(self.rubric)
        return await route_question(grader, database, tenant_id, self.question or "")

    def task(
        self, tenant_id: str, rubric: Rubric, answer: str, spoken: SpokenAnswer | None = None
    ) -> GradingTask:
        """Make the task of grading an answer as these fields say."""
        submission = new_submission(
            tenant_id,
            rubric,
            answer,
            candidate_id=self.candidate_id,
            custom_id=self.custom_id,
            labels=self.metadata,
            asked=self.asked,
            allow_partial=self.allow_partial,
        )
        return GradingTask(new_id("grd"), submission, rubric, spoken=spoken)


class GradeRequest(GradeFields):
    """An answer, and what to grade it by.

    Give exactly one of `rubric_id`, `rubric` and `question`, and one of `answer` and `transcript`.

    Attributes:
        rubric_id: A rubric of the bank.
        rubric_version: A version of it; the current one by default.
        rubric: A whole rubric, inline.
        question: A question in any words; the nearest of your published rubrics and of the bank's is
            used.
        answer: The candidate's words.
        transcript: What was said and when, instead: WebVTT or SubRip as text, or the JSON of
            Deepgram, AssemblyAI, Whisper, Amazon Transcribe or `POST /v1/transcriptions`.
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them. They are graded, and
            both versions are kept.
        delivery: Whether to report how it was spoken; never where GRADER_SPEECH_DELIVERY is off.
        asked: Ids of follow-ups put to the candidate already; they are not chosen again.
        allow_partial: Score the graded points even if others are ungraded.
        candidate_id: Your name for the person; grades can be listed by it.
        custom_id: Your name for this answer; likewise.
        metadata: Your own notes, kept and returned with the grade.
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
                {
                    "rubric_id": "node-event-loop",
                    "transcript": "WEBVTT\n\n00:00.000 --> 00:04.000\n"
                    "There is one thread for our JavaScript.",
                },
            ]
        },
    )

    answer: str | None = None
    transcript: TranscriptText | None = None

    @model_validator(mode="after")
    def _check_one_answer(self) -> Self:
        check_answer(self, typed=self.answer is not None, transcribed=self.transcript is not None)
        return self


class GradeQuery(BaseModel):
    """Which grades to list.

    Attributes:
        rubric_id: Only those under this rubric.
        candidate_id: Only those of this person.
        custom_id: Only those of answers sent under this name.
        band: Only those in this band.
        needs_review: Only those that ask for a person, or only those that do not.
        created_after: Only those made after this moment, with its time zone.
        created_before: Only those made before it.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    rubric_id: Label | None = None
    candidate_id: Label | None = None
    custom_id: Label | None = None
    band: Band | None = None
    needs_review: bool | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None


class RegradeRequest(BaseModel):
    """Which version of the same rubric to grade the same answer by.

    Attributes:
        rubric_version: A version; the current one by default.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"rubric_version": "1.0.0"}]}
    )

    rubric_version: str | None = None
