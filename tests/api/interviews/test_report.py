from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import TenantRow
from tests.api.interviews.play import ALL, begin, do, now, said
from tests.api.reviews.play import problem, review
from tests.api.support import Caller, Service


def report(caller: Caller, interview: dict[str, str], query: str = "") -> Any:
    response = caller("GET", f"/v1/interviews/{interview['id']}/report{query}")
    assert response.status_code == 200, response.text
    return response.json()


def test_the_report_says_what_the_interview_came_to(acme: Caller) -> None:
    interview = said(acme, begin(acme), "beta and gamma", None, ALL)
    found = report(acme, interview)
    assert (found["title"], found["script"]) == ("A talk", "talk 1.0.0")
    assert found["prompted"] == pytest.approx(71.5, abs=0.1)
    assert [topic["name"] for topic in found["topics"]] == ["queues", "caches"]
    first, second = found["questions"]
    assert [gap["claim"] for gap in first["gaps"]] == ["Alpha holds the workers apart."]
    assert second["band"] == "exceeds"
    assert found["study"][0]["topic"] == "queues"


def test_candidates_read_it_when_it_is_over_and_without_what_they_missed(
    service: Service, acme: Caller
) -> None:
    interview = said(acme, begin(acme), "beta and gamma")
    platform = service.caller("acme", Scope.GRADE, Scope.READ)
    path = f"/v1/interviews/{interview['id']}/report"
    assert "is not over" in problem(platform("GET", path), 409, "interview_conflict")
    assert report(acme, interview)["finished"] is None
    do(acme, interview, "end")
    for shown in (report(platform, interview), report(acme, interview, "?candidate_view=true")):
        assert shown["for_candidate"] is True
        (gap,) = shown["questions"][0]["gaps"]
        assert (gap["claim"], gap["point"]) == (None, None)

    async def reveal(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(reveal_missing=True))

    service.in_records(reveal)
    (gap,) = report(platform, interview)["questions"][0]["gaps"]
    assert gap["claim"] == "Alpha holds the workers apart."


def test_what_a_person_corrected_counts_as_corrected(acme: Caller) -> None:
    interview = said(acme, begin(acme), "beta and gamma, apart", None, ALL)
    before = report(acme, interview)["questions"][0]
    grade_id = now(acme, interview)["questions"][0]["turns"][0]["grade_id"]
    verdict = {"verdict": "covered", "quotes": ["apart"]}
    corrected = review(acme, grade_id, points={"alpha": verdict})
    assert corrected.status_code == 201, corrected.text
    after = report(acme, interview)["questions"][0]
    assert (before["prompted"], after["prompted"]) == (pytest.approx(42.9), 100)
    assert [point["point"] for point in after["strengths"]] == ["alpha", "beta", "gamma"]
    assert after["strengths"][0]["quotes"][0]["quote"] == "apart"
