from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import ReviewQueueRow, now
from tests.api.reviews.play import graded, problem, queue, review
from tests.api.support import OTHER, Caller, Service


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def take(caller: Caller, reviewer: str = "ada", **more: Any) -> Any:
    return caller("POST", "/v1/reviews/claims", json={"reviewer": reviewer} | more)


def test_what_needs_a_person_waits_oldest_first(acme: Caller) -> None:
    made = [graded(acme, f"unsure {number}")["id"] for number in range(5)]
    acme.grade("It decouples and buffers.", rubric_version="1.0.0")
    seen: list[str] = []
    query = "limit=2"
    while query:
        page = acme("GET", f"/v1/reviews/queue?{query}").json()
        seen += [item["grade_id"] for item in page["items"]]
        query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == made
    first = queue(acme)[0]
    assert first["kind"] == "open"
    assert first["reasons"][0].startswith("The score may lie in another band")
    assert (first["claimed_by"], first["claimed_until"]) == (None, None)
    review(acme, made[0])
    assert [item["grade_id"] for item in queue(acme)] == made[1:]


def test_the_queue_is_filtered(acme: Caller) -> None:
    one = graded(acme)["id"]
    other = acme.grade("unsure", rubric_id=OTHER.id).json()["id"]
    assert [item["grade_id"] for item in queue(acme, f"rubric_id={OTHER.id}")] == [other]
    review(acme, other, second_review=True)
    assert [item["grade_id"] for item in queue(acme, "kind=blind")] == [other]
    take(acme, kind="open")
    assert [item["grade_id"] for item in queue(acme, "unclaimed=true")] == [other]
    assert [item["claimed_by"] for item in queue(acme)] == ["ada", None]
    assert [item["grade_id"] for item in queue(acme, "kind=open")] == [one]


def test_two_people_do_not_take_the_same(acme: Caller) -> None:
    first, second = graded(acme)["id"], graded(acme, "unsure too")["id"]
    assert take(acme, "ada").json()["grade_id"] == first
    assert take(acme, "bob").json()["grade_id"] == second
    problem(take(acme, "cy"), 404, "nothing_waits")
    problem(review(acme, first, reviewer="bob"), 409, "review_claimed")
    path = f"/v1/reviews/queue/{first}/claim"
    problem(acme("PUT", path, json={"reviewer": "bob"}), 409, "review_claimed")
    prolonged = acme("PUT", path, json={"reviewer": "ada", "minutes": 60})
    assert prolonged.status_code == 200
    assert acme("DELETE", path).status_code == 204
    assert take(acme, "cy").json()["grade_id"] == first
    assert review(acme, first, reviewer="cy").status_code == 201
    problem(acme("PUT", path, json={"reviewer": "cy"}), 404, "nothing_waits")


def test_many_who_ask_at_once_get_different_grades(acme: Caller) -> None:
    made = {graded(acme, f"unsure {number}")["id"] for number in range(6)}
    with ThreadPoolExecutor(6) as pool:
        taken = [each.json() for each in pool.map(lambda n: take(acme, f"r{n}"), range(6))]
    assert {task["grade_id"] for task in taken} == made


def test_a_claim_lapses(service: Service, acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    take(acme, "ada", minutes=1)

    async def lapse(session: AsyncSession) -> None:
        past = now() - timedelta(seconds=1)
        await session.execute(update(ReviewQueueRow).values(claimed_until=past))

    service.in_records(lapse)
    assert queue(acme)[0]["claimed_by"] is None
    assert take(acme, "bob").json()["grade_id"] == grade_id


def test_a_claim_that_is_asked_for_again_is_the_same(acme: Caller) -> None:
    graded(acme), graded(acme, "unsure too")
    headers = {"Idempotency-Key": "click"}
    first = acme("POST", "/v1/reviews/claims", json={"reviewer": "ada"}, headers=headers)
    again = acme("POST", "/v1/reviews/claims", json={"reviewer": "ada"}, headers=headers)
    assert first.json()["grade_id"] == again.json()["grade_id"]


def test_an_open_task_shows_the_grade_and_not_the_candidate(acme: Caller) -> None:
    grade = graded(acme, candidate_id="candidate seven")
    task = take(acme)
    body = task.json()
    assert body["grade"]["points"] == grade["points"]
    assert body["answer"].startswith("unsure whether")
    assert [point["id"] for point in body["points"]] == ["decouples", "buffers"]
    assert "candidate seven" not in task.text
    assert acme("GET", task.headers["Location"]).json() == body


def test_a_blind_reviewer_sees_neither_the_judge_nor_the_first_review(service: Service) -> None:
    acme = service.caller("acme")
    grade = graded(acme)
    reason = "The first reviewer's reason."
    review(acme, grade["id"], points={"buffers": "covered"}, reason=reason, second_review=True)

    only_review = service.caller("acme", Scope.REVIEW)
    problem(take(acme, "ada", kind="blind"), 404, "nothing_waits")
    item = queue(only_review)[0]
    assert (item["kind"], item["reasons"], item["score"]) == ("blind", [], None)
    task = take(only_review, "bob")
    body = task.json()
    assert (body["kind"], body["grade"], body["opinions"]) == ("blind", None, [])
    assert body["question"]
    for told in (reason, "verdict", "66.7", "scripted", "ada", *grade["review_reasons"]):
        assert told not in task.text
    for path in (f"/v1/grades/{grade['id']}", f"/v1/grades/{grade['id']}/reviews"):
        assert only_review("GET", path).status_code == 403


def test_who_settles_sees_both_opinions_without_names(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    review(acme, grade_id, reason="One.", points={"buffers": "covered"}, second_review=True)
    points = {"decouples": "covered", "buffers": "missing"}
    blind = {"kind": "blind", "points": points, "mistakes": {"exactly-once": False}}
    review(acme, grade_id, reviewer="bob", reason="Two.", **blind)
    task = take(acme, "cy")
    opinions = task.json()["opinions"]
    assert [opinion["points"]["buffers"] for opinion in opinions] == ["covered", "missing"]
    assert [opinion["reason"] for opinion in opinions] == ["One.", "Two."]
    assert not {"ada", "bob"} & set(re.findall(r"\w+", task.text))


@pytest.mark.parametrize(
    "ask",
    [
        lambda caller: take(caller, minutes=0),
        lambda caller: take(caller, minutes=481),
        lambda caller: take(caller, reviewer=""),
        lambda caller: take(caller, kind="any"),
        lambda caller: caller("GET", "/v1/reviews/queue?limit=0"),
        lambda caller: caller("GET", "/v1/reviews/queue?kind=any"),
        lambda caller: caller("GET", "/v1/reviews/queue?rubric_id=%00"),
    ],
)
def test_what_makes_no_sense_is_refused(acme: Caller, ask: Callable[[Caller], Any]) -> None:
    problem(ask(acme), 422, "request_invalid")


def test_a_cursor_of_another_queue_is_refused(acme: Caller) -> None:
    graded(acme), graded(acme, "unsure too")
    cursor = acme("GET", "/v1/reviews/queue?limit=1").json()["next_cursor"]
    wrong = acme("GET", f"/v1/reviews/queue?limit=1&kind=open&cursor={cursor}")
    problem(wrong, 400, "cursor_invalid")
