from __future__ import annotations

from typing import Any

import pytest

from api.auth import Scope
from tests.api.rubrics.support import OWN, at, draft, own, publish, reworded
from tests.api.support import FIRST, OTHER, SECOND, Caller, Service


def listed(caller: Caller, query: str = "") -> list[tuple[str, str, str]]:
    response = caller("GET", f"/v1/rubrics?{query}")
    assert response.status_code == 200, response.text
    return [(each["id"], each["version"], each["owner"]) for each in response.json()["items"]]


CACHE = (OTHER.id, OTHER.version, "bank")
QUEUE = (FIRST.id, SECOND.version, "bank")


def test_ones_own_and_the_bank_s_are_listed_together(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme)
    publish(acme, reworded("1.1.0"))
    publish(acme, reworded("1.10.0"))
    draft(acme, own("2.0.0"))
    draft(acme, own(id="another-draft"))
    publish(acme, own("3.0.0", id=OTHER.id), fork_of=OTHER.version)
    mine = (OWN, "1.10.0", "tenant")
    fork = (OTHER.id, "3.0.0", "tenant")
    assert listed(acme) == [fork, mine, QUEUE]
    assert listed(acme, "owner=tenant") == [fork, mine]
    assert listed(acme, "owner=bank") == [CACHE, QUEUE]
    assert listed(acme, "status=draft") == [
        ("another-draft", "1.0.0", "tenant"),
        (OWN, "2.0.0", "tenant"),
    ]
    acme("POST", at(own(), "retire"))
    assert listed(acme, "status=retired") == [(OWN, "1.0.0", "tenant")]
    assert listed(service.caller("other")) == [CACHE, QUEUE]


def test_rubrics_are_filtered(service: Service) -> None:
    acme = service.caller("acme")
    rubric = own(
        question="Wann hilft Überlast-Schutz?", kind="incident", level="staff", topics=["loads"]
    )
    publish(acme, rubric)
    mine = [(OWN, "1.0.0", "tenant")]
    for query in (
        "topic=loads",
        "level=staff",
        "kind=incident",
        "text=ÜBERLAST",
        "text=LOAD-SHED",
        "text=oads",
        "topic=loads&level=staff&kind=incident&text=hilft&status=published&owner=tenant",
    ):
        assert listed(acme, query) == mine, query
    for query in ("topic=load", "level=intern", "text=%25", "topic=loads&kind=technical"):
        assert listed(acme, query) == [], query


def test_pages_follow_each_other(service: Service) -> None:
    acme = service.caller("acme")
    for name in ("a", "m", "z"):
        publish(acme, own(id=name))
    seen: list[str] = []
    query: str | None = "limit=2"
    while query is not None:
        page = acme("GET", f"/v1/rubrics?{query}").json()
        seen += [each["id"] for each in page["items"]]
        query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == ["a", OTHER.id, "m", FIRST.id, "z"]


@pytest.mark.parametrize(
    "query", ["limit=0", "kind=quiz", "status=lost", "text=", "text=%00", "nonsense=1"]
)
def test_wrong_filters_are_refused(service: Service, query: str) -> None:
    assert service.caller("acme")("GET", f"/v1/rubrics?{query}").status_code == 422


def test_versions_are_listed_newest_first(service: Service) -> None:
    acme = service.caller("acme")
    for number in ("1.2.0", "1.10.0", "2.0.0-rc.1"):
        draft(acme, own(number, id=FIRST.id), fork_of="1.0.0")
    path = f"/v1/rubrics/{FIRST.id}/versions"
    seen: list[tuple[str, str, Any]] = []
    query = "?limit=2"
    while query:
        page = acme("GET", path + query).json()
        seen += [
            (each["version"], each["status"], each["record"]["forked_from"])
            for each in page["items"]
        ]
        query = f"?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == [
        ("2.0.0-rc.1", "draft", "1.0.0"),
        ("1.10.0", "draft", "1.0.0"),
        ("1.2.0", "draft", "1.0.0"),
        ("1.1.0", "published", None),
        ("1.0.0", "published", None),
    ]
    others = service.caller("other")("GET", path).json()["items"]
    assert [each["version"] for each in others] == ["1.1.0", "1.0.0"]


def test_two_versions_are_compared(service: Service) -> None:
    acme = service.caller("acme")
    publish(acme)
    draft(acme, reworded("1.1.0"))
    found = acme("GET", f"/v1/rubrics/{OWN}/diff?from=1.0.0&to=1.1.0").json()
    assert found["comparability"]["reworded"] == ["decouples"]
    assert found["version"]["message"].endswith("1.1.0 fits.")
    same = acme("GET", f"/v1/rubrics/{OWN}/diff?from=1.0.0").json()
    assert same["comparability"]["level"] == "identical"
    assert acme("GET", f"/v1/rubrics/{OWN}/diff").status_code == 422
    assert acme("GET", f"/v1/rubrics/{OWN}/diff?from=9.0.0").status_code == 404
    bank = acme("GET", f"/v1/rubrics/{FIRST.id}/diff?from=1.0.0&to=1.1.0").json()
    assert [entry["id"] for entry in bank["entries"]] == ["exactly-once"]


def test_nothing_of_another_tenant_is_shown_or_changed(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    publish(acme)
    draft(acme, reworded("1.1.0"))
    for method, path in (
        ("GET", f"/v1/rubrics/{OWN}"),
        ("GET", f"/v1/rubrics/{OWN}/versions"),
        ("GET", at(own())),
        ("GET", f"/v1/rubrics/{OWN}/diff?from=1.0.0"),
        ("GET", f"/v1/rubrics/{OWN}/export"),
        ("PUT", at(own("1.1.0"))),
        ("DELETE", at(own("1.1.0"))),
        ("POST", at(own("1.1.0"), "publish")),
        ("POST", at(own(), "retire")),
    ):
        body = reworded("1.1.0") if method == "PUT" else None
        response = other(method, path, json=body)
        assert response.status_code == 404, f"{method} {path}: {response.text}"
        assert "producer" not in response.text
    # The same id is free for another tenant.
    assert publish(other, own("4.0.0")).status_code == 200
    assert acme("GET", f"/v1/rubrics/{OWN}").json()["version"] == "1.0.0"


@pytest.mark.parametrize("scope", [Scope.READ, Scope.GRADE, Scope.REVIEW, Scope.ADMIN])
def test_only_authors_write(service: Service, scope: Scope) -> None:
    caller = service.caller("acme", scope)
    assert draft(caller).status_code == 403
    for method, path in (
        ("POST", "/v1/rubrics/validate"),
        ("POST", "/v1/rubrics/import"),
        ("PUT", at(own())),
        ("DELETE", at(own())),
        ("POST", at(own(), "publish")),
        ("POST", at(own(), "retire")),
    ):
        assert caller(method, path, json=own() if method != "DELETE" else None).status_code == 403
    assert caller("GET", f"/v1/rubrics/{FIRST.id}").status_code == 200
