from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.auth import Scope
from tests.api.rubrics.support import OWN, at, draft, own, publish
from tests.api.support import Caller, Service


def listed(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    response = caller("GET", "/v1/audit", params=query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def actions(caller: Caller, **query: Any) -> list[str]:
    return [item["action"] for item in listed(caller, **query)]


@pytest.fixture
def acme(service: Service) -> Caller:
    """A tenant that has drafted, published and retired a rubric."""
    caller = service.caller("acme")
    publish(caller)
    caller("POST", at(own(), "retire"))
    return caller


def test_acts_are_listed_newest_first_with_who_did_them(service: Service, acme: Caller) -> None:
    issued = service.issue("acme", Scope.AUTHOR)
    draft(Caller(service.http, issued.key), own("2.0.0"))
    newest, made_key, *rest = listed(acme)
    assert newest["action"] == "rubric.created"
    assert newest["subject"] == OWN
    assert newest["actor"] == issued.row.id
    assert newest["details"]["version"] == "2.0.0"
    assert newest["id"].startswith("aud_")
    assert datetime.fromisoformat(newest["at"]).tzinfo is not None
    assert (made_key["action"], made_key["subject"]) == ("key.created", issued.row.id)
    assert [each["action"] for each in rest] == [
        "rubric.retired",
        "rubric.published",
        "rubric.created",
        "key.created",
    ]


def test_filters_narrow_the_list(service: Service, acme: Caller) -> None:
    issued = service.issue("acme", Scope.AUTHOR)
    draft(Caller(service.http, issued.key), own("2.0.0"))
    assert actions(acme, action="rubric.published") == ["rubric.published"]
    assert len(listed(acme, action="rubric")) == 4
    assert listed(acme, action="rub") == []
    assert actions(acme, actor=issued.row.id) == ["rubric.created"]
    assert actions(acme, subject=issued.row.id) == ["key.created"]
    moment = listed(acme, action="rubric.published")[0]["at"]
    after = listed(acme, created_after=moment)
    assert [each["action"] for each in after] == ["rubric.created", "key.created", "rubric.retired"]
    assert actions(acme, created_before=moment) == ["rubric.created", "key.created"]
    long_ago = (datetime.fromisoformat(moment) - timedelta(days=1)).isoformat()
    assert listed(acme, created_before=long_ago) == []


def test_pages_hold_everything_once(acme: Caller) -> None:
    found, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = acme("GET", "/v1/audit", params=query).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(found) == 4
    assert found == [each["id"] for each in listed(acme)]


def test_a_cursor_does_not_fit_other_filters(acme: Caller) -> None:
    cursor = acme("GET", "/v1/audit", params={"limit": 1}).json()["next_cursor"]
    other = acme("GET", "/v1/audit", params={"limit": 1, "cursor": cursor, "action": "rubric"})
    assert (other.status_code, other.json()["code"]) == (400, "cursor_invalid")


def test_nobody_sees_what_another_tenant_did(service: Service, acme: Caller) -> None:
    other = service.caller("other")
    assert actions(other) == ["key.created"]
    assert listed(other, subject=OWN) == []
    cursor = acme("GET", "/v1/audit", params={"limit": 1}).json()["next_cursor"]
    assert actions(other, limit=1, cursor=cursor) == []


def test_it_is_for_administrators(service: Service) -> None:
    for scope in set(Scope) - {Scope.ADMIN}:
        assert service.caller("acme", scope)("GET", "/v1/audit").status_code == 403
    assert service.caller("acme", Scope.ADMIN)("GET", "/v1/audit").status_code == 200


@pytest.mark.parametrize(
    "query",
    [{"action": "Rubric.%"}, {"created_after": "2026-01-31"}, {"limit": 201}, {"key": "x"}],
)
def test_a_filter_that_cannot_be_is_refused(acme: Caller, query: dict[str, Any]) -> None:
    refused = acme("GET", "/v1/audit", params=query)
    assert refused.status_code == 422
    assert refused.json()["errors"]
