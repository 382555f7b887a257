from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.invites import Overdue
from api.records import AuditRow, Database, EventRow, TenantRow
from tests.api.invites.play import ANSWER, Candidate, good, invited, let_grades_be_seen
from tests.api.reviews.play import HALF, problem, review
from tests.api.support import FIRST, Caller, Service


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


@pytest.fixture
def candidate(service: Service, acme: Caller) -> Candidate:
    return invited(service, acme, time_limit=600)


def test_the_question_is_shown_after_consent(candidate: Candidate) -> None:
    before = candidate.shown()
    assert (before["status"], before["question"], before["options"]) == ("open", None, [])
    assert "graded automatically" in before["consent_text"]
    begun = candidate.start()
    assert (begun["status"], begun["question"]) == ("started", FIRST.question)
    assert 590 < begun["seconds_left"] <= 600


def test_consent_is_needed_and_recorded_once(service: Service, candidate: Candidate) -> None:
    assert candidate("POST", "/start", json={"consent": False}).status_code == 422
    closes_at = candidate.start()["closes_at"]
    assert candidate.start()["closes_at"] == closes_at

    async def read(session: AsyncSession) -> list[AuditRow]:
        query = select(AuditRow).where(AuditRow.action == "invite.consented")
        return list((await session.scalars(query)).all())

    (row,) = service.in_records(read)
    assert (row.subject, row.actor) == (candidate.invite_id, candidate.invite_id)
    assert len(row.details["consent_sha256"]) == 64


def test_nothing_is_written_before_consent(candidate: Candidate) -> None:
    problem(candidate.save("x"), 409, "invitation_not_started")
    problem(candidate.hand_in(), 409, "invitation_not_started")


def test_a_draft_is_kept(candidate: Candidate) -> None:
    candidate.start()
    assert good(candidate.save("It dec"))["revision"] == 1
    assert good(candidate.save("It decouples", 1))["revision"] == 2
    state = candidate.shown()
    assert (state["draft"], state["revision"]) == ("It decouples", 2)


def test_a_second_tab_overwrites_nothing(candidate: Candidate) -> None:
    candidate.start()
    candidate.save("from the first tab")
    refused = candidate.save("from the second tab")
    problem(refused, 409, "draft_changed")
    assert (refused.json()["draft"], refused.json()["revision"]) == ("from the first tab", 1)
    # What is there already, as after a response that was lost, is no conflict.
    assert good(candidate.save("from the first tab"))["revision"] == 1
    assert good(candidate.save("from the second tab", 1))["revision"] == 2


def test_an_answer_is_graded_and_not_shown(acme: Caller, candidate: Candidate) -> None:
    candidate.start()
    state = good(candidate.hand_in())
    assert (state["status"], state["draft"]) == ("submitted", "")
    state = candidate.graded()
    assert (state["grading"], state["explanation"]) == ("done", None)
    assert state["may_see_grade"] is False
    record = good(acme("GET", f"/v1/invites/{candidate.invite_id}"))
    grade = good(acme("GET", f"/v1/grades/{record['grade_id']}"))
    assert grade["score"] == 100
    assert grade["record"]["candidate_id"] == "ada"
    assert grade["record"]["submission_id"] == record["submission_id"]


def test_there_is_one_attempt(acme: Caller, candidate: Candidate) -> None:
    candidate.start()
    with ThreadPoolExecutor(4) as pool:
        answers = [f"{ANSWER} Says thread {n}." for n in range(4)]
        told = list(pool.map(candidate.hand_in, answers))
    assert sorted(each.status_code for each in told) == [200, 409, 409, 409]
    taken = next(a for a, each in zip(answers, told, strict=True) if each.status_code == 200)
    # The same again, as after a lost response, is fine; anything else is not.
    assert candidate.hand_in(taken).status_code == 200
    told_of = problem(candidate.hand_in("another"), 409, "invitation_used")
    assert "one attempt" in told_of
    problem(candidate.save("more"), 409, "invitation_used")
    problem(candidate("POST", "/start", json={"consent": True}), 409, "invitation_used")
    candidate.graded()
    assert len(good(acme("GET", "/v1/grades"))["items"]) == 1


@pytest.mark.parametrize("answer", ["", "   ", "…", "x" * 20_001])
def test_what_cannot_be_graded_is_refused_and_the_attempt_goes_on(
    candidate: Candidate, answer: str
) -> None:
    candidate.start()
    problem(candidate.hand_in(answer), 422, "answer_invalid")
    assert candidate.shown()["status"] == "started"


def test_the_outcome_is_shown_where_it_may_be(service: Service, acme: Caller) -> None:
    let_grades_be_seen(service)
    candidate = invited(service, acme, show_grade=True)
    candidate.start()
    candidate.hand_in("It decouples them.")
    explanation = candidate.graded()["explanation"]
    assert explanation["score"] is not None
    assert explanation["missing"] is None

    async def hide(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(show_grades=False))

    service.in_records(hide)
    assert candidate.shown()["explanation"] is None


def test_a_candidate_can_appeal(acme: Caller, candidate: Candidate) -> None:
    body = {"statement": "I did say that it buffers."}
    problem(candidate("POST", "/appeals", json=body), 409, "invitation_not_started")
    candidate.start()
    candidate.hand_in(HALF)
    candidate.graded()
    state = good(candidate("POST", "/appeals", json=body))
    assert state["appeal"] == state["appeal"] | {"status": "open", "resolution": None}
    problem(candidate("POST", "/appeals", json=body), 409, "appeal_stands")

    (appeal,) = good(acme("GET", "/v1/appeals"))["items"]
    assert appeal["statement"] == body["statement"]
    decided = {"reviewer": "bob", "upheld": True, "response": "You did.", "points": {}}
    decided["points"] = {"buffers": "covered"}
    good(acme("POST", f"/v1/appeals/{appeal['id']}/resolution", json=decided))
    assert candidate.shown()["appeal"]["resolution"] == "You did."


def test_a_review_reaches_the_candidate(service: Service, acme: Caller) -> None:
    let_grades_be_seen(service)
    candidate = invited(service, acme, show_grade=True, rubric_version="1.1.0")
    candidate.start()
    candidate.hand_in(HALF)
    before = candidate.graded()["explanation"]
    grade_id = good(acme("GET", f"/v1/invites/{candidate.invite_id}"))["grade_id"]
    assert review(acme, grade_id, points={"buffers": "covered"}).status_code == 201
    after = candidate.shown()["explanation"]
    assert (before["reviewed"], after["reviewed"]) == (False, True)
    assert after["score"] > before["score"]


def test_it_cannot_be_begun_after_its_end(candidate: Candidate) -> None:
    candidate.end(1)
    problem(candidate("GET"), 410, "invitation_expired")
    problem(candidate("POST", "/start", json={"consent": True}), 410, "invitation_expired")


def test_what_arrives_a_little_late_is_taken(candidate: Candidate) -> None:
    candidate.start()
    candidate.end(5)
    assert candidate.save("It buff").status_code == 200
    assert good(candidate.hand_in())["automatic"] is False


def test_what_arrives_too_late_is_not_but_the_draft_is(acme: Caller, candidate: Candidate) -> None:
    candidate.start()
    candidate.save("It decouples.")
    candidate.end()
    problem(candidate.save("It decouples, and more.", 1), 410, "invitation_expired")
    state = good(candidate.hand_in("It decouples, and it buffers."))
    assert (state["status"], state["automatic"]) == ("submitted", True)
    candidate.graded()
    (grade,) = good(acme("GET", "/v1/grades"))["items"]
    assert {p["id"]: p["verdict"] for p in grade["points"]} == {
        "decouples": "covered",
        "buffers": "missing",
    }


def test_too_late_without_a_draft_is_no_answer(acme: Caller, candidate: Candidate) -> None:
    candidate.start()
    candidate.end()
    problem(candidate.hand_in(), 410, "invitation_expired")
    assert candidate.shown()["status"] == "expired"
    assert good(acme("GET", "/v1/grades"))["items"] == []


def test_opening_the_page_after_the_end_hands_the_draft_in(candidate: Candidate) -> None:
    candidate.start()
    candidate.save("It decouples.")
    candidate.end()
    assert candidate.shown()["automatic"] is True


def test_drafts_are_handed_in_for_whoever_does_not_come_back(
    service: Service, acme: Caller, open_database: Callable[[], Database]
) -> None:
    written, blank, fresh = (invited(service, acme, time_limit=600) for _ in range(3))
    for each in (written, blank, fresh):
        each.start()
    written.save("It decouples.")
    blank.save("  ")
    fresh.save("It decouples.")
    written.end()
    blank.end()
    woken: list[int] = []

    async def hand_in() -> None:
        database = open_database()
        try:
            await Overdue(database, lambda: woken.append(1)).run()
        finally:
            await database.close()

    asyncio.run(hand_in())
    assert woken == [1]
    stands = {
        each["id"]: (each["status"], each["automatic"])
        for each in good(acme("GET", "/v1/invites"))["items"]
    }
    assert stands == {
        written.invite_id: ("submitted", True),
        blank.invite_id: ("expired", False),
        fresh.invite_id: ("started", False),
    }


def test_a_revoked_link_opens_nothing(acme: Caller, candidate: Candidate) -> None:
    candidate.start()
    candidate.save("It decouples.")
    for _ in range(2):
        good(acme("POST", f"/v1/invites/{candidate.invite_id}/revoke"))
    problem(candidate("GET"), 410, "invitation_revoked")
    problem(candidate.hand_in(), 410, "invitation_revoked")


def test_forged_links_open_nothing(service: Service, candidate: Candidate) -> None:
    payload, dot, signature = candidate.token.rpartition(".")
    for token in ("x", payload, payload + dot + signature[::-1], "a" * 5000, "%C3%A9"):
        told = Candidate(service, candidate.invite_id, token)("GET")
        problem(told, 401, "invitation_invalid")
        assert "WWW-Authenticate" in told.headers
    assert service.http.get("/v1/invitation").status_code == 401


def test_an_api_key_is_no_link_and_a_link_is_no_key(
    service: Service, acme: Caller, candidate: Candidate
) -> None:
    problem(acme("GET", "/v1/invitation"), 401, "invitation_invalid")
    headers = {"Authorization": f"Bearer {candidate.token}"}
    assert service.http.get("/v1/grades", headers=headers).status_code == 401


def test_platforms_are_told_of_an_answer(service: Service, acme: Caller) -> None:
    made = acme("POST", "/v1/webhooks", json={"url": "https://hooks.invalid/"})
    assert made.status_code == 201
    candidate = invited(service, acme)
    candidate.start()
    candidate.hand_in()

    async def told(session: AsyncSession) -> list[EventRow]:
        query = select(EventRow).where(EventRow.type == "invite.submitted")
        return list((await session.scalars(query)).all())

    (event,) = service.in_records(told)
    record = good(acme("GET", f"/v1/invites/{candidate.invite_id}"))
    assert event.payload == {
        "id": candidate.invite_id,
        "submission_id": record["submission_id"],
        "grade_id": record["grade_id"],
        "automatic": False,
    }


def test_deleting_a_candidate_deletes_invites_and_drafts(service: Service, acme: Caller) -> None:
    answered, written = invited(service, acme), invited(service, acme)
    bystander = invited(service, acme, candidate_id="bob")
    for each in (answered, written):
        each.start()
    written.save("It decouples, zeppelin.")
    answered.hand_in()
    answered.graded()
    receipt = good(acme("DELETE", "/v1/candidates/ada"))
    assert (receipt["removed"]["invites"], receipt["complete"]) == (2, True)
    for each in (answered, written):
        problem(each("GET"), 410, "invitation_gone")
    assert bystander.shown()["status"] == "open"
    assert acme("DELETE", "/v1/candidates/bob").json()["removed"]["invites"] == 1
