"""Rubrics tried on one answer, and compared on labelled ones, before they are published."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from api.auth import Scope
from evals.versions import MOST_ANSWERS
from tests.api.rubrics.support import OWN, draft, own, publish, reworded
from tests.api.support import FIRST, Caller, Service

ANSWER = "It decouples the two."


def text(rubric: dict[str, Any]) -> str:
    return yaml.safe_dump(rubric, sort_keys=False)


def tried(caller: Caller, rubric: str, answer: str = ANSWER) -> Any:
    return caller("POST", "/v1/rubrics/trial", json={"rubric": rubric, "answer": answer})


def labelled(number: int = 1, **changes: Any) -> str:
    line = {
        "id": f"a{number}",
        "rubric_id": FIRST.id,
        "rubric_version": FIRST.version,
        "answer": ANSWER,
        "points": {"decouples": "covered", "buffers": "missing"},
    }
    return json.dumps(line | changes)


def compared(caller: Caller, answers: str, **changes: Any) -> Any:
    body = {"rubric_id": FIRST.id, "old": "1.0.0", "new": "1.1.0", "answers": answers, **changes}
    return caller("POST", "/v1/rubrics/comparison", json=body)


def refusal(response: Any, status: int = 422) -> str:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert "Traceback" not in response.text
    return str(response.json()["detail"])


def test_a_rubric_is_tried_and_nothing_is_kept(service: Service) -> None:
    acme = service.caller("acme")
    response = tried(acme, text(own(status="draft")))
    assert response.status_code == 200, response.text
    grade = response.json()
    assert grade["rubric"]["id"] == OWN
    assert [point["verdict"] for point in grade["points"]] == ["covered", "missing"]
    assert acme("GET", "/v1/grades").json()["items"] == []
    assert acme("GET", f"/v1/rubrics/{OWN}").status_code == 404


def test_what_is_wrong_with_a_tried_rubric_is_said_by_line(service: Service) -> None:
    acme = service.caller("acme")
    response = tried(acme, text(own()) + "levle: mid\n")
    refusal(response)
    (error,) = response.json()["errors"]
    assert error["line"] == len(text(own()).splitlines()) + 1
    assert "levle" in error["field"] + error["message"]
    assert tried(acme, "id: [").json()["errors"][0]["line"] == 1
    assert "answer" in refusal(tried(acme, text(own()), "  "))
    assert tried(acme, "x" * 500_001).json()["errors"][0]["field"] == "rubric"


def test_a_proposed_version_is_compared(service: Service) -> None:
    acme = service.caller("acme")
    lines = "\n".join(labelled(n, answer=f"{ANSWER} {n}") for n in range(3))
    response = compared(acme, lines)
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["answers"], found["changed"]) == (3, 0)
    assert found["headline"]
    assert found["report"].lower().startswith("<!doctype html>")
    assert "<script src" not in found["report"]
    assert acme("GET", "/v1/grades").json()["items"] == []

    # A version that nobody has kept yet, which asks for one thing less.
    points = [{"id": "decouples", "claim": "The producer goes on at once.", "weight": 1}]
    proposed = {**yaml.safe_load(exported(acme)), "version": "1.2.0", "points": points}
    shorter = compared(acme, lines, new=None, rubric=text(proposed))
    assert shorter.status_code == 200, shorter.text
    assert shorter.json()["changed"] == 3


def exported(caller: Caller) -> str:
    response = caller("GET", f"/v1/rubrics/{FIRST.id}/export?version=1.0.0")
    assert response.status_code == 200
    return str(response.text)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "answer"),
        ("nonsense", "answers.jsonl:1"),
        (f"{labelled()}\n\n{{", "answers.jsonl:3"),
        (f"{labelled()}\n{labelled()}", "answers.jsonl:2"),
        (labelled(rubric_id="cache-basics"), "queue-basics"),
        (labelled(points={"decouples": "brilliant"}), "answers.jsonl:1: points.decouples"),
    ],
    ids=["nothing", "no JSON", "cut off", "twice", "another", "no verdict"],
)
def test_bad_labelled_answers_are_named_by_line(service: Service, lines: str, words: str) -> None:
    assert words in refusal(compared(service.caller("acme"), lines))


def test_too_much_is_refused_with_the_limit(service: Service) -> None:
    acme = service.caller("acme")
    many = "\n".join(labelled(n) for n in range(MOST_ANSWERS + 1))
    assert str(MOST_ANSWERS) in refusal(compared(acme, many))
    response = compared(acme, "x" * 500_001)
    refusal(response)
    assert response.json()["errors"][0]["field"] == "answers"
    assert "bytes" in refusal(compared(acme, "x" * 10_000_000), 413)


def test_a_proposed_rubric_that_is_wrong_is_refused_by_line(service: Service) -> None:
    response = compared(service.caller("acme"), labelled(), new=None, rubric="id: x\nlevle: mid\n")
    refusal(response)
    assert 2 in {error["line"] for error in response.json()["errors"]}


@pytest.mark.parametrize("scope", [Scope.GRADE, Scope.READ, Scope.REVIEW])
def test_only_authors_try_and_compare(service: Service, scope: Scope) -> None:
    caller = service.caller("acme", scope)
    for response in (tried(caller, text(own())), compared(caller, labelled())):
        assert "author" in refusal(response, 403)
    nobody = service.http.post("/v1/rubrics/trial", json={"rubric": "", "answer": ""})
    assert nobody.status_code == 401


def test_versions_of_another_tenant_are_not_compared(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    publish(acme)
    draft(acme, reworded("1.0.1"))
    line = labelled(rubric_id=OWN)
    assert compared(acme, line, rubric_id=OWN, new="1.0.1").status_code == 200
    refused = compared(other, line, rubric_id=OWN, new="1.0.1")
    assert OWN in refusal(refused, 404)
    # Nor is another tenant's version the one that is proposed.
    publish(other)
    assert "1.0.1" in refusal(compared(other, line, rubric_id=OWN, new="1.0.1"), 404)
