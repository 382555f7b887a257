"""`/v1/interviews/{interview_id}/answers`: what the candidate says in one turn, typed or spoken."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, status

from api.auth import Caller, Scope
from api.dependencies import OpenGrader
from api.idempotency import Creation, creates
from api.interviews import AnswerForm, AnswerRequest, Held, Interview, Interviewing
from api.prefer import Prefer, asks_for_async
from api.speech import FormRoute, OpenForm, OpenSpeech, form_body, hear, open_form, read_spoken
from grader.answers import spoken_terms
from grader.interviewing import Step
from grader.speech import SpokenAnswer

router = APIRouter(tags=["interviews"])

PATH = "/v1/interviews/{interview_id}/answers"

MOST_SECONDS = 30.0
"""Long enough for any judge that is not in trouble; whoever waits longer is told to come back."""


async def _interviewing(request: Request) -> Interviewing:
    interviewing: Interviewing = request.app.state.interviewing
    return interviewing


OpenInterviewing = Annotated[Interviewing, Depends(_interviewing)]

_Creating = Annotated[Creation, creates(Scope.GRADE)]
_CreatingFromForm = Annotated[Creation, creates(Scope.GRADE, contents=open_form)]

_GRADING: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Interview,
        "description": "The answer is kept, and still being graded; ask again, or watch the events",
    }
}


async def answer_in_form(
    interview_id: str,
    creation: _CreatingFromForm,
    form: OpenForm,
    interviewing: OpenInterviewing,
    speech: OpenSpeech,
    grader: OpenGrader,
    prefer: Prefer = None,
) -> Response:
    """Answer the open turn by a recording, or a transcript in a file; see `answer`."""
    sent = await form.read(AnswerForm)
    # First: a recording that comes too late is not transcribed.
    rubric = await interviewing.conductor.expects(
        creation.caller.tenant_id, interview_id, sent.turn, idempotency_key=creation.key
    )
    if rubric is not None:
        spoken = await hear(sent, speech, grader.settings, rubric)
        await _take(interview_id, sent.turn, spoken, creation, interviewing)
    return await _respond(interview_id, creation, interviewing, prefer)


# Before `answer`: the same path, for forms.
router.add_api_route(
    PATH,
    answer_in_form,
    methods=["POST"],
    route_class_override=FormRoute,
    include_in_schema=False,
)


@router.post(
    PATH,
    response_model=Interview,
    responses=_GRADING,
    openapi_extra={"requestBody": form_body(AnswerForm)},
)
async def answer(
    interview_id: str,
    body: AnswerRequest,
    creation: _Creating,
    interviewing: OpenInterviewing,
    grader: OpenGrader,
    prefer: Prefer = None,
) -> Response:
    """Answer the open turn, or pass; the response has what is asked next.

    A spoken answer is sent as a transcript with times, in JSON or as a file in a form, or as a
    recording in a form, which is written down first and never kept. One that cannot be graded as it
    was heard is refused, and the turn stays open.

    An answer that comes after the time is up is taken all the same, as long as its turn is open. An
    answer is kept before it is graded: should grading take long, or the service stop, it goes on in
    the background. Of two requests for the same turn the second gets 409.
    """
    if body.skip:
        return await _skip(interview_id, body.turn, creation, interviewing)
    said: str | SpokenAnswer = body.answer or ""
    if body.transcript is not None:
        rubric = await interviewing.conductor.expects(
            creation.caller.tenant_id, interview_id, body.turn, idempotency_key=creation.key
        )
        if rubric is None:
            return await _respond(interview_id, creation, interviewing, prefer)
        terms = spoken_terms(rubric)
        said = await read_spoken(body.transcript, body, grader.settings, terms=terms)
    await _take(interview_id, body.turn, said, creation, interviewing)
    return await _respond(interview_id, creation, interviewing, prefer)


def sees_all(caller: Caller, *, candidate_view: bool = False) -> bool:
    """Tell whether a caller is shown what candidates are not."""
    return Scope.REVIEW in caller.scopes and not candidate_view


async def _take(
    interview_id: str,
    turn: int,
    said: str | SpokenAnswer,
    creation: Creation,
    interviewing: Interviewing,
) -> None:
    await interviewing.conductor.receive(
        creation.caller.tenant_id, interview_id, said, turn=turn, idempotency_key=creation.key
    )


async def _respond(
    interview_id: str, creation: Creation, interviewing: Interviewing, prefer: str | None
) -> Response:
    """Wait for the grade, unless that is not wanted, and return what is asked next."""
    tenant_id, conductor = creation.caller.tenant_id, interviewing.conductor
    interviewing.keeper.tend(tenant_id, interview_id)
    later = asks_for_async(prefer)
    if not later:
        await interviewing.keeper.settled(interview_id, within=MOST_SECONDS)
    headers = {"Location": f"/v1/interviews/{interview_id}", "Retry-After": "1"}
    if later:
        headers["Preference-Applied"] = "respond-async"
    async with creation.transaction() as unit:
        held = await conductor.store(unit.session, tenant_id).load(interview_id)
        return unit.respond(
            Interview.now(held, full=sees_all(creation.caller)).model_dump_json(),
            status.HTTP_202_ACCEPTED if held.is_unsettled else status.HTTP_200_OK,
            headers=headers if held.is_unsettled else None,
            interview_id=interview_id,
        )


async def _skip(
    interview_id: str, turn: int, creation: Creation, interviewing: Interviewing
) -> Response:
    def skip(held: Held) -> Step:
        return held.skip(turn=turn)

    conductor, caller = interviewing.conductor, creation.caller
    async with creation.transaction() as unit:
        held = await conductor.change_in(unit.session, caller.tenant_id, interview_id, skip)
        response = unit.respond(
            Interview.now(held, full=sees_all(caller)).model_dump_json(),
            status.HTTP_200_OK,
            interview_id=interview_id,
        )
    conductor.changed(interview_id)
    return response
