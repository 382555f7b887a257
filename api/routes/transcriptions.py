"""`/v1/transcriptions`."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, model_validator

from api.auth import Grading
from api.dependencies import OpenDatabase, OpenGrader
from api.grading import find_rubric
from api.speech import (
    FormFile,
    Language,
    OpenForm,
    OpenSpeech,
    Transcription,
    describe_recording,
    form_body,
)
from grader.answers import spoken_terms

router = APIRouter(prefix="/v1/transcriptions", tags=["transcriptions"])


class TranscriptionForm(BaseModel):
    """A recording.

    Attributes:
        audio: wav, mp3, m4a, ogg, webm or flac; what it is is told from its content.
        rubric_id: Its terms are told to the engine, and looked for where they were mis-heard.
        rubric_version: A version of it; the current one by default.
        language: Spoken language; as the service is set by default.
        delivery: Whether to report how it was spoken; never where GRADER_SPEECH_DELIVERY is off.
    """

    model_config = ConfigDict(extra="forbid")

    audio: FormFile
    rubric_id: str | None = None
    rubric_version: str | None = None
    language: Language | None = None
    delivery: bool = True

    @model_validator(mode="after")
    def _check_version(self) -> Self:
        if self.rubric_version is not None and self.rubric_id is None:
            raise ValueError("rubric_version goes with rubric_id")
        return self


@router.post(
    "",
    response_model=Transcription,
    openapi_extra={"requestBody": {"required": True, **form_body(TranscriptionForm)}},
)
async def create_transcription(
    caller: Grading,
    form: OpenForm,
    grader: OpenGrader,
    database: OpenDatabase,
    speech: OpenSpeech,
) -> Response:
    """Write down what is said in a recording. Nothing is kept of it.

    Answers 501 where no speech-to-text engine is set up; transcripts can be graded all the same.
    """
    sent = await form.read(TranscriptionForm)
    rubric = None
    if sent.rubric_id is not None:
        rubric = await find_rubric(
            grader, database, caller.tenant_id, sent.rubric_id, sent.rubric_version
        )
    vocabulary = spoken_terms(rubric) if rubric else ()
    transcript, engine = await speech.transcribe(
        sent.audio, vocabulary=vocabulary, language=sent.language
    )
    found = await describe_recording(
        transcript, engine, grader.settings, rubric, delivery=sent.delivery
    )
    return Response(found.model_dump_json(), media_type="application/json")
