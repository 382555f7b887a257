from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import TenantRow
from grader.bank import Bank, parse_rubric
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.settings import Settings
from grader.types import Rubric
from tests.api.reviews.play import problem, review
from tests.api.support import Caller, ScriptedJudge, Service
from tests.grader.factories import full_document
from tests.support.plain_embedder import PlainEmbedder

ANSWER = "The queue decouples both; every message is handled one single time, I think."


def rubric() -> Rubric:
    document = full_document() | {"status": "published", "kind": "technical", "options": []}
    document["mistakes"] = [
        {
            "id": "exactly-once",
            "claim": "Each message is handled exactly once.",
            "penalty": 1,
            "correction": "Handlers must bear repeats.",
        },
        {
            "id": "no-memory",
            "claim": "Messages are lost when nobody listens.",
            "penalty": 1,
            # It says what the point `buffers` says.
            "correction": "Bursts are held in the queue until there is time for them.",
        },
    ]
    return parse_rubric(document)


HIDDEN = ("Bursts are held until there is time", "holds bursts back")


@pytest.fixture
def service(service_settings: Settings) -> Iterator[Service]:
    grader = Grader(
        service_settings,
        bank=Bank([rubric()]),
        encoder=SharedEncoder(PlainEmbedder()),
        judge=ScriptedJudge(),
        index=None,
    )
    with Service.running(service_settings, grader) as running:
        yield running


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def graded(acme: Caller, answer: str = ANSWER) -> str:
    return str(acme.grade(answer).json()["id"])


def explained(acme: Caller, grade_id: str) -> dict[str, Any]:
    response = acme("GET", f"/v1/grades/{grade_id}/explanation")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_it_says_what_was_reached_and_quotes_it(acme: Caller) -> None:
    found = explained(acme, graded(acme))
    assert found["reached"] == [
        {"claim": "The producer need not wait for the consumer.", "quotes": ["Th"]}
    ]
    assert (found["unreached"], found["missing"], found["reviewed"]) == (1, None, False)
    assert "It reaches 1 of 2 key points." in found["text"]
    assert "You were asked: " in found["text"]


@pytest.mark.parametrize("verdict", ["missing", "partial", "contradicted", "ungraded"])
def test_it_never_tells_a_point_that_was_not_reached(acme: Caller, verdict: str) -> None:
    grade_id = graded(acme)
    quotes = ["handled one single time"]
    made = review(
        acme,
        grade_id,
        points={"buffers": {"verdict": verdict, "quotes": quotes, "why": HIDDEN[0]}},
        mistakes={"exactly-once": {"made": True, "quotes": quotes}, "no-memory": True},
    )
    assert made.status_code == 201, made.text
    response = acme("GET", f"/v1/grades/{grade_id}/explanation")
    for point in rubric().points:
        if point.id == "buffers":
            for told in (point.claim, *point.accept, *HIDDEN):
                assert told.strip(".").casefold() not in response.text.casefold()
    passages = [point["passage"] for point in made.json()["current"]["points"]]
    for passage in filter(None, passages):
        assert passage["text"] not in response.text
    once, memory = response.json()["mistakes"]
    assert once["correction"] == "Handlers must bear repeats."
    assert memory["correction"] is None
    assert response.json()["reviewed"]


def test_of_an_unreached_point_with_other_phrasings_none_is_told(acme: Caller) -> None:
    grade_id = graded(acme, "It buffers.")
    told = acme("GET", f"/v1/grades/{grade_id}/explanation").text
    point = rubric().points[0]
    assert point.accept
    for phrasing in (point.claim, *point.accept):
        assert phrasing.strip(".") not in told


def test_a_tenant_may_show_what_is_missing(service: Service, acme: Caller) -> None:
    grade_id = graded(acme)

    async def allow(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(reveal_missing=True))

    service.in_records(allow)
    found = explained(acme, grade_id)
    assert found["missing"] == ["Bursts are held until there is time."]
    assert "A full answer also says:\n- Bursts are held until there is time." in found["text"]


def test_a_withheld_score_is_not_held_against_anyone(acme: Caller) -> None:
    grade_id = graded(acme)
    review(acme, grade_id, points={"buffers": "ungraded"})
    found = explained(acme, grade_id)
    assert (found["score"], found["undecided"]) == (None, 1)
    assert "does not count against you" in found["text"]


def test_there_is_none_of_what_is_not_there(acme: Caller) -> None:
    problem(acme("GET", f"/v1/grades/grd_{'0' * 32}/explanation"), 404, "not_found")
