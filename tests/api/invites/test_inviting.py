from __future__ import annotations

from typing import Any

import pytest

from api.auth import Scope
from tests.api.invites.play import good, invited
from tests.api.reviews.play import problem
from tests.api.support import FIRST, Caller, Service

BODY = {"rubric_id": FIRST.id, "candidate_id": "ada"}


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def test_an_invite_has_a_link_and_a_record(acme: Caller) -> None:
    body = BODY | {"custom_id": "round-1", "metadata": {"job": "7"}, "time_limit": 900}
    response = acme("POST", "/v1/invites", json=body)
    made = good(response)
    assert made["url"].startswith("http://testserver/invite#")
    assert set(made) == {"id", "url", "closes_at"}
    assert response.headers["Location"] == f"/v1/invites/{made['id']}"

    record = good(acme("GET", f"/v1/invites/{made['id']}"))
    assert record["status"] == "open"
    assert (record["rubric_id"], record["rubric_sha256"]) == (FIRST.id, record["rubric_sha256"])
    assert (record["candidate_id"], record["custom_id"]) == ("ada", "round-1")
    assert record["metadata"] == {"job": "7"}
    assert record["grade_id"] is None


def test_links_lead_to_where_candidates_reach_the_service(service: Service, acme: Caller) -> None:
    grader = service.http.app.state.grader  # type: ignore[attr-defined]
    changed = grader.settings.model_copy(update={"public_url": "https://grader.example.com/"})
    grader.settings = changed
    made = good(acme("POST", "/v1/invites", json=BODY))
    assert made["url"].startswith("https://grader.example.com/invite#")


def test_the_same_request_again_makes_no_second_invite(acme: Caller) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (acme("POST", "/v1/invites", json=BODY, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert len(acme("GET", "/v1/invites").json()["items"]) == 1


def test_all_are_asked_by_the_version_that_was_current(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme, rubric_version="1.0.0")
    candidate.start()
    assert candidate.hand_in().status_code == 200
    grade_id = candidate.graded() and good(acme("GET", f"/v1/invites/{candidate.invite_id}"))
    assert grade_id["rubric_version"] == "1.0.0"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"candidate_id": ""}, "candidate_id"),
        ({"expires_in": 5}, "expires_in"),
        ({"time_limit": 5}, "time_limit"),
        ({"consent_text": " "}, "consent_text"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_said(acme: Caller, changes: dict[str, Any], where: str) -> None:
    response = acme("POST", "/v1/invites", json=BODY | changes)
    problem(response, 422, "request_invalid")
    assert [error["field"] for error in response.json()["errors"]] == [where]


def test_a_rubric_that_is_not_there_cannot_be_asked(acme: Caller) -> None:
    problem(acme("POST", "/v1/invites", json=BODY | {"rubric_id": "x"}), 404, "rubric_not_found")


def test_grades_are_shown_only_where_the_tenant_allows_it(acme: Caller) -> None:
    told = problem(
        acme("POST", "/v1/invites", json=BODY | {"show_grade": True}), 403, "grades_hidden"
    )
    assert "grader privacy reveal --tenant acme --grades" in told


def test_invites_are_listed_by_how_they_stand(service: Service, acme: Caller) -> None:
    names = ("open", "started", "submitted", "expired", "revoked")
    made = {name: invited(service, acme, candidate_id=name) for name in names}
    for name in ("started", "submitted"):
        made[name].start()
    made["submitted"].hand_in()
    made["expired"].end()
    good(acme("POST", f"/v1/invites/{made['revoked'].invite_id}/revoke"))
    for name in names:
        found = good(acme("GET", f"/v1/invites?status={name}"))["items"]
        assert [(each["candidate_id"], each["status"]) for each in found] == [(name, name)]
    assert len(good(acme("GET", "/v1/invites?candidate_id=open"))["items"]) == 1


def test_lists_are_paged_newest_first(service: Service, acme: Caller) -> None:
    made = [invited(service, acme).invite_id for _ in range(3)]
    first = good(acme("GET", "/v1/invites?limit=2"))
    second = good(acme("GET", f"/v1/invites?limit=2&cursor={first['next_cursor']}"))
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


def test_what_was_answered_cannot_be_revoked(service: Service, acme: Caller) -> None:
    candidate = invited(service, acme)
    candidate.start()
    candidate.hand_in()
    told = problem(acme("POST", f"/v1/invites/{candidate.invite_id}/revoke"), 409, "invite_over")
    assert "DELETE /v1/submissions/sub_" in told


def test_reading_keys_invite_nobody(service: Service) -> None:
    reader = service.caller("acme", Scope.READ)
    assert reader("POST", "/v1/invites", json=BODY).status_code == 403
    assert good(reader("GET", "/v1/invites"))["items"] == []
