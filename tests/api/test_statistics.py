from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import WebhookEndpointRow, now
from tests.api.invites.play import good, invited
from tests.api.reviews.play import HALF, graded, review
from tests.api.support import FIRST, OTHER, Caller, Service


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def statistics(caller: Caller, query: str = "") -> dict[str, Any]:
    return good(caller("GET", f"/v1/statistics?{query}"))


def test_nothing_is_counted_as_nothing(acme: Caller) -> None:
    figures = statistics(acme)
    assert figures["totals"] == {
        "grades": 0,
        "scored": 0,
        "mean_score": None,
        "needs_review": 0,
    }
    assert figures["latency"] == {"grades": 0, "p50": None, "p90": None, "p99": None}
    assert (figures["days"], figures["rubrics"], figures["batches"]) == ([], [], [])
    assert figures["waiting"]["oldest_since"] is None


def test_grades_are_counted_by_band_day_and_rubric(service: Service, acme: Caller) -> None:
    service.caller("other").grade()
    acme.grade("It decouples, and it buffers.")
    acme.grade("It decouples.")
    acme.grade("Nothing of that.", rubric_id=OTHER.id)
    graded(acme, HALF)
    figures = statistics(acme)
    made = good(acme("GET", "/v1/grades"))["items"]
    asking = sum(each["needs_review"] for each in made)
    assert (figures["totals"]["grades"], figures["totals"]["needs_review"]) == (4, asking)
    scores = [each["score"] for each in made if each["score"] is not None]
    mean = round(sum(scores) / len(scores), 2)
    assert figures["totals"]["mean_score"] == pytest.approx(mean)
    assert sum(figures["bands"].values()) == 4
    assert figures["bands"]["exceeds"] == 1
    assert [(each["rubric_id"], each["grades"]) for each in figures["rubrics"]] == [
        (FIRST.id, 3),
        (OTHER.id, 1),
    ]
    (day,) = figures["days"]
    assert day == figures["totals"] | {"day": datetime.now(UTC).date().isoformat()}
    assert figures["rubrics"][1]["days"][0]["mean_score"] == 0
    assert figures["latency"]["grades"] == 4
    assert figures["latency"]["p50"] <= figures["latency"]["p99"]

    one = statistics(acme, f"days=7&rubric_id={OTHER.id}")
    assert one["totals"]["grades"] == 1


def test_what_waits_and_what_fails_is_counted(service: Service, acme: Caller) -> None:
    first, second = (graded(acme, HALF)["id"] for _ in range(2))
    review(acme, first, second_review=True)
    acme("POST", f"/v1/grades/{second}/appeals", json={"statement": "I said it."})
    invited(service, acme)
    invited(service, acme).start()
    made = good(acme("POST", "/v1/webhooks", json={"url": "https://hooks.invalid/"}))
    good(acme("POST", "/v1/webhooks", json={"url": "https://hooks2.invalid/"}))

    async def fail(session: AsyncSession) -> None:
        failing = update(WebhookEndpointRow).where(WebhookEndpointRow.id == made["id"])
        await session.execute(failing.values(failing_since=now(), failures=3))

    service.in_records(fail)
    figures = statistics(acme)
    assert figures["waiting"]["by_kind"] == {"open": 1, "blind": 1, "settling": 0}
    assert figures["waiting"]["open_appeals"] == 1
    since = datetime.fromisoformat(figures["waiting"]["oldest_since"])
    assert now() - since < timedelta(minutes=5)
    assert figures["reviews"] == 1
    assert (figures["invites"]["open"], figures["invites"]["started"]) == (1, 1)
    assert figures["webhooks"]["endpoints"] == 2
    assert [each["id"] for each in figures["webhooks"]["troubled"]] == [made["id"]]
    assert "hooks.invalid" not in str(figures)


@pytest.mark.parametrize("query", ["days=0", "days=367", "rubric_id=%00"])
def test_what_cannot_be_counted_is_said(acme: Caller, query: str) -> None:
    assert acme("GET", f"/v1/statistics?{query}").status_code == 422
