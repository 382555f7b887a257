"""What platforms and candidates send."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.fields import Label, Metadata, Prose
from api.reviews import AppealRequest
from api.speech import SpokenFields, TranscriptText, check_answer
from grader.types import Frozen, Slug

_DAY = 24 * 60 * 60

DEFAULT_CONSENT = (
    "Your answer is kept, and graded automatically against what a good answer to the question "
    "says. Whoever invited you sees the answer and the grade. A person looks at what the automatic "
    "grading is unsure of, and you can ask for a person to look at yours. You can have your answer "
    "deleted: ask whoever invited you."
)
"""What a candidate agrees to where the platform says nothing of its own."""

SPEECH_CONSENT = (
    "Where you speak, a program writes down what you say, which may be a service of your browser or "
    "of whoever invited you. You can correct what it wrote; both versions are kept, and your "
    "pauses and pace may be shown apart from the grade. The recording is not kept."
)
"""What is added to it where the candidate may speak."""


class InviteRequest(Frozen):
    """Who is asked what, and under which terms; give exactly one of `rubric_id` and `script`.

    Attributes:
        rubric_id: The rubric whose question is asked.
        rubric_version: A version of it; the current one by default. It stays the same from now on.
        script: Id of the interview script that the candidate goes through instead.
        candidate_id: Your name for the person; grades can be listed by it.
        custom_id: Your name for the answer; likewise.
        metadata: Your own notes, kept with the answer.
        expires_in: Seconds until which the candidate must have begun; without a time limit, until
            which the answer must be there.
        time_limit: Seconds from the start to the answer, by the service's clock; null for none.
            What is written by then is taken as the answer. A script has its own times.
        consent_text: What the candidate agrees to before the question is shown; null for the
            service's own words.
        spoken: Whether the candidate may speak; the tenant must allow it.
        show_grade: Whether the candidate sees the outcome; the tenant must allow it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rubric_id": "node-event-loop", "candidate_id": "ada", "time_limit": 900},
                {"script": "mid", "candidate_id": "ada", "spoken": True},
            ]
        },
    )

    rubric_id: Label | None = None
    rubric_version: Label | None = None
    script: Slug | None = None
    candidate_id: Label
    custom_id: Label | None = None
    metadata: Metadata = Field(default_factory=dict)
    expires_in: Annotated[int, Field(ge=60, le=366 * _DAY)] = 7 * _DAY
    time_limit: Annotated[int, Field(ge=30, le=_DAY)] | None = None
    consent_text: Prose | None = None
    spoken: bool = False
    show_grade: bool = False

    @property
    def terms(self) -> str:
        """What the candidate agrees to."""
        if self.consent_text is not None:
            return self.consent_text
        return f"{DEFAULT_CONSENT} {SPEECH_CONSENT}" if self.spoken else DEFAULT_CONSENT

    @model_validator(mode="after")
    def _check_one_source(self) -> Self:
        if (self.rubric_id is None) == (self.script is None):
            found = "none of them" if self.script is None else "both"
            raise ValueError(f"give exactly one of rubric_id and script, not {found}")
        own = [name for name in ("rubric_version", "time_limit") if getattr(self, name) is not None]
        if self.script is not None and own:
            raise ValueError(f"a script has its own; leave out {' and '.join(own)}")
        return self


class StartRequest(Frozen):
    """The candidate's consent, without which the question is not shown.

    Attributes:
        consent: That the candidate agrees to the terms.
    """

    consent: Literal[True]


# What the service grades is shorter; what is longer is kept all the same, and refused when it is
# handed in, with the reason.
_Text = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]


class DraftRequest(Frozen):
    """What the candidate has written so far.

    Attributes:
        answer: All of it.
        revision: Of the draft that it was made from; the draft is refused if another has been saved
            since.
        turn: The turn of the interview that it is for; null where one question is answered.
    """

    answer: _Text
    revision: Annotated[int, Field(ge=0)]
    turn: Annotated[int, Field(ge=1)] | None = None


class AnswerRequest(SpokenFields):
    """The candidate's answer: exactly one of `answer` and, where the invite allows it, `transcript`.

    Attributes:
        answer: The candidate's words.
        transcript: What was said and when; see `POST /v1/grades`.
        speaker: The candidate, where the transcript names several speakers.
        corrected_text: The transcript's words as the candidate corrected them. They are graded, and
            both versions are kept.
        delivery: Whether to report how it was spoken; never where GRADER_SPEECH_DELIVERY is off.
    """

    model_config = ConfigDict(extra="forbid")

    answer: _Text | None = None
    transcript: TranscriptText | None = None

    @model_validator(mode="after")
    def _check_one_answer(self) -> Self:
        check_answer(self, typed=self.answer is not None, transcribed=self.transcript is not None)
        return self


class OwnAppealRequest(AppealRequest):
    """A candidate's wish that a person looks at their answer.

    Attributes:
        question: Of an interview: which one, from 1.
    """

    question: Annotated[int, Field(ge=1)] | None = None
