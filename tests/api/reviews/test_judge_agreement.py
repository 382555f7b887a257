from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.api.invites.play import good
from tests.api.reviews.play import HALF, graded, queue, review
from tests.api.support import Caller, Service


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def agreement(caller: Caller, query: str = "") -> dict[str, Any]:
    return good(caller("GET", f"/v1/reviews/agreement/judge?{query}"))


def test_without_reviews_there_is_no_agreement(acme: Caller) -> None:
    graded(acme)
    assert agreement(acme) == {
        "grades": 0,
        "points": 0,
        "same_verdict": None,
        "verdict_kappa": None,
        "undecided": 0,
        "weeks": [],
    }


def test_the_judge_is_compared_with_the_outcome(service: Service, acme: Caller) -> None:
    confirmed, corrected, waiting = (graded(acme, HALF)["id"] for _ in range(3))
    review(acme, confirmed)
    review(acme, corrected, points={"buffers": "covered"})
    # What waits for a second opinion is no outcome yet.
    review(acme, waiting, points={"buffers": "partial"}, second_review=True)
    service.caller("other")
    figures = agreement(acme)
    assert (figures["grades"], figures["points"], figures["undecided"]) == (2, 4, 0)
    assert figures["same_verdict"] == 0.75
    assert figures["verdict_kappa"] == 0.5
    today = datetime.now(UTC).date()
    assert [week["week"] for week in figures["weeks"]] == [
        (today - timedelta(days=today.weekday())).isoformat()
    ]
    assert figures["weeks"][0] == figures["weeks"][0] | {"grades": 2, "same_verdict": 0.75}
    assert agreement(acme, "rubric_id=cache-basics")["grades"] == 0


def test_what_a_person_cannot_tell_counts_for_nobody(acme: Caller) -> None:
    grade_id = graded(acme, HALF)["id"]
    review(acme, grade_id, points={"buffers": "ungraded"})
    assert agreement(acme)["points"] == 1


def test_the_queue_can_begin_with_what_is_least_certain(service: Service, acme: Caller) -> None:
    ids = [graded(acme, f"{HALF} {n}")["id"] for n in range(4)]
    intervals = {ids[0]: [40, 50], ids[1]: None, ids[2]: [10, 90], ids[3]: [40, 50]}

    async def rewrite(session: AsyncSession) -> None:
        """Grades cannot be updated; the guard is taken away for this test alone."""
        drop = "DROP TRIGGER grades_refuse_update"
        postgres = session.get_bind().dialect.name == "postgresql"
        if postgres:
            await session.execute(text("ALTER TABLE grades DISABLE TRIGGER grades_refuse_update"))
        else:
            await session.execute(text(drop))
        for grade_id, interval in intervals.items():
            found = await session.execute(
                text("SELECT CAST(document AS TEXT) FROM grades WHERE id = :id"), {"id": grade_id}
            )
            document = json.loads(found.scalar_one()) | {"score_interval": interval}
            kind = "JSON" if postgres else "TEXT"
            await session.execute(
                text(f"UPDATE grades SET document = CAST(:new AS {kind}) WHERE id = :id"),
                {"new": json.dumps(document), "id": grade_id},
            )
        if postgres:
            await session.execute(text("ALTER TABLE grades ENABLE TRIGGER grades_refuse_update"))

    service.in_records(rewrite)
    wanted = [ids[1], ids[2], ids[0], ids[3]]
    assert [each["grade_id"] for each in queue(acme, "order=uncertain")] == wanted
    paged, cursor = [], ""
    while cursor is not None:
        page = good(acme("GET", f"/v1/reviews/queue?order=uncertain&limit=1{cursor}"))
        paged += [each["grade_id"] for each in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert paged == wanted
    assert [each["grade_id"] for each in queue(acme)] == ids
