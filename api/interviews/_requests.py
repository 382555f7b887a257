"""What callers send to `/v1/interviews`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.fields import Label, Metadata
from api.records import InterviewStatus
from api.speech import SpokenFields, SpokenForm, TranscriptText, check_transcribed
from grader.interviewing import InterviewFilter, Minutes
from grader.types import Level, Slug

_MAX_LISTED = 50
# Of JavaScript, whose numbers hold no larger integer exactly.
_LARGEST = 2**53

_DEFAULT_MINUTES = 30

TurnNumber = Annotated[int, Field(ge=1)]


class InterviewRequest(BaseModel):
    """What an interview is to be about: a `script`, or questions on `topics` for `levels`.

    Attributes:
        script: Id of an interview script; `GET /v1/interview-scripts` lists them.
        topics: Ask about one of these; all topics by default.
        levels: Ask questions of one of these levels; all by default. The middle one is where the
            interview starts.
        minutes: Time for questions and answers, 30 by default; a script has its own.
        seed: Decides between questions that are equally good: another seed, another choice.
        candidate_id: Your name for the person; interviews can be listed by it.
        custom_id: Your name for this interview; likewise.
        metadata: Your own notes, kept and returned with the interview and with its grades.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"script": "mid", "candidate_id": "ada"},
                {"topics": ["nodejs", "databases"], "levels": ["junior", "mid"], "minutes": 25},
            ]
        },
    )

    script: Slug | None = None
    topics: Annotated[list[Slug], Field(max_length=_MAX_LISTED)] = []
    levels: Annotated[list[Level], Field(max_length=_MAX_LISTED)] = []
    minutes: Minutes | None = None
    seed: Annotated[int, Field(ge=0, lt=_LARGEST)] = 0
    candidate_id: Label | None = None
    custom_id: Label | None = None
    metadata: Metadata = {}

    @model_validator(mode="after")
    def _check_one_source(self) -> Self:
        filtered = [name for name in ("topics", "levels", "minutes") if getattr(self, name)]
        if self.script is not None and filtered:
            raise ValueError(
                f"a script has its own questions and times; leave out {' and '.join(filtered)}, or "
                "leave out script"
            )
        return self

    @property
    def wanted(self) -> InterviewFilter:
        """What to choose questions by, where there is no script."""
        return InterviewFilter(
            topics=tuple(self.topics),
            levels=tuple(self.levels),
            minutes=self.minutes or _DEFAULT_MINUTES,
        )


class AnswerRequest(SpokenFields):
    """What the candidate says in one turn: an `answer`, a `transcript`, or `skip` to pass.

    Attributes:
        turn: The turn that is answered, as the interview names it in `ask.turn`. Of two requests
            for one turn the second is refused.
        answer: The candidate's words.
        transcript: What was said and when, instead: WebVTT or SubRip as text, or the JSON of
            Deepgram, AssemblyAI, Whisper, Amazon Transcribe or `POST /v1/transcriptions`.
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them. They are graded, and
            both versions are kept.
        delivery: Whether to report how it was spoken; never where GRADER_SPEECH_DELIVERY is off.
        skip: The candidate passes; the question is closed with what was said before.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"turn": 1, "answer": "One thread runs the callbacks, one after the other."},
                {
                    "turn": 2,
                    "transcript": "WEBVTT\n\n00:00.000 --> 00:03.000\nThe kernel watches the sockets.",
                },
                {"turn": 3, "skip": True},
            ]
        },
    )

    turn: TurnNumber
    answer: str | None = None
    transcript: TranscriptText | None = None
    skip: bool = False

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.answer is not None) + (self.transcript is not None) + self.skip != 1:
            raise ValueError("give exactly one of answer and transcript, or skip as true")
        check_transcribed(self, transcribed=self.transcript is not None)
        return self


class AnswerForm(SpokenForm):
    """What the candidate says in one turn, spoken.

    Attributes:
        turn: As in `AnswerRequest`, and so are the fields that are not said here.
        audio: A recording of the candidate alone: wav, mp3, m4a, ogg, webm or flac.
        transcript: A transcript with times, instead.
        language: Of the recording; as the service is set by default.
    """

    turn: TurnNumber


class InterviewQuery(BaseModel):
    """Which interviews to list.

    Attributes:
        status: Only those that stand so.
        candidate_id: Only those with this person.
        custom_id: Only those sent under this name.
        script: Only those by this script.
        limit: At most so many on a page.
        cursor: `next_cursor` of the page before; the first page without it.
    """

    model_config = ConfigDict(extra="forbid")

    status: InterviewStatus | None = None
    candidate_id: Label | None = None
    custom_id: Label | None = None
    script: Label | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None
