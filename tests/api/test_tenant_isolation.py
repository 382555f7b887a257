"""No route shows one tenant what another has; generated from the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.auth import Scope
from tests.api.batches.support import lines, sent
from tests.api.support import ANSWER, FIRST, Caller, Service
from tests.grader.factories import document

# Rubrics of the bank belong to nobody and are there for everybody.
SHARED = {"rubric_id": FIRST.id}
PUBLIC = {"/healthz", "/readyz"}

# No lists, though their paths look so: the query names the record. Their own tests see to them.
ASKS_FOR_ONE = {
    "/v1/greenhouse/test_status",
    "/v1/greenhouse/invitation",
    "/v1/invitation",
    "/v1/invitation/events",
}

# A draft, under a number that nothing else has.
OWN_RUBRIC = document(id="load-shedding", version="73.1.0")

# What a body must hold for a route to get as far as looking for the record.
BODIES: dict[str, dict[str, Any]] = {
    "/v1/grades": {"rubric_id": FIRST.id, "answer": ANSWER},
    "/v1/grades/{grade_id}/regrade": {},
    "/v1/grades/{grade_id}/reviews": {"reviewer": "r", "reason": "seen"},
    "/v1/grades/{grade_id}/appeals": {"statement": "I did say that."},
    "/v1/appeals/{appeal_id}/resolution": {"reviewer": "r", "upheld": False, "response": "No."},
    "/v1/reviews/claims": {"reviewer": "r"},
    "/v1/reviews/queue/{grade_id}/claim": {"reviewer": "r"},
    "/v1/rubrics/{rubric_id}/versions/{version}": OWN_RUBRIC,
    "/v1/interviews": {"minutes": 20},
    "/v1/interviews/{interview_id}/answers": {"turn": 1, "skip": True},
    "/v1/invites": {"rubric_id": FIRST.id, "candidate_id": "ada"},
    "/v1/webhooks": {"url": "https://hooks.invalid/"},
    "/v1/webhooks/{webhook_id}": {"description": "changed"},
    "/v1/webhooks/{webhook_id}/rotate": {},
    "/v1/webhooks/{webhook_id}/replay": {"since": "2026-01-31T12:00:00Z"},
}

METHODS = {"get", "post", "put", "patch", "delete"}


def things_of(caller: Caller) -> dict[str, str]:
    """One record of every kind that paths speak of, by the name of the path parameter."""
    grade_id = caller.grade(candidate_id="ada").json()["id"]
    record = caller("GET", f"/v1/grades/{grade_id}").json()["record"]
    candidate_id = "somebody-else"  # so that deleting one leaves the other's records
    caller.grade(candidate_id=candidate_id)
    appeal = caller(
        "POST",
        f"/v1/grades/{grade_id}/appeals",
        json=BODIES["/v1/grades/{grade_id}/appeals"],
    )
    webhook_id = caller("POST", "/v1/webhooks", json=BODIES["/v1/webhooks"]).json()["id"]
    delivery_id = caller("POST", f"/v1/webhooks/{webhook_id}/test").json()["id"]
    assert caller("POST", "/v1/rubrics", json=OWN_RUBRIC).status_code == 201
    interview = caller("POST", "/v1/interviews", json=BODIES["/v1/interviews"]).json()
    # Over, so that the stream of its events ends.
    caller("POST", f"/v1/interviews/{interview['id']}/end")
    return {
        "rubric_id": OWN_RUBRIC["id"],
        "version": OWN_RUBRIC["version"],
        "grade_id": grade_id,
        "submission_id": record["submission_id"],
        "candidate_id": candidate_id,
        "appeal_id": appeal.json()["id"],
        "webhook_id": webhook_id,
        "delivery_id": delivery_id,
        "interview_id": interview["id"],
        "invite_id": caller("POST", "/v1/invites", json=BODIES["/v1/invites"]).json()["id"],
        "batch_id": sent(caller, lines(1)),
    }


def operations(service: Service) -> Iterator[tuple[str, str]]:
    """Every method of every path; what deletes comes last."""
    paths = service.http.get("/openapi.json").json()["paths"]
    found = [(method, path) for path, item in paths.items() for method in METHODS & set(item)]
    yield from sorted(found, key=lambda operation: (operation[0] == "delete", operation[1]))


def filled(path: str, things: dict[str, str]) -> str:
    """Put ids into a path; a parameter that is not among `things` names nothing."""
    return re.sub(r"{(\w+)}", lambda name: things.get(name[1], "nothing"), path)


def test_nothing_of_another_tenant_is_found(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    things = things_of(acme)
    asked = 0
    for method, path in operations(service):
        names = set(re.findall(r"{(\w+)}", path))
        if not names or names <= set(SHARED):
            continue
        assert names <= set(things) | set(SHARED), f"{path}: say in things_of how to make one"
        url = filled(path, SHARED | things)
        response = other(method, url, json=BODIES.get(path))
        assert response.status_code == 404, f"{method} {path}: {response.text}"
        # The same request, by whom it belongs to, does find it.
        assert acme(method, url, json=BODIES.get(path)).status_code not in {404, 422}, path
        asked += 1
    assert asked >= 2


def test_lists_hold_nothing_of_another_tenant(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    things = things_of(acme)
    for method, path in operations(service):
        if method != "get" or "{" in path or path in PUBLIC | ASKS_FOR_ONE:
            continue
        shown = other("GET", path)
        assert shown.status_code == 200
        assert not [one for one in things.values() if one in shown.text], path
    mine = other.grade(candidate_id="ada").json()["id"]
    listed = other("GET", "/v1/grades?candidate_id=ada").json()["items"]
    assert [item["id"] for item in listed] == [mine]


def test_a_cursor_of_another_tenant_shows_nothing_of_theirs(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    for _ in range(3):
        acme.grade()
    cursor = acme("GET", "/v1/grades?limit=1").json()["next_cursor"]
    assert other("GET", f"/v1/grades?limit=1&cursor={cursor}").json()["items"] == []


def test_every_route_but_the_probes_wants_a_key(service: Service) -> None:
    service.key("acme")
    for method, path in operations(service):
        url = re.sub(r"{\w+}", "x", path)
        status = service.http.request(method, url, json=BODIES.get(path)).status_code
        assert status == (200 if path in PUBLIC else 401), f"{method} {path}"


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_with_one_scope_gets_nowhere_else(service: Service, scope: Scope) -> None:
    caller = service.caller("acme", scope)
    things = things_of(service.caller("acme"))
    document = service.http.get("/openapi.json").json()["paths"]
    for method, path in operations(service):
        (needed,) = document[path][method].get("security", [{"key": []}])
        if "invitation" in needed:  # a link's own, which no key opens
            continue
        response = caller(method, filled(path, SHARED | things), json=BODIES.get(path))
        allowed = set(needed["key"]) <= {scope}
        assert (response.status_code != 403) == allowed, f"{method} {path}"
