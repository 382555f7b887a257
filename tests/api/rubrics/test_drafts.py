from __future__ import annotations

import json
import re
from typing import Any

import pytest

from api.auth import Scope
from api.records import AuditLog, Tenants
from api.rubrics import RubricFormat, read_draft
from grader.bank import Bank, parse_rubric
from grader.errors import RubricInvalid
from tests.api.rubrics.support import OWN, as_yaml, at, draft, own, reworded
from tests.api.support import FIRST, Service
from tests.grader.factories import document, full_document


def test_a_draft_is_kept_and_linted(service: Service) -> None:
    acme = service.caller("acme", Scope.AUTHOR)
    made = draft(acme)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == at(own())
    body = made.json()
    assert (body["status"], body["record"]["owner"]) == ("draft", "tenant")
    assert body["sha256"] == parse_rubric(own()).sha256
    codes = {finding["code"] for finding in body["lint"]["findings"]}
    assert {"no-reference", "point-count"} <= codes
    assert body["lint"]["warnings"] == len(body["lint"]["findings"])
    found = acme("GET", made.headers["Location"])
    assert found.headers["ETag"] == made.headers["ETag"]
    assert found.json() == {name: value for name, value in body.items() if name != "lint"}


def test_yaml_and_json_make_the_same_draft(service: Service) -> None:
    rubric = full_document() | {"id": OWN}
    acme, other = service.caller("acme"), service.caller("other")
    sent = other("POST", "/v1/rubrics", **as_yaml(rubric))
    assert sent.status_code == 201, sent.text
    assert sent.json()["sha256"] == draft(acme, rubric).json()["sha256"]
    assert sent.json()["status"] == "draft"  # whatever the document says


def test_only_a_reference_answer_of_the_bank_may_be_named() -> None:
    answer = {"reference": "messaging/queues.md", "reference_answer": "It decouples."}
    bank = Bank([parse_rubric(document(**answer))])
    named = read_draft(json.dumps(own(reference=answer["reference"])), RubricFormat.JSON, bank)
    assert named.reference_answer == answer["reference_answer"]
    with pytest.raises(RubricInvalid, match=r"did you mean 'messaging/queues\.md'"):
        read_draft(json.dumps(own(reference="messaging/queue.md")), RubricFormat.JSON, bank)


@pytest.mark.parametrize("kind", ["application/json", "application/yaml"])
def test_what_is_wrong_is_said_with_its_line(service: Service, kind: str) -> None:
    acme = service.caller("acme")
    text = '{"id": "a",\n "version": "1.0.0",\n "question": "Why?",\n "points": [\n{"id": "p"}]}'
    response = acme("POST", "/v1/rubrics", content=text, headers={"Content-Type": kind})
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "rubric_invalid"
    assert {error["field"] for error in problem["errors"]} == {
        "points[0].claim",
        "points[0].weight",
    }
    assert re.findall(r"rubric\.\w+:5: points\[0\]\.claim: missing", problem["detail"])


def test_another_kind_of_body_is_refused(service: Service) -> None:
    acme = service.caller("acme")
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = acme("POST", "/v1/rubrics", content=b"id: a", headers={"Content-Type": kind})
        assert response.status_code == 415
        assert "application/json or application/yaml" in response.json()["detail"]


def test_a_version_is_made_once(service: Service) -> None:
    acme = service.caller("acme")
    draft(acme)
    again = draft(acme, reworded("1.0.0"))
    assert (again.status_code, again.json()["code"]) == (409, "rubric_version_exists")
    assert acme("GET", at(own())).json()["sha256"] == parse_rubric(own()).sha256


def test_an_idempotency_key_makes_a_draft_once(service: Service) -> None:
    acme = service.caller("acme")
    headers = {"Idempotency-Key": "one"}
    first = acme("POST", "/v1/rubrics", json=own(), headers=headers)
    again = acme("POST", "/v1/rubrics", json=own(), headers=headers)
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    other = acme("POST", "/v1/rubrics?fork_of=1.0.0", json=own(), headers=headers)
    assert other.status_code == 422


def test_a_draft_is_replaced_by_who_knows_what_is_there(service: Service) -> None:
    acme = service.caller("acme")
    seen = draft(acme).headers["ETag"]
    change = {"json": reworded("1.0.0"), "headers": {"If-Match": seen}}
    changed = acme("PUT", at(own()), **change)
    assert changed.status_code == 200, changed.text
    assert changed.json()["points"][0]["claim"] == "The producer goes on at once."
    assert changed.headers["ETag"] != seen
    late = acme("PUT", at(own()), json=own(), headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert acme("GET", at(own())).json()["sha256"] == changed.json()["sha256"]
    several = {"If-Match": f'"another", {changed.headers["ETag"]}'}
    assert acme("PUT", at(own()), json=own(), headers=several).status_code == 200
    assert acme("PUT", at(own()), json=own(), headers={"If-Match": "*"}).status_code == 200
    weak = {"If-Match": "W/" + acme("GET", at(own())).headers["ETag"]}
    assert acme("PUT", at(own()), json=own(), headers=weak).status_code == 412
    assert acme("PUT", at(own()), json=own()).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"), [({"id": "another"}, "id"), ({"version": "2.0.0"}, "version")]
)
def test_a_draft_is_replaced_by_itself_only(
    service: Service, change: dict[str, str], field: str
) -> None:
    acme = service.caller("acme")
    draft(acme)
    response = acme("PUT", at(own()), json=own() | change)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_draft_can_be_deleted(service: Service) -> None:
    acme = service.caller("acme")
    draft(acme)
    assert acme("DELETE", at(own()), headers={"If-Match": '"old"'}).status_code == 412
    assert acme("DELETE", at(own())).status_code == 204
    assert acme("GET", at(own())).status_code == 404
    assert draft(acme).status_code == 201


@pytest.mark.parametrize("path", ["nothing", "%00", "x" * 3000, "Ä", "a%2Fb", "-"])
def test_what_is_not_there_is_not_found(service: Service, path: str) -> None:
    acme = service.caller("acme")
    for method, rest in (
        ("GET", ""),
        ("GET", "/versions"),
        ("GET", f"/versions/{path}"),
        ("GET", f"/diff?from={path}"),
        ("GET", f"/export?version={path}"),
        ("DELETE", f"/versions/{path}"),
        ("POST", f"/versions/{path}/publish"),
        ("POST", f"/versions/{path}/retire"),
    ):
        response = acme(method, f"/v1/rubrics/{path}{rest}")
        assert response.status_code == 404, (method, rest, response.text)


def test_validation_keeps_nothing(service: Service) -> None:
    acme = service.caller("acme")
    found = acme("POST", "/v1/rubrics/validate", json=own()).json()
    assert (found["valid"], found["publishable"]) == (True, True)
    assert found["sha256"] == parse_rubric(own()).sha256
    assert acme("GET", at(own())).status_code == 404
    assert acme("POST", "/v1/rubrics/validate", json=FIRST.model_dump(mode="json")).json()["valid"]


@pytest.mark.parametrize(
    ("text", "line"), [("id: [", 1), ("points: 3\nid: a\nid: b\n", 3), ("", None), ("- 1", 1)]
)
def test_validation_says_what_is_no_rubric(service: Service, text: str, line: int | None) -> None:
    acme = service.caller("acme")
    headers = {"Content-Type": "application/yaml"}
    response = acme("POST", "/v1/rubrics/validate", content=text, headers=headers)
    assert response.status_code == 200
    found = response.json()
    assert (found["valid"], found["publishable"], found["sha256"]) == (False, False, None)
    assert {finding["code"] for finding in found["lint"]["findings"]} == {"schema"}
    assert line is None or line in {finding["line"] for finding in found["lint"]["findings"]}


def test_what_authors_do_is_written_down(service: Service) -> None:
    acme = service.caller("acme")
    draft(acme)
    acme("PUT", at(own()), json=reworded("1.0.0"))
    acme("POST", at(own(), "publish"))
    acme("POST", at(own(), "retire"))
    draft(acme, own("2.0.0"))
    acme("DELETE", at(own("2.0.0")))

    async def read(session: Any) -> list[tuple[str, str, bool]]:
        tenant = await Tenants(session).named_or_new("acme")
        rows = await AuditLog(session, tenant.id).of(OWN)
        return [(r.action, r.details["version"], r.actor.startswith("key_")) for r in rows]

    assert service.in_records(read) == [
        ("rubric.created", "1.0.0", True),
        ("rubric.replaced", "1.0.0", True),
        ("rubric.published", "1.0.0", True),
        ("rubric.retired", "1.0.0", True),
        ("rubric.created", "2.0.0", True),
        ("rubric.deleted", "2.0.0", True),
    ]
