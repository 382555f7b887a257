"""`/v1/greenhouse`: the assessment-partner endpoints that Greenhouse calls.

Greenhouse sends the API key as the user name of HTTP basic, without a password; a bearer key works
too.
"""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPBasic

from api.ats import (
    CandidateLink,
    ErrorReport,
    PartnerTest,
    Reported,
    Seal,
    SendTest,
    SentTest,
    TestStatus,
    stands,
)
from api.auth import Authenticator, Caller, Grading, Reading
from api.deliveries import EventType, announce
from api.dependencies import OpenDatabase, OpenGrader, OpenSender
from api.errors import NotFound
from api.grading import find_rubric
from api.invites import InviteRequest, InviteTokens, invite
from api.records import AuditLog, Database, GreenhouseTestRow, GreenhouseTests, InviteRow
from api.routes.invites import PAGE
from api.rubrics import Catalogue, RubricFilter
from grader.grading import Grader
from grader.types import Status

_log = logging.getLogger(__name__)

# Not a dependency of the routes, lest the OpenAPI document ask for both kinds of credentials at once.
_basic = HTTPBasic(auto_error=False)

_PAGE = 500
_MOST_CHARACTERS = 120


_TestId = Annotated[str, Query(description="As `send_test` returned it")]


async def _from_basic(request: Request) -> None:
    """Find out who is calling by HTTP basic; whoever comes otherwise is found out later."""
    credentials = await _basic(request)
    if credentials is not None:
        authenticator: Authenticator = request.app.state.authenticator
        client = request.client.host if request.client else None
        request.state.caller = await authenticator.authenticate(
            credentials.username, client=client, host=request.url.hostname or ""
        )
        request.state.greenhouse_key = credentials.username


router = APIRouter(
    prefix="/v1/greenhouse", tags=["greenhouse"], dependencies=[Depends(_from_basic)]
)


@router.get("/list_tests")
async def list_tests(
    caller: Reading, database: OpenDatabase, grader: OpenGrader
) -> list[PartnerTest]:
    """List the questions that can be sent: those of the bank, and your own published ones."""
    tests: list[PartnerTest] = []
    after = ""
    async with database.read() as session:
        catalogue = Catalogue(session, caller.tenant_id, grader.bank)
        while True:
            wanted = RubricFilter(status=Status.PUBLISHED)
            entries = await catalogue.page(wanted, after=after, limit=_PAGE)
            tests += [_test(entry.rubric.id, entry.rubric.question) for entry in entries]
            if len(entries) < _PAGE:
                return tests
            after = entries[-1].rubric.id


@router.post("/send_test")
async def send_test(
    request: Request,
    body: SendTest,
    caller: Grading,
    database: OpenDatabase,
    grader: OpenGrader,
    sender: OpenSender,
) -> SentTest:
    """Invite a candidate to a test; the same test of Greenhouse again is the same invite."""
    url = await sender.check(body.url)
    rubric = await find_rubric(grader, database, caller.tenant_id, body.partner_test_id, None)
    seal: Seal = request.app.state.greenhouse_seal
    key = getattr(request.state, "greenhouse_key", None)
    asked = InviteRequest(
        rubric_id=rubric.id, rubric_version=rubric.version, candidate_id=body.candidate.email
    )
    async with database.write() as session:
        tests = GreenhouseTests(session, caller.tenant_id)
        found = await tests.for_url(url)
        if found is None:
            made = await invite(session, caller, asked, rubric)
            found = await tests.add(made.id, url, seal.seal(key) if key is not None else None)
            if found.invite_id != made.id:  # the same request came twice at the same time
                await session.delete(made)
            announce(session, caller.tenant_id, EventType.GREENHOUSE_TEST_SENT, _event(found))
    return SentTest(partner_interview_id=found.id)


@router.get("/invitation")
async def get_invitation(
    request: Request,
    caller: Grading,
    database: OpenDatabase,
    grader: OpenGrader,
    partner_interview_id: _TestId,
) -> CandidateLink:
    """Return the link that the candidate of a test is to be given; ours, not one of Greenhouse's."""
    tokens: InviteTokens = request.app.state.invite_tokens
    _, made = await _find(database, caller, partner_interview_id)
    url = f"{_base(request, grader)}{PAGE}#{tokens.token(made.id)}"
    return CandidateLink(email=made.candidate_id, url=url, closes_at=made.closes_at)


@router.get("/test_status")
async def get_test_status(
    request: Request,
    caller: Reading,
    database: OpenDatabase,
    grader: OpenGrader,
    partner_interview_id: _TestId,
) -> TestStatus:
    """Say where a test stands, and its score once there is one."""
    _, made = await _find(database, caller, partner_interview_id)
    async with database.read() as session:
        return await stands(session, made, _base(request, grader))


@router.post("/response_error")
async def report_error(body: ErrorReport, caller: Reading, database: OpenDatabase) -> Reported:
    """Take note of a response that Greenhouse could not make sense of."""
    _log.warning("Greenhouse cannot read %s: %s", body.api_call, "; ".join(body.errors))
    async with database.write() as session:
        AuditLog(session, caller.tenant_id).add(
            "greenhouse.response_error",
            body.partner_interview_id or body.partner_test_id or body.api_call,
            actor=caller.actor,
            details={"api_call": body.api_call, "errors": body.errors},
        )
    return Reported()


async def _find(
    database: Database, caller: Caller, test_id: str
) -> tuple[GreenhouseTestRow, InviteRow]:
    async with database.read() as session:
        found = await GreenhouseTests(session, caller.tenant_id).get(test_id)
    if found is None:
        raise NotFound(f"there is no test '{test_id[:80]}'")
    return found


def _base(request: Request, grader: Grader) -> str:
    return (grader.settings.public_url or str(request.base_url)).rstrip("/")


def _event(row: GreenhouseTestRow) -> dict[str, str]:
    return {"id": row.id, "invite_id": row.invite_id}


def _test(rubric_id: str, question: str) -> PartnerTest:
    name = question if len(question) <= _MOST_CHARACTERS else f"{question[: _MOST_CHARACTERS - 1]}…"
    return PartnerTest(partner_test_id=rubric_id, partner_test_name=name)
