"""What Greenhouse asks and is told, with a stand-in for it on loopback that checks who calls."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import GreenhouseTestRow, now
from grader.settings import Settings
from tests.api.support import FIRST, OTHER, Service, scripted_grader
from tests.support.openai_server import OpenAIServer, raw, status

_PATIENCE = 30.0  # only a stuck test waits so long
EMAIL = "harry@example.com"
GOOD = "It decouples and buffers."


@pytest.fixture
def greenhouse() -> Iterator[OpenAIServer]:
    """What stands at the addresses that tests are sent for."""
    with OpenAIServer(otherwise=raw(b"", "text/plain")) as running:
        yield running


@pytest.fixture
def near(service_settings: Settings) -> Iterator[Service]:
    """The service, allowed to tell this machine."""
    allowed = {
        "webhook_allow_http": True,
        "webhook_allowed_networks": (ip_network("127.0.0.0/8"),),
        "webhook_ports": (),
        "public_url": "https://grader.example.com/",
    }
    settings = service_settings.model_copy(update=allowed)
    with Service.running(settings, scripted_grader(settings)) as running:
        yield running


@dataclass
class Customer:
    """One customer of Greenhouse's, by the key that it was given."""

    service: Service
    key: str

    def __call__(self, method: str, name: str, **more: Any) -> Any:
        path = f"/v1/greenhouse/{name}"
        return self.service.http.request(method, path, auth=(self.key, ""), **more)

    def send(self, url: str, **candidate: str) -> Any:
        """Send a test, with all that Greenhouse sends."""
        person = {
            "first_name": "Harry",
            "last_name": "P.",
            "resume_url": None,
            "phone_number": None,
            "email": EMAIL,
            "greenhouse_profile_url": "https://app.greenhouse.io/people/1?application_id=2",
        }
        body = {"partner_test_id": FIRST.id, "candidate": person | candidate, "url": url}
        return self("POST", "send_test", json=body)

    def sent(self, url: str) -> str:
        response = self.send(url)
        assert response.status_code == 200, response.text
        (name, test_id), *more = response.json().items()
        assert (name, more) == ("partner_interview_id", [])
        return str(test_id)

    def stands(self, test_id: str) -> dict[str, Any]:
        response = self("GET", "test_status", params={"partner_interview_id": test_id})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def answer(self, test_id: str, text: str = GOOD) -> None:
        """Do the test, as its candidate."""
        found = self("GET", "invitation", params={"partner_interview_id": test_id}).json()
        assert found["email"] == EMAIL
        page, _, token = found["url"].partition("#")
        assert page == "https://grader.example.com/invite"
        as_candidate = {"Authorization": f"Bearer {token}"}
        for step, body in (("start", {"consent": True}), ("answer", {"answer": text})):
            path = f"/v1/invitation/{step}"
            response = self.service.http.post(path, json=body, headers=as_candidate)
            assert response.status_code == 200, response.text

    def reaches(self, test_id: str, wanted: str) -> dict[str, Any]:
        """Wait until a test stands as wanted."""
        until(lambda: self.stands(test_id)["partner_status"] == wanted)
        return self.stands(test_id)


@pytest.fixture
def customer(near: Service) -> Customer:
    return Customer(near, near.key("acme", Scope.GRADE, Scope.READ))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def address(greenhouse: OpenAIServer, number: int = 1) -> str:
    return f"{greenhouse.base_url}/take_home_tests/{number}"


def row(service: Service, test_id: str) -> GreenhouseTestRow:
    async def act(session: AsyncSession) -> GreenhouseTestRow:
        found = await session.get(GreenhouseTestRow, test_id)
        assert found is not None
        return found

    return service.in_records(act)


def test_the_tests_are_the_published_questions(customer: Customer) -> None:
    tests = customer("GET", "list_tests")
    assert tests.status_code == 200
    assert tests.json() == [
        {"partner_test_id": rubric.id, "partner_test_name": rubric.question}
        for rubric in (OTHER, FIRST)
    ]


def test_a_key_that_opens_nothing_gets_401(near: Service, customer: Customer) -> None:
    assert near.http.get("/v1/greenhouse/list_tests").status_code == 401
    for name, secret in (("nobody", ""), ("", customer.key)):
        response = near.http.get("/v1/greenhouse/list_tests", auth=(name, secret))
        assert response.status_code == 401
        assert response.headers["Content-Type"] == "application/problem+json"
    garbled = {"Authorization": "Basic !!"}
    assert near.http.get("/v1/greenhouse/list_tests", headers=garbled).status_code == 401
    reader = Customer(near, near.key("acme", Scope.READ))
    assert reader.send("https://app.greenhouse.io/x").status_code == 403


def test_a_test_is_sent_done_and_told(customer: Customer, greenhouse: OpenAIServer) -> None:
    test_id = customer.sent(address(greenhouse))
    assert customer.stands(test_id)["partner_status"] == "sent"
    assert greenhouse.requests == []

    customer.answer(test_id)

    until(lambda: greenhouse.requests)
    (request,) = greenhouse.requests
    assert (request.method, request.path) == ("PATCH", "/v1/take_home_tests/1")
    assert request.raw == b""
    basic = base64.b64encode(f"{customer.key}:".encode()).decode()
    assert {name.lower(): v for name, v in request.headers.items()}["authorization"] == (
        f"Basic {basic}"
    )
    told = customer.stands(test_id)
    assert (told["partner_status"], told["partner_score"]) == ("complete", 100.0)
    assert told["partner_profile_url"].startswith("https://grader.example.com/review?grade=grd_")
    assert told["metadata"]["Key points covered"] == "2 of 2"
    assert all(isinstance(value, str | int | bool) for value in told["metadata"].values())
    until(lambda: row(customer.service, test_id).told_at)
    assert row(customer.service, test_id).credential is None


def test_greenhouse_is_told_again_until_it_has_heard(
    customer: Customer, greenhouse: OpenAIServer
) -> None:
    greenhouse.script(status(500))
    test_id = customer.sent(address(greenhouse))
    customer.answer(test_id)
    until(lambda: row(customer.service, test_id).attempts == 1)
    kept = row(customer.service, test_id)
    assert kept.told_at is None
    assert kept.next_attempt_at is not None
    assert kept.next_attempt_at > now()
    assert customer.key not in (kept.credential or customer.key)

    async def time_passes(session: AsyncSession) -> None:
        await session.execute(update(GreenhouseTestRow).values(next_attempt_at=now()))

    customer.service.in_records(time_passes)
    until(lambda: row(customer.service, test_id).told_at)
    assert [entry["status"] for entry in row(customer.service, test_id).log] == [500, 200]


def test_a_test_that_is_sent_twice_is_one(customer: Customer, greenhouse: OpenAIServer) -> None:
    first = customer.sent(address(greenhouse))
    assert customer.sent(address(greenhouse)) == first
    assert customer.sent(address(greenhouse, 2)) != first


def test_a_withheld_grade_is_not_complete_until_a_person_has_seen_it(
    customer: Customer, greenhouse: OpenAIServer
) -> None:
    acme = customer.service.caller("acme")
    test_id = customer.sent(address(greenhouse))
    customer.answer(test_id)
    customer.reaches(test_id, "complete")
    grade_id = acme("GET", "/v1/grades").json()["items"][0]["id"]
    said = {"reviewer": "r", "reason": "Cannot tell.", "points": {"buffers": "ungraded"}}
    assert acme("POST", f"/v1/grades/{grade_id}/reviews", json=said).status_code == 201
    withheld = customer.stands(test_id)
    assert withheld["partner_status"] == "in_review"
    assert withheld["partner_score"] is None

    said |= {"points": {"buffers": "missing"}}
    assert acme("POST", f"/v1/grades/{grade_id}/reviews", json=said).status_code == 201
    assert customer.reaches(test_id, "complete")["partner_score"] == pytest.approx(66.7, abs=0.1)


def test_nothing_is_told_into_the_own_network(service: Service) -> None:
    customer = Customer(service, service.key("acme"))
    for url in ("http://127.0.0.1/x", "https://169.254.169.254/x", "https://u:p@example.com/", "x"):
        response = customer.send(url)
        assert response.status_code == 422, url
        assert response.json()["code"] == "webhook_target_refused"
    wrong = customer("POST", "send_test", json={"partner_test_id": FIRST.id})
    assert {error["field"] for error in wrong.json()["errors"]} == {"candidate", "url"}


def test_nobody_else_sees_a_test(customer: Customer, greenhouse: OpenAIServer) -> None:
    test_id = customer.sent(address(greenhouse))
    other = Customer(customer.service, customer.service.key("other"))
    for name in ("test_status", "invitation"):
        for asked in (test_id, "nope"):
            assert other("GET", name, params={"partner_interview_id": asked}).status_code == 404
    assert other.sent(address(greenhouse)) != test_id


def test_deleting_a_person_deletes_their_tests(
    customer: Customer, greenhouse: OpenAIServer
) -> None:
    test_id = customer.sent(address(greenhouse))
    customer.answer(test_id)
    customer.reaches(test_id, "complete")
    admin = customer.service.caller("acme")
    assert admin("DELETE", f"/v1/candidates/{EMAIL}").json()["complete"]
    asked = {"partner_interview_id": test_id}
    assert customer("GET", "test_status", params=asked).status_code == 404


def test_what_greenhouse_cannot_read_is_noted(
    customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    report = {
        "api_call": "test_status",
        "errors": ["partner_profile_url is missing"],
        "partner_interview_id": "1",
        "candidate_email": EMAIL,
    }
    response = customer("POST", "response_error", json=report)
    assert (response.status_code, response.json()) == (200, {"status": 200})
    assert "cannot read test_status: partner_profile_url is missing" in caplog.text
    assert EMAIL not in caplog.text
