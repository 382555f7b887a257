"""`POST /v1/grades` with a form: a recording, or a transcript in a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, status
from pydantic import BeforeValidator, Field, Json

from api.admission import Admission
from api.auth import Scope
from api.dependencies import OpenGradeService
from api.fields import Metadata
from api.idempotency import Creation, creates
from api.prefer import Prefer, asks_for_async
from api.routes.grade_requests import MAX_ASKED, GradeFields
from api.speech import FormRoute, OpenForm, OpenSpeech, SpokenForm, form_body, hear, open_form

router = APIRouter(prefix="/v1/grades", tags=["grades"], route_class=FormRoute)

_Creating = Annotated[Creation, creates(Scope.GRADE, contents=open_form)]
_Several = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)


class SpokenGradeForm(GradeFields, SpokenForm):
    """A spoken answer, and what to grade it by.

    Attributes:
        audio: A recording of the candidate alone: wav, mp3, m4a, ogg, webm or flac.
        transcript: A transcript with times, instead.
        language: Of the recording; as the service is set by default.

    The other fields are those of `GradeRequest`; `rubric` and `metadata` are JSON.
    """

    rubric: Json[dict[str, Any]] | None = None
    metadata: Json[Metadata] = Field(default_factory=dict)
    asked: Annotated[list[str], _Several, Field(max_length=MAX_ASKED)] = Field(default_factory=list)


REQUEST_BODY = form_body(SpokenGradeForm)


@router.post("", status_code=status.HTTP_201_CREATED, include_in_schema=False)
async def create_spoken_grade(
    request: Request,
    creation: _Creating,
    form: OpenForm,
    service: OpenGradeService,
    speech: OpenSpeech,
    prefer: Prefer = None,
) -> Response:
    """Grade one spoken answer; see `create_grade`."""
    sent = await form.read(SpokenGradeForm)
    tenant_id = creation.caller.tenant_id
    rubric = await sent.find_rubric(service.grader, service.database, tenant_id)
    spoken = await hear(sent, speech, service.grader.settings, rubric)
    task = sent.task(tenant_id, rubric, spoken.transcript.text, spoken)
    if asks_for_async(prefer):
        return await service.respond(creation, task, in_background=True)
    admission: Admission = request.app.state.admission
    async with admission.place():
        return await service.respond(creation, task, in_background=False)
