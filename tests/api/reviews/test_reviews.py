from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth
from api import reviews as reviewing
from api.records import AuditRow, EventRow, Tenants
from api.reviews import ReviewRequest
from grader.types import Grade
from tests.api.reviews.play import HALF, graded, problem, queue, review, reviews
from tests.api.support import Caller, Service

BLIND = {"decouples": "covered", "buffers": "partial"}


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def test_a_review_makes_the_score_again_and_leaves_the_grade_alone(acme: Caller) -> None:
    before = graded(acme)
    assert before["score"] == 66.7
    done = review(
        acme,
        before["id"],
        points={"buffers": {"verdict": "partial", "quotes": ["lets the producer"], "why": "Near."}},
        mistakes={"exactly-once": True},
    )
    assert done.status_code == 201, done.text
    body = done.json()
    # (2 x 1 + 1 x 0.5 - 1) / 3
    assert (body["score"], body["band"]) == (50.0, "partly_meets")
    assert (body["resolves"], body["wanted"], body["differences"]) == (True, None, [])
    current = Grade.model_validate(body["current"])
    buffers = next(point for point in current.points if point.id == "buffers")
    start = HALF.index("lets the producer")
    assert (buffers.evidence[0].start, buffers.why) == (start, "Near.")
    assert current.score_interval == (50.0, 50.0)
    assert not current.needs_review
    assert {point.judge for point in current.points} == {"person"}

    after = acme("GET", f"/v1/grades/{before['id']}").json()
    after.pop("record")
    assert after == before
    listed = reviews(acme, before["id"])
    assert listed["current"] == body["current"]
    assert listed["resolved_by"] == body["id"]
    assert [each["points"] for each in listed["reviews"]] == [{"buffers": "partial"}]


def test_the_latest_review_counts_and_builds_on_the_one_before(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    review(acme, grade_id, points={"buffers": "covered"})
    again = review(acme, grade_id, reviewer="bob", points={"decouples": "missing"}).json()
    assert again["score"] == 33.3
    verdicts = {point["id"]: point["verdict"] for point in again["current"]["points"]}
    assert verdicts == {"decouples": "missing", "buffers": "covered"}
    assert again["current"]["missing"] == ["decouples"]
    assert len(reviews(acme, grade_id)["reviews"]) == 2


def test_a_review_of_an_outcome_that_has_changed_meanwhile_is_refused(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    task = acme("GET", f"/v1/reviews/queue/{grade_id}").json()
    assert task["based_on"] == grade_id
    first = review(acme, grade_id, based_on=task["based_on"]).json()
    late = review(acme, grade_id, reviewer="bob", based_on=task["based_on"])
    assert first["id"] in problem(late, 409, "review_out_of_turn")
    assert review(acme, grade_id, reviewer="bob", based_on=first["id"]).status_code == 201


def test_reviews_at_the_same_moment_are_made_one_after_the_other(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    with ThreadPoolExecutor(6) as pool:
        made = list(
            pool.map(
                lambda n: review(acme, grade_id, reviewer=f"r{n}", based_on=grade_id), range(6)
            )
        )
    assert sorted(response.status_code for response in made) == [201] + 5 * [409]
    assert len(reviews(acme, grade_id)["reviews"]) == 1


def test_what_a_person_cannot_tell_either_withholds_the_score(acme: Caller) -> None:
    done = review(acme, graded(acme)["id"], points={"buffers": "ungraded"}).json()
    assert (done["score"], done["band"]) == (None, None)
    partial = graded(acme, HALF + " again", allow_partial=True)
    done = review(acme, partial["id"], points={"buffers": "ungraded"}).json()
    assert done["score"] == 100.0
    assert "partial_score" in done["current"]["flags"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"points": {"other": "covered"}}, "points.other: the rubric has no such point"),
        ({"mistakes": {"buffers": True}}, "mistakes.buffers: the rubric has no such mistake"),
        (
            {"points": {"buffers": {"verdict": "covered", "quotes": ["never said"]}}},
            "points.buffers.quotes: the answer does not hold the words 'never said'",
        ),
    ],
)
def test_verdicts_that_cannot_be_are_refused(acme: Caller, body: Any, told: str) -> None:
    grade_id = graded(acme)["id"]
    assert told in problem(review(acme, grade_id, **body), 422, "review_invalid")
    assert reviews(acme, grade_id)["reviews"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"reason": ""},
        {"reason": "\x00"},
        {"reviewer": ""},
        {"score": 100},
        {"points": {"buffers": "best"}},
        {"points": {"buffers": {"verdict": "covered", "score": 1}}},
        {"mistakes": {"exactly-once": "yes"}},
        {"kind": "blind", "second_review": True},
        {"kind": "deaf"},
    ],
)
def test_requests_that_make_no_sense_are_refused(acme: Caller, body: Any) -> None:
    problem(review(acme, graded(acme)["id"], **body), 422, "request_invalid")


def test_what_is_wrong_is_told_of_the_form_that_was_sent(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    bare = review(acme, grade_id, points={"buffers": "best"}, mistakes={"exactly-once": "no"})
    fields = [error["field"] for error in bare.json()["errors"]]
    assert fields == ["points.buffers.verdict", "mistakes.exactly-once.verdict"]
    full = review(acme, grade_id, points={"buffers": {"verdict": "best"}})
    assert [error["field"] for error in full.json()["errors"]] == ["points.buffers.review.verdict"]


def test_a_review_is_made_once_for_one_key(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    path, headers = f"/v1/grades/{grade_id}/reviews", {"Idempotency-Key": "once"}
    body = {"reviewer": "ada", "reason": "Fine."}
    first = acme("POST", path, json=body, headers=headers)
    again = acme("POST", path, json=body, headers=headers)
    assert first.json() == again.json()
    assert len(reviews(acme, grade_id)["reviews"]) == 1


def test_a_blind_review_that_agrees_settles_it(acme: Caller) -> None:
    before = graded(acme)
    grade_id = before["id"]
    first = review(acme, grade_id, points={"buffers": "partial"}, second_review=True).json()
    assert (first["resolves"], first["wanted"]) == (False, "blind")
    assert first["current"]["score"] == before["score"]
    assert reviews(acme, grade_id)["current"]["score"] == before["score"]

    blind = {"kind": "blind", "points": BLIND, "mistakes": {"exactly-once": False}}
    problem(review(acme, grade_id, **blind), 409, "same_reviewer")
    problem(review(acme, grade_id, reviewer="bob"), 409, "review_out_of_turn")
    incomplete = review(acme, grade_id, reviewer="bob", kind="blind", points=BLIND)
    assert "mistakes.exactly-once: is left out" in problem(incomplete, 422, "review_invalid")

    second = review(acme, grade_id, reviewer="bob", **blind).json()
    assert (second["resolves"], second["wanted"], second["differences"]) == (True, None, [])
    assert reviews(acme, grade_id)["current"]["score"] == 83.3
    assert queue(acme) == []


def test_a_blind_review_that_differs_goes_to_a_third_person(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    review(acme, grade_id, points={"buffers": "covered"}, second_review=True)
    blind = {"kind": "blind", "points": BLIND, "mistakes": {"exactly-once": True}}
    second = review(acme, grade_id, reviewer="bob", **blind).json()
    assert (second["wanted"], second["differences"]) == ("settling", ["buffers", "exactly-once"])

    said = {"kind": "settling", "points": {"buffers": "partial"}}
    for reviewer in ("ada", "bob"):
        problem(review(acme, grade_id, reviewer=reviewer, **said), 409, "same_reviewer")
    short = review(acme, grade_id, reviewer="cy", **said)
    assert "exactly-once: is left out" in problem(short, 422, "review_invalid")
    said["mistakes"] = {"exactly-once": False}
    settled = review(acme, grade_id, reviewer="cy", **said).json()
    assert (settled["resolves"], settled["wanted"], settled["score"]) == (True, None, 83.3)

    figures = acme("GET", "/v1/reviews/agreement").json()
    assert (figures["grades"], figures["settled"]) == (1, 1)
    assert (figures["points"], figures["same_verdict"]) == (2, 0.5)
    assert (figures["mistakes"], figures["same_mistake"]) == (1, 0.0)
    assert acme("GET", "/v1/reviews/agreement?rubric_id=other").json()["grades"] == 0


def test_reviews_are_audited_and_announced_without_texts(service: Service, acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    asked = ReviewRequest(reviewer="ada", reason="Secret words.", points={"buffers": "covered"})

    async def act(session: AsyncSession) -> tuple[str, list[dict[str, Any]]]:
        tenant = await Tenants(session).named("acme")
        assert tenant is not None
        who = auth.Caller(tenant.id, auth.ALL_SCOPES, "key_x")
        done = await reviewing.review(session, who, grade_id, asked)
        audit = select(AuditRow.details).where(AuditRow.action == "review.created")
        # In the transaction, since what no endpoint wants to be told is deleted soon after.
        events = select(EventRow.payload).where(EventRow.type == "review.created")
        told = [*(await session.scalars(audit)), *(await session.scalars(events))]
        return done.row.id, told

    review_id, (details, payload) = service.in_records(act)
    assert "Secret" not in f"{details} {payload}"
    assert details["grade_id"] == grade_id
    assert payload["id"] == review_id
    assert (payload["score_before"], payload["score"]) == (66.7, 100.0)


def test_a_promised_grade_cannot_be_reviewed_yet(service: Service) -> None:
    acme = service.caller("acme")
    for grade_id in ("grd_" + "0" * 32, "nothing", "%00"):
        problem(review(acme, grade_id), 404, "not_found")
