"""`/v1/invitation`: what the candidate behind the link of an invite does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import EventSourceResponse

from api.dependencies import OpenBackground, OpenDatabase, OpenGrader
from api.interviews import AnswerRequest as TurnRequest
from api.interviews import Held, Interviewing
from api.invites import (
    AnswerRequest,
    Attempt,
    DraftChanged,
    DraftRequest,
    Invitation,
    InvitationGone,
    InvitationInvalid,
    InvitationRevoked,
    OwnAppealRequest,
    SavedDraft,
    StartRequest,
    begin_interview,
    final_grades,
    interview_of,
    repeat_key,
    shown,
)
from api.records import Database
from api.routes.interview_answers import MOST_SECONDS, OpenInterviewing
from api.routes.interview_events import EVENTS, LastEventId, stream_events
from api.routes.invites import OpenTokens
from api.speech import (
    FormFile,
    Language,
    OpenForm,
    OpenSpeech,
    Transcription,
    describe_recording,
    form_body,
    read_spoken,
)
from grader.answers import spoken_terms
from grader.grading import Grader
from grader.interviewing import Step
from grader.speech import SpokenAnswer
from grader.types import Rubric

router = APIRouter(tags=["invites"])

TRANSCRIPTIONS = "/v1/invitation/transcriptions"

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="invitation",
    description="The token of an invite's link: what follows the `#`.",
)


async def _invited(
    tokens: OpenTokens,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    if credentials is None:
        raise InvitationInvalid(
            "the link is not complete; open it as it stands in the invitation",
            {"WWW-Authenticate": 'Bearer realm="invitation"'},
        )
    return tokens.invite_id(credentials.credentials)


_Invited = Annotated[str, Depends(_invited)]


@dataclass(frozen=True, slots=True)
class _Service:
    """What every route here needs."""

    database: Database
    grader: Grader
    interviewing: Interviewing

    async def shown(self, invite_id: str) -> Invitation:
        limit = self.grader.settings.max_answer_characters
        async with self.database.read() as session:
            attempt = await Attempt.open(session, invite_id)
            return await shown(session, attempt, self.interviewing, max_characters=limit)

    async def held(self, session: AsyncSession, attempt: Attempt) -> Held:
        """Read the interview of an invite."""
        store = self.interviewing.conductor.store(session, attempt.row.tenant_id)
        return await store.load(interview_of(attempt.row))


async def _service(
    database: OpenDatabase, grader: OpenGrader, interviewing: OpenInterviewing
) -> _Service:
    return _Service(database, grader, interviewing)


_OpenService = Annotated[_Service, Depends(_service)]


class _Recording(BaseModel):
    """A recording.

    Attributes:
        audio: wav, mp3, m4a, ogg, webm or flac; what it is is told from its content.
        language: Spoken language; as the service is set by default.
    """

    model_config = ConfigDict(extra="forbid")

    audio: FormFile
    language: Language | None = None


@router.get("/v1/invitation")
async def get_invitation(
    invite_id: _Invited, service: _OpenService, background: OpenBackground
) -> Invitation:
    """Return what the candidate of a link may see: no question before consent."""
    async with service.database.read() as session:
        overdue = (await Attempt.open(session, invite_id)).overdue
    if overdue:
        async with service.database.write() as session:
            await (await Attempt.open(session, invite_id, lock=True)).settle()
        background.wake()
    return await service.shown(invite_id)


@router.post("/v1/invitation/start")
async def start(
    invite_id: _Invited,
    body: StartRequest,  # noqa: ARG001 - its consent is what makes it valid
    service: _OpenService,
) -> Invitation:
    """Agree to the terms, and begin: the question is shown, and the time runs."""
    async with service.database.write() as session:
        attempt = await Attempt.open(session, invite_id, lock=True)
        attempt.start()
        await begin_interview(session, attempt, service.interviewing, service.grader)
    return await service.shown(invite_id)


@router.put("/v1/invitation/draft")
async def save_draft(invite_id: _Invited, body: DraftRequest, service: _OpenService) -> SavedDraft:
    """Keep what is written so far; it is taken as the answer when the time is over."""
    async with service.database.write() as session:
        attempt = await Attempt.open(session, invite_id, lock=True)
        left = attempt.seconds_left
        if attempt.row.interview_id is not None:
            state = (await service.held(session, attempt)).present
            left = state.question_seconds_left
            if (
                state.turn is None
                or state.turn.answer is not None
                or state.turn.number != body.turn
            ):
                raise DraftChanged(
                    f"turn {body.turn} is not open any more; ask what is asked now, and save it "
                    "with its turn",
                    draft=attempt.row.draft,
                    revision=attempt.row.draft_revision,
                )
        attempt.save(body)
        return SavedDraft(
            revision=attempt.row.draft_revision,
            saved_at=attempt.moment,
            seconds_left=left,
        )


@router.post("/v1/invitation/answer")
async def hand_in(
    invite_id: _Invited, body: AnswerRequest, service: _OpenService, background: OpenBackground
) -> Invitation:
    """Hand the answer in, once; the same answer again changes nothing."""
    settings, spoken = service.grader.settings, None
    if body.transcript is not None:
        async with service.database.read() as session:
            attempt = await Attempt.open(session, invite_id)
            attempt.check_speech()
            rubric = await attempt.rubric()
        terms = spoken_terms(rubric)
        spoken = await read_spoken(body.transcript, body, settings, terms=terms)
    answer = spoken.transcript.text if spoken else body.answer or ""
    async with service.database.write() as session:
        attempt = await Attempt.open(session, invite_id, lock=True)
        await attempt.hand_in(answer, max_characters=settings.max_answer_characters, spoken=spoken)
    background.wake()
    return await service.shown(invite_id)


@router.post("/v1/invitation/turns")
async def answer_turn(invite_id: _Invited, body: TurnRequest, service: _OpenService) -> Invitation:
    """Answer the open turn of the interview, or pass; the same answer again changes nothing."""
    async with service.database.read() as session:
        attempt = await Attempt.open(session, invite_id)
        tenant_id, interview_id = attempt.row.tenant_id, interview_of(attempt.row)
        if body.transcript is not None:
            attempt.check_speech()
    conductor, keeper = service.interviewing.conductor, service.interviewing.keeper
    if body.skip:

        def skip(held: Held) -> Step:
            return held.skip(turn=body.turn)

        await conductor.change(tenant_id, interview_id, skip)
    else:
        said = await _said(body, service, tenant_id, interview_id)
        await conductor.receive(
            tenant_id,
            interview_id,
            said,
            turn=body.turn,
            idempotency_key=repeat_key(body.turn, said),
        )
    keeper.tend(tenant_id, interview_id)
    await keeper.settled(interview_id, within=MOST_SECONDS)
    return await service.shown(invite_id)


@router.get("/v1/invitation/events", response_class=EventSourceResponse, responses=EVENTS)
async def watch(
    request: Request,
    invite_id: _Invited,
    service: _OpenService,
    *,
    last_event_id: LastEventId = 0,
) -> Response:
    """Stream what happens in the interview, from its beginning or after `Last-Event-ID`."""
    async with service.database.read() as session:
        held = await service.held(session, await Attempt.open(session, invite_id))

    async def holds(session: AsyncSession) -> bool:
        try:
            await Attempt.open(session, invite_id)
        except (InvitationGone, InvitationRevoked):
            return False
        return True

    return stream_events(
        request,
        held,
        service.database,
        service.interviewing,
        after=last_event_id,
        full=False,
        may_watch=holds,
    )


@router.post(
    TRANSCRIPTIONS,
    response_model=Transcription,
    openapi_extra={"requestBody": {"required": True, **form_body(_Recording)}},
)
async def transcribe(
    invite_id: _Invited, form: OpenForm, service: _OpenService, speech: OpenSpeech
) -> Response:
    """Write down what is said in a recording, where the invite allows it. Nothing is kept of it.

    Answers 501 where no speech-to-text engine is set up.
    """
    async with service.database.read() as session:
        attempt = await Attempt.open(session, invite_id)
        attempt.check_speech()
        attempt.check_begun()
        rubric = await _asked(session, attempt, service)
    sent = await form.read(_Recording)
    vocabulary = spoken_terms(rubric) if rubric else ()
    transcript, engine = await speech.transcribe(
        sent.audio, vocabulary=vocabulary, language=sent.language
    )
    found = await describe_recording(
        transcript, engine, service.grader.settings, rubric, delivery=False
    )
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("/v1/invitation/appeals", status_code=status.HTTP_201_CREATED)
async def appeal_own_grade(
    invite_id: _Invited, body: OwnAppealRequest, service: _OpenService
) -> Invitation:
    """Ask for a person to look at the answer; of an interview, at one question."""
    async with service.database.write() as session:
        attempt = await Attempt.open(session, invite_id, lock=True)
        grade_id = attempt.row.grade_id
        if attempt.row.script is not None and attempt.row.submitted_at is not None:
            grades = final_grades(await service.held(session, attempt))
            number = body.question or 1
            grade_id = grades[number - 1] if number <= len(grades) else None
        await attempt.appeal(body.statement, grade_id)
    return await service.shown(invite_id)


async def _said(
    body: TurnRequest, service: _Service, tenant_id: str, interview_id: str
) -> str | SpokenAnswer:
    if body.transcript is None:
        return body.answer or ""
    held = await service.interviewing.conductor.find(tenant_id, interview_id)
    # The words of a turn that is answered already are read too, to know them again.
    question = next(
        (q for q in held.state.questions if any(turn.number == body.turn for turn in q.turns)),
        held.state.questions[-1],
    )
    terms = spoken_terms(held.engine.rubric(question.planned.rubric))
    return await read_spoken(body.transcript, body, service.grader.settings, terms=terms)


async def _asked(session: AsyncSession, attempt: Attempt, service: _Service) -> Rubric | None:
    """Return what the candidate is answering."""
    if attempt.row.script is None:
        return await attempt.rubric()
    held = await service.held(session, attempt)
    question = held.state.current
    return held.engine.rubric(question.planned.rubric) if question else None
