from __future__ import annotations

from typing import Any

import pytest

from api.auth import Scope
from tests.api.reviews.play import graded, problem, queue, review, reviews
from tests.api.support import Caller, Service

SURE = "It decouples, and lets the producer go on."


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def sure(caller: Caller, answer: str = SURE) -> dict[str, Any]:
    """A grade that asks for nobody."""
    return graded(caller, answer, "1.0.0")


def appeal(caller: Caller, grade_id: str, statement: str = "I did say that.") -> Any:
    return caller("POST", f"/v1/grades/{grade_id}/appeals", json={"statement": statement})


def decide(caller: Caller, appeal_id: str, **body: Any) -> Any:
    wanted = {"reviewer": "ada", "upheld": False, "response": "We read it again."} | body
    return caller("POST", f"/v1/appeals/{appeal_id}/resolution", json=wanted)


def test_an_appeal_waits_for_a_person(service: Service) -> None:
    acme = service.caller("acme")
    platform = service.caller("acme", Scope.GRADE)
    grade = sure(acme)
    assert queue(acme) == []
    made = appeal(platform, grade["id"])
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["status"], body["statement"]) == ("open", "I did say that.")
    assert acme("GET", made.headers["Location"]).json() == body
    assert [item["grade_id"] for item in queue(acme)] == [grade["id"]]
    task = acme("GET", f"/v1/reviews/queue/{grade['id']}").json()
    assert task["appeal"] == {"id": body["id"], "statement": "I did say that."}
    problem(appeal(platform, grade["id"]), 409, "appeal_stands")
    told = problem(review(acme, grade["id"]), 409, "appeal_stands")
    assert f"/v1/appeals/{body['id']}/resolution" in told


def test_an_appeal_that_is_upheld_corrects_the_grade(acme: Caller) -> None:
    grade = sure(acme)
    appeal_id = appeal(acme, grade["id"]).json()["id"]
    nothing = decide(acme, appeal_id, upheld=True, points={"buffers": "missing"})
    assert "no verdict is changed" in problem(nothing, 422, "review_invalid")
    done = decide(acme, appeal_id, upheld=True, points={"buffers": "covered"}, response="Right.")
    assert done.status_code == 201, done.text
    body = done.json()
    assert (body["status"], body["resolved_by"], body["response"]) == ("resolved", "ada", "Right.")
    found = reviews(acme, grade["id"])
    assert found["current"]["score"] == 100.0
    assert found["resolved_by"] == body["review_id"]
    assert queue(acme) == []
    problem(decide(acme, appeal_id), 409, "appeal_stands")
    assert appeal(acme, grade["id"]).status_code == 201


def test_an_appeal_that_is_rejected_confirms_the_grade(acme: Caller) -> None:
    grade = sure(acme)
    appeal_id = appeal(acme, grade["id"]).json()["id"]
    wrong = decide(acme, appeal_id, points={"buffers": "covered"})
    assert "verdicts are given" in problem(wrong, 422, "review_invalid")
    body = decide(acme, appeal_id).json()
    assert body["status"] == "rejected"
    found = reviews(acme, grade["id"])
    assert found["current"]["score"] == grade["score"]
    assert [each["id"] for each in found["reviews"]] == [body["review_id"]]


def test_an_appeal_during_a_second_review_waits_for_it(acme: Caller) -> None:
    grade_id = sure(acme)["id"]
    review(acme, grade_id, second_review=True)
    appeal_id = appeal(acme, grade_id).json()["id"]
    problem(decide(acme, appeal_id), 409, "review_out_of_turn")
    task = acme("GET", f"/v1/reviews/queue/{grade_id}").json()
    assert task["appeal"] is None
    points = {"decouples": "covered", "buffers": "missing"}
    done = review(acme, grade_id, reviewer="bob", kind="blind", points=points).json()
    assert (done["resolves"], done["wanted"]) == (True, "open")
    assert decide(acme, appeal_id, reviewer="cy").json()["status"] == "rejected"


def test_somebody_else_cannot_decide_while_one_has_it(acme: Caller) -> None:
    grade_id = sure(acme)["id"]
    appeal_id = appeal(acme, grade_id).json()["id"]
    acme("PUT", f"/v1/reviews/queue/{grade_id}/claim", json={"reviewer": "bob"})
    problem(decide(acme, appeal_id), 409, "review_claimed")
    assert decide(acme, appeal_id, reviewer="bob").status_code == 201


def test_appeals_are_listed_newest_first(acme: Caller) -> None:
    grades = [sure(acme, f"{SURE} {number}")["id"] for number in range(3)]
    made = [appeal(acme, grade_id).json()["id"] for grade_id in grades]
    decide(acme, made[0])

    def ids(query: str) -> list[str]:
        return [item["id"] for item in acme("GET", f"/v1/appeals?{query}").json()["items"]]

    assert ids("") == made[::-1]
    assert ids("status=open") == [made[2], made[1]]
    assert ids("status=rejected") == [made[0]]
    assert ids(f"grade_id={grades[1]}") == [made[1]]
    page = acme("GET", "/v1/appeals?limit=2").json()
    assert ids(f"limit=2&cursor={page['next_cursor']}") == [made[0]]


@pytest.mark.parametrize("statement", ["", "  ", "\x00", "x" * 5001, None])
def test_a_statement_says_something(acme: Caller, statement: Any) -> None:
    problem(appeal(acme, sure(acme)["id"], statement), 422, "request_invalid")


@pytest.mark.parametrize("appeal_id", ["nothing", "app_" + "0" * 32, "%00"])
def test_what_is_not_there_is_not_found(acme: Caller, appeal_id: str) -> None:
    problem(acme("GET", f"/v1/appeals/{appeal_id}"), 404, "not_found")
    problem(decide(acme, appeal_id), 404, "not_found")
