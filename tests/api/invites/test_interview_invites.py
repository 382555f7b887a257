"""Invites to whole interviews, and answers by an invite that are spoken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import EventRow, InterviewRow, InviteRow, TenantRow
from grader.settings import Settings
from tests.api.interviews.play import ALL, SCRIPT, talking_grader
from tests.api.interviews.test_time import let_pass
from tests.api.invites.play import Candidate, good, let_grades_be_seen
from tests.api.reviews.play import problem
from tests.api.speech.support import RECORDING, whisper
from tests.api.support import Caller, Service


@pytest.fixture
def service_settings(database_url: str, tmp_path: Path) -> Settings:
    folder = tmp_path / "rubrics" / "interviews"
    folder.mkdir(parents=True)
    (folder / "talk.yaml").write_text(yaml.safe_dump(SCRIPT), encoding="utf-8")
    return Settings(
        database_url=SecretStr(database_url), data_dir=tmp_path, rubrics_dir=tmp_path / "rubrics"
    )


@pytest.fixture
def service(service_settings: Settings) -> Iterator[Service]:
    with Service.running(service_settings, talking_grader(service_settings)) as running:
        yield running


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def invited(service: Service, acme: Caller, **more: Any) -> Candidate:
    body = {"script": "talk", "candidate_id": "ada", "metadata": {"note": "seventeenth"}} | more
    made = good(acme("POST", "/v1/invites", json=body))
    return Candidate(service, made["id"], made["url"].partition("#")[2])


def let_candidates_speak(service: Service) -> None:
    async def act(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(spoken_invites=True))

    service.in_records(act)


def answer(candidate: Candidate, turn: int, said: str | None) -> Any:
    words = {"skip": True} if said is None else {"answer": said}
    return candidate("POST", "/turns", json={"turn": turn} | words)


def record(acme: Caller, candidate: Candidate) -> dict[str, Any]:
    return good(acme("GET", f"/v1/invites/{candidate.invite_id}"))


def test_a_candidate_goes_through_an_interview_once(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    before = candidate.shown()
    assert before["script"]["questions"] == 2
    assert (before["interview"], before["question"]) == (None, None)
    begun = candidate.start()
    assert begun["interview"]["ask"]["text"] == "What about queues?"
    assert 590 < begun["interview"]["ask"]["seconds_left"] <= 600
    first = good(answer(candidate, 1, ALL))["interview"]
    assert first["ask"]["text"] == "What about caches?"
    done = good(answer(candidate, 2, ALL))
    assert (done["status"], done["grading"]) == ("submitted", "done")
    assert done["interview"]["finished"] == "complete"
    assert done["report"] is None
    assert "seventeenth" not in str(done)
    assert "score" not in str(done["interview"])
    shown = record(acme, candidate)
    assert shown["status"] == "submitted"
    told = good(acme("GET", f"/v1/interviews/{shown['interview_id']}/report"))
    assert told["prompted"] == 100
    assert good(acme("GET", f"/v1/interviews/{shown['interview_id']}"))["candidate_id"] == "ada"
    problem(answer(candidate, 2, "More."), 409, "interview_conflict")
    problem(candidate("POST", "/start", json={"consent": True}), 409, "invitation_used")


def test_the_platform_is_told_when_it_is_over(service: Service, acme: Caller) -> None:
    # What no endpoint asks for is soon forgotten.
    acme("POST", "/v1/webhooks", json={"url": "https://hooks.invalid/"})
    candidate = invited(service, acme)
    candidate.start()
    good(answer(candidate, 1, None))
    good(answer(candidate, 2, None))

    async def read(session: AsyncSession) -> Any:
        query = select(EventRow.payload).where(EventRow.type == "invite.submitted")
        return await session.scalar(query)

    told = service.in_records(read)
    assert told["id"] == candidate.invite_id
    assert told["interview_id"] == record(acme, candidate)["interview_id"]


def test_the_outcome_is_shown_where_the_tenant_allows_it(service: Service, acme: Caller) -> None:
    let_grades_be_seen(service)
    candidate = invited(service, acme, show_grade=True)
    candidate.start()
    good(answer(candidate, 1, "alpha and beta and gamma"))
    done = good(answer(candidate, 2, None))
    assert done["report"]["prompted"] == 50
    assert done["report"]["for_candidate"] is True
    assert "Alpha holds the workers apart." not in str(done["report"]["questions"][1])


def test_a_person_is_asked_to_look_at_one_question(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    candidate.start()
    appeal = {"statement": "I did say gamma.", "question": 1}
    problem(candidate("POST", "/appeals", json=appeal), 409, "invitation_not_started")
    good(answer(candidate, 1, ALL))
    good(answer(candidate, 2, None))
    assert good(candidate("POST", "/appeals", json=appeal))["appeal"]["status"] == "open"
    problem(candidate("POST", "/appeals", json=appeal), 409, "appeal_stands")
    # A question that was passed has no grade to look at.
    nothing = appeal | {"question": 2}
    problem(candidate("POST", "/appeals", json=nothing), 409, "invitation_not_started")
    (listed,) = good(acme("GET", "/v1/appeals"))["items"]
    assert listed["statement"] == "I did say gamma."


def test_two_tabs_answer_a_turn_once_and_the_same_words_again_are_no_second_answer(
    service: Service, acme: Caller
) -> None:
    candidate = invited(service, acme)
    candidate.start()
    first = good(answer(candidate, 1, "It has beta."))
    assert good(answer(candidate, 1, "It has beta."))["interview"]["ask"] is not None
    assert first["interview"]["ask"]["turn"] == 2
    told = problem(answer(candidate, 1, "Something else."), 409, "interview_conflict")
    assert "turn 1 is answered already" in told


def test_what_is_written_is_kept_for_its_turn(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    candidate.start()
    draft = {"answer": "So far", "revision": 0, "turn": 1}
    assert good(candidate("PUT", "/draft", json=draft))["revision"] == 1
    state = candidate.shown()
    assert (state["draft"], state["draft_turn"]) == ("So far", 1)
    problem(candidate("PUT", "/draft", json=draft | {"answer": "x"}), 409, "draft_changed")
    problem(candidate("PUT", "/draft", json=draft | {"turn": 7}), 409, "draft_changed")


def test_what_was_written_when_the_time_is_over_is_the_answer(
    service: Service, acme: Caller
) -> None:
    candidate = invited(service, acme)
    candidate.start()
    good(candidate("PUT", "/draft", json={"answer": ALL, "revision": 0, "turn": 1}))
    let_pass(service, 700)
    end = time.monotonic() + 30
    while (state := candidate.shown())["interview"]["ask"] is None or (
        state["interview"]["ask"]["turn"] == 1
    ):
        assert time.monotonic() < end, state
        time.sleep(0.05)
    assert state["interview"]["questions"][0]["turns"][0]["answer"] == ALL
    assert state["draft"] == ""
    interview_id = record(acme, candidate)["interview_id"]
    told = good(acme("GET", f"/v1/interviews/{interview_id}/report"))
    assert told["questions"][0]["prompted"] == 100


def test_an_interview_goes_on_after_its_link_has_expired(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    candidate.start()
    candidate.end()
    assert candidate.shown()["status"] == "started"
    assert good(answer(candidate, 1, ALL))["interview"]["ask"]["turn"] == 2
    late = invited(service, acme, candidate_id="bob")
    late.end()
    problem(late("POST", "/start", json={"consent": True}), 410, "invitation_expired")


def test_an_invite_goes_with_its_candidate(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    candidate.start()
    good(answer(candidate, 1, ALL))
    assert acme("DELETE", "/v1/candidates/ada").status_code == 200

    async def left(session: AsyncSession) -> tuple[Any, Any]:
        return (
            await session.scalar(select(InviteRow.id)),
            await session.scalar(select(InterviewRow.id)),
        )

    assert service.in_records(left) == (None, None)
    problem(candidate("GET"), 410, "invitation_gone")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"script": "talk", "rubric_id": "queues"}, 422, "request_invalid"),
        ({}, 422, "request_invalid"),
        ({"script": "talk", "time_limit": 600}, 422, "request_invalid"),
        ({"script": "nothing-such"}, 404, "interview_not_found"),
        ({"script": "talk", "spoken": True}, 403, "speech_not_allowed"),
    ],
)
def test_what_cannot_be_is_refused(
    acme: Caller, body: dict[str, Any], status: int, code: str
) -> None:
    problem(acme("POST", "/v1/invites", json={"candidate_id": "ada"} | body), status, code)


def test_each_kind_of_invite_has_its_own_way_to_answer(service: Service, acme: Caller) -> None:
    interview = invited(service, acme)
    problem(answer(interview, 1, ALL), 409, "invitation_not_started")
    interview.start()
    problem(interview.hand_in(), 409, "invitation_of_another_kind")
    question = invited(service, acme, script=None, rubric_id="queues")
    question.start()
    problem(answer(question, 1, ALL), 409, "invitation_of_another_kind")


def test_candidates_speak_where_the_invite_allows_it(service: Service, acme: Caller) -> None:
    let_candidates_speak(service)
    heard = whisper("It has alfa and beta")
    said = {"transcript": heard, "corrected_text": "It has alpha and beta"}
    typed, spoken = invited(service, acme), invited(service, acme, spoken=True)
    for candidate in (typed, spoken):
        terms = good(candidate("GET"))["consent_text"]
        assert ("The recording is not kept" in terms) is (candidate is spoken)
        candidate.start()
    told = problem(typed("POST", "/turns", json={"turn": 1} | said), 403, "speech_not_allowed")
    assert "type it" in told
    turn = good(spoken("POST", "/turns", json={"turn": 1} | said))["interview"]["questions"][0][
        "turns"
    ][0]
    assert turn["spoken"]["recognised_text"] == "It has alfa and beta"
    again = good(spoken("POST", "/turns", json={"turn": 1} | said))
    assert again["interview"]["ask"]["turn"] == 2


def test_one_question_is_answered_by_speaking(service: Service, acme: Caller) -> None:
    let_candidates_speak(service)
    candidate = invited(service, acme, script=None, rubric_id="queues", spoken=True)
    candidate.start()
    said = {"transcript": whisper("It has alpha and beta")}
    assert good(candidate("POST", "/answer", json=said))["status"] == "submitted"
    assert good(candidate("POST", "/answer", json=said))["status"] == "submitted"
    candidate.graded()
    grade_id = record(acme, candidate)["grade_id"]
    grade = good(acme("GET", f"/v1/grades/{grade_id}"))
    assert grade["spoken"]["source"] == "whisper"
    files = {"audio": ("answer.webm", RECORDING, "audio/webm")}
    problem(candidate("POST", "/transcriptions", files=files), 409, "invitation_used")


def test_recordings_are_written_down_only_where_the_invite_allows_it(
    service: Service, acme: Caller
) -> None:
    let_candidates_speak(service)
    files = {"audio": ("answer.webm", RECORDING, "audio/webm")}
    typed, spoken = invited(service, acme), invited(service, acme, spoken=True)
    problem(typed("POST", "/transcriptions", files=files), 403, "speech_not_allowed")
    problem(spoken("POST", "/transcriptions", files=files), 409, "invitation_not_started")
    spoken.start()
    problem(spoken("POST", "/transcriptions", files=files), 501, "transcriber_not_configured")


def test_the_candidate_follows_the_interview_by_the_link(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    assert problem(candidate("GET", "/events"), 409, "invitation_not_started")
    candidate.start()
    good(answer(candidate, 1, "beta"))
    good(answer(candidate, 2, None))
    last = good(answer(candidate, 3, ALL))["interview"]["last_event"]

    told = candidate("GET", "/events")

    assert told.headers["Content-Type"].startswith("text/event-stream")
    happened = [
        line.removeprefix("event: ") for line in told.text.splitlines() if "event: " in line
    ]
    assert (happened[0], happened[-1]) == ("started", "finished")
    # What a candidate is not shown is not in the stream either.
    assert "graded" not in happened
    assert '"gap":null' in told.text
    over = candidate("GET", "/events", headers={"Last-Event-ID": str(last)})
    assert (over.status_code, over.content) == (204, b"")


def test_an_invitation_to_one_question_has_no_events(service: Service, acme: Caller) -> None:
    made = good(acme("POST", "/v1/invites", json={"rubric_id": "queues", "candidate_id": "ada"}))
    candidate = Candidate(service, made["id"], made["url"].partition("#")[2])
    candidate.start()
    assert problem(candidate("GET", "/events"), 409, "invitation_of_another_kind")
