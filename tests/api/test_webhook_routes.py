"""Webhooks as their owner sets them up, with a receiver on loopback that checks signatures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from standardwebhooks import Webhook

from api.auth import Scope
from grader.settings import Settings
from tests.api.support import ANSWER, Caller, Service, scripted_grader
from tests.support.openai_server import OpenAIServer, raw, status

_PATIENCE = 30.0  # only a stuck test waits so long
PUBLIC = "https://hooks.invalid/grades"


@pytest.fixture
def receiver() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=raw(b"thanks", "text/plain")) as running:
        yield running


@pytest.fixture
def near(service_settings: Settings) -> Iterator[Service]:
    """The service, allowed to send webhooks to this machine."""
    allowed = {
        "webhook_allow_http": True,
        "webhook_allowed_networks": (ip_network("127.0.0.0/8"),),
        "webhook_ports": (),
    }
    settings = service_settings.model_copy(update=allowed)
    with Service.running(settings, scripted_grader(settings)) as running:
        yield running


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def create(caller: Caller, url: str = PUBLIC, **more: Any) -> dict[str, Any]:
    response = caller("POST", "/v1/webhooks", json={"url": url, **more})
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"/v1/webhooks/{created['id']}"
    return created


def delivered(caller: Caller, path: str, wanted: str = "delivered") -> dict[str, Any]:
    """Wait until a delivery has come to its end, and return it."""
    until(lambda: caller("GET", path).json()["status"] == wanted)
    shown: dict[str, Any] = caller("GET", path).json()
    return shown


def test_a_grade_is_told_of_with_ids_and_figures_and_no_answer(
    near: Service, receiver: OpenAIServer
) -> None:
    acme = near.caller("acme")
    made = create(acme, receiver.base_url, events=["grade.created"])

    grade = acme.grade(f"decouples {ANSWER}", candidate_id="ada").json()

    until(lambda: receiver.requests)
    [request] = receiver.requests
    message = Webhook(made["secret"]).verify(request.raw, dict(request.headers))
    assert message["type"] == "grade.created"
    assert message["data"] == {
        "id": grade["id"],
        "submission_id": acme("GET", f"/v1/grades/{grade['id']}").json()["record"]["submission_id"],
        "rubric": grade["rubric"],
        "score": grade["score"],
        "band": grade["band"],
        "needs_review": grade["needs_review"],
    }
    assert "decouples" not in request.raw.decode()
    counted = 'grader_webhook_attempts_total{outcome="delivered"} 1.0'
    until(lambda: counted in near.http.get("/metrics").text)


def test_a_grade_made_in_the_background_is_told_of_too(
    near: Service, receiver: OpenAIServer
) -> None:
    acme = near.caller("acme")
    create(acme, receiver.base_url)
    promised = acme.grade("unsure", headers={"Prefer": "respond-async"}).json()
    until(lambda: len(receiver.requests) == 2)
    told = {request.body["type"]: request.body["data"]["id"] for request in receiver.requests}
    assert told == {"grade.created": promised["id"], "grade.needs_review": promised["id"]}


def test_the_secret_is_shown_once(service: Service) -> None:
    acme = service.caller("acme")
    made = create(acme, description="ours", events=["batch.completed"])
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    shown = acme("GET", f"/v1/webhooks/{made['id']}")
    assert shown.json() == made
    assert shown.json()["events"] == ["batch.completed"]
    assert secret not in acme("GET", "/v1/webhooks").text
    changed = acme("PATCH", f"/v1/webhooks/{made['id']}", json={"description": "theirs"})
    assert secret not in changed.text
    assert changed.json() == made | {"description": "theirs"}


def test_a_secret_of_ones_own_is_used(service: Service) -> None:
    own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    acme = service.caller("acme")
    assert create(acme, secret=own)["secret"] == own
    for bad in ("hunter2", "whsec_c2hvcnQ="):
        response = acme("POST", "/v1/webhooks", json={"url": PUBLIC, "secret": bad})
        assert response.status_code == 422
        assert response.json()["code"] == "webhook_secret_invalid"
        assert bad not in response.json()["detail"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "must begin with https://"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://localhost/", "localhost stands for it"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://[::ffff:10.0.0.1]/", "10.0.0.1"),
        ("https://2130706433/", "not a public address"),
        ("https://example.com:22/", "port 22"),
        ("https://me:secret@example.com/", "no user or password"),
        ("/hooks", "must be a whole one"),
        ("javascript:alert(1)", "must begin with https://"),
    ],
)
def test_a_target_inside_or_unfit_is_refused_at_once(
    service: Service, url: str, words: str
) -> None:
    acme = service.caller("acme")
    made = create(acme)
    for response in (
        acme("POST", "/v1/webhooks", json={"url": url}),
        acme("PATCH", f"/v1/webhooks/{made['id']}", json={"url": url}),
    ):
        assert response.status_code == 422
        assert response.json()["code"] == "webhook_target_refused"
        assert words in response.json()["detail"]
    assert acme("GET", f"/v1/webhooks/{made['id']}").json()["url"] == PUBLIC


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": PUBLIC, "events": ["grade.shredded"]},
        {"url": PUBLIC, "description": "a\x00b"},
        {"url": PUBLIC, "colour": "red"},
    ],
)
def test_a_request_that_is_not_valid_is_refused(service: Service, body: dict[str, Any]) -> None:
    response = service.caller("acme")("POST", "/v1/webhooks", json=body)
    assert response.status_code == 422
    assert response.json()["code"] == "request_invalid"


def test_a_repeated_creation_makes_one(service: Service) -> None:
    acme = service.caller("acme")
    key = {"Idempotency-Key": "once"}
    first, again = (acme("POST", "/v1/webhooks", json={"url": PUBLIC}, headers=key) for _ in "ab")
    assert again.json() == first.json()
    assert len(acme("GET", "/v1/webhooks").json()["items"]) == 1


def test_there_may_be_so_many_and_no_more(service: Service) -> None:
    acme = service.caller("acme")
    made = [create(acme)["id"] for _ in range(20)]
    refused = acme("POST", "/v1/webhooks", json={"url": PUBLIC})
    assert refused.status_code == 409
    assert refused.json()["code"] == "too_many_webhooks"
    first = acme("GET", "/v1/webhooks?limit=15").json()
    second = acme("GET", f"/v1/webhooks?limit=15&cursor={first['next_cursor']}").json()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert acme("DELETE", f"/v1/webhooks/{made[0]}").status_code == 204
    assert acme("GET", f"/v1/webhooks/{made[0]}").status_code == 404
    create(acme)


def test_a_test_event_says_what_came_of_it(near: Service, receiver: OpenAIServer) -> None:
    acme = near.caller("acme")
    made = create(acme, receiver.base_url, events=["rubric.published"])
    receiver.script(status(500, "boom"))
    failed = acme("POST", f"/v1/webhooks/{made['id']}/test")
    assert failed.status_code == 201
    shown = delivered(acme, failed.headers["Location"], "failed")  # and is not tried again
    assert [attempt["status"] for attempt in shown["attempts"]] == [500]
    assert "boom" in shown["attempts"][0]["snippet"]

    sent = acme("POST", f"/v1/webhooks/{made['id']}/test")
    shown = delivered(acme, sent.headers["Location"])
    assert shown["attempts"][0]["snippet"] == "thanks"
    assert shown["event"]["type"] == "webhook.test"
    message = Webhook(made["secret"]).verify(
        receiver.requests[-1].raw, dict(receiver.requests[-1].headers)
    )
    assert message["type"] == "webhook.test"


def test_a_new_secret_takes_over_at_once_or_after_an_overlap(
    near: Service, receiver: OpenAIServer
) -> None:
    acme = near.caller("acme")
    made = create(acme, receiver.base_url)
    path = f"/v1/webhooks/{made['id']}"
    for overlap, count in ((1, 2), (0, 1)):
        rotated = acme("POST", f"{path}/rotate", json={"overlap_hours": overlap})
        assert rotated.status_code == 201
        assert len(rotated.json()["secrets"]) == count
        sent = acme("POST", f"{path}/test")
        delivered(acme, sent.headers["Location"])
        request = receiver.requests[-1]
        assert len(request.headers["webhook-signature"].split()) == count
        Webhook(rotated.json()["secret"]).verify(request.raw, dict(request.headers))


def test_one_delivery_or_all_that_failed_are_sent_again(
    near: Service, receiver: OpenAIServer
) -> None:
    acme = near.caller("acme")
    made = create(acme, receiver.base_url, events=["grade.created"])
    path = f"/v1/webhooks/{made['id']}"
    receiver.script(status(410))
    acme.grade("decouples")
    until(lambda: not acme("GET", path).json()["enabled"])
    assert "410" in acme("GET", path).json()["disabled_reason"]
    assert acme("POST", f"{path}/test").json()["code"] == "webhook_disabled"
    since = {"since": made["created_at"]}
    assert acme("POST", f"{path}/replay", json=since).status_code == 409

    enabled = acme("PATCH", path, json={"enabled": True}).json()
    assert (enabled["enabled"], enabled["failures"], enabled["disabled_at"]) == (True, 0, None)
    assert acme("POST", f"{path}/replay", json={"since": "2999-01-01T00:00:00Z"}).json() == {
        "replayed": 0
    }
    replayed = acme("POST", f"{path}/replay", json=since)
    assert (replayed.status_code, replayed.json()) == (202, {"replayed": 1})
    [listed] = acme("GET", f"{path}/deliveries").json()["items"]
    one = f"{path}/deliveries/{listed['id']}"
    delivered(acme, one)
    for _ in "ab":  # the second time it is the first one's response
        again = acme("POST", f"{one}/replay", headers={"Idempotency-Key": "again"})
        assert again.status_code == 202
    until(lambda: len(acme("GET", one).json()["attempts"]) == 3)
    assert [attempt["status"] for attempt in delivered(acme, one)["attempts"]] == [410, 200, 200]
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert acme("GET", f"{path}/deliveries?status=failed").json()["items"] == []


def test_a_disabled_webhook_is_told_nothing(near: Service, receiver: OpenAIServer) -> None:
    acme = near.caller("acme")
    made = create(acme, receiver.base_url)
    other = create(acme, receiver.base_url)
    path = f"/v1/webhooks/{made['id']}"
    disabled = acme("PATCH", path, json={"enabled": False}).json()
    assert disabled["disabled_reason"] == "disabled by its owner"
    acme.grade("decouples")
    until(
        lambda: acme("GET", f"/v1/webhooks/{other['id']}/deliveries?status=delivered").json()[
            "items"
        ]
    )
    assert acme("GET", f"{path}/deliveries").json()["items"] == []


def test_only_an_admin_sets_up_webhooks(service: Service) -> None:
    author = service.caller("acme", Scope.AUTHOR, Scope.GRADE, Scope.READ, Scope.REVIEW)
    assert author("POST", "/v1/webhooks", json={"url": PUBLIC}).status_code == 403
    assert author("GET", "/v1/webhooks").status_code == 403
