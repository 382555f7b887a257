from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.privacy import Retention
from api.records import Base, Database, InterviewRow, TenantRow, database_url
from api.records import now as moment
from tests.api.interviews.play import begin, now, said, say, talking_grader
from tests.api.reviews.play import problem
from tests.api.support import Caller, Service

# Words that are nowhere else.
SECRET = "wombat marmalade zeppelin"


def places_with(service: Service, words: str) -> set[str]:
    """Find words in any column of any table."""

    async def search(session: AsyncSession) -> set[str]:
        found = set()
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(select(*(cast(c, Text) for c in table.columns))):
                held = zip(table.columns, row, strict=True)
                found |= {f"{table.name}.{c.name}" for c, text in held if words in (text or "")}
        return found

    return service.in_records(search)


def talked(acme: Caller, candidate_id: str, words: str) -> Any:
    """Hold half an interview, leaving traces of it wherever there are any."""
    once = {"Idempotency-Key": f"begin-{candidate_id}"}
    interview = begin(acme, script="talk", candidate_id=candidate_id, headers=once)
    answered = say(acme, interview, f"beta, {words}", Idempotency_Key=f"say-{candidate_id}")
    interview = said(acme, answered.json(), f"{words} again, gamma")
    passed = say(acme, interview, None, Idempotency_Key=f"pass-{candidate_id}")
    assert passed.status_code == 200, passed.text
    return passed.json()


def test_deleting_a_candidate_leaves_nothing_of_their_interviews(
    service: Service, acme: Caller
) -> None:
    interview = talked(acme, "ada", SECRET)
    other = talked(acme, "bob", "another thing")
    assert {"interviews.state", "interview_events.document", "idempotency_keys.body"} <= (
        places_with(service, SECRET)
    )
    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert receipt["complete"] is True
    assert receipt["interview_ids"] == [interview["id"]]
    assert len(receipt["submission_ids"]) == 2
    removed = receipt["removed"]
    assert (removed["interviews"], removed["submissions"], removed["grades"]) == (1, 2, 2)
    assert removed["kept_responses"] == 3
    assert set(receipt["remaining"].values()) == {0}
    assert places_with(service, SECRET) == set()
    assert places_with(service, interview["id"]) == {"audit_log.subject"}
    problem(acme("GET", f"/v1/interviews/{interview['id']}"), 404, "not_found")
    assert now(acme, other)["ask"]["turn"] == 4


def test_an_interview_without_an_answer_is_deleted_too(acme: Caller) -> None:
    interview = begin(acme, script="talk", candidate_id="ada")
    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert (receipt["interview_ids"], receipt["submission_ids"]) == ([interview["id"]], [])
    problem(acme("DELETE", "/v1/candidates/ada"), 404, "not_found")


def test_an_answer_is_deleted_with_its_whole_interview(service: Service, acme: Caller) -> None:
    talked(acme, "ada", SECRET)
    grade = acme("GET", "/v1/grades?limit=1").json()["items"][0]
    submission_id = grade["record"]["submission_id"]
    receipt = acme("DELETE", f"/v1/submissions/{submission_id}").json()
    assert len(receipt["submission_ids"]) == 2
    assert len(receipt["interview_ids"]) == 1
    assert places_with(service, SECRET) == set()


def test_interviews_are_kept_no_longer_than_their_tenant_wants(
    service: Service, acme: Caller
) -> None:
    talked(acme, "ada", SECRET)
    kept = begin(acme, script="talk", candidate_id="bob")
    long_ago = moment() - timedelta(days=40)

    async def age(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(retention_days=30))
        old = update(InterviewRow).where(InterviewRow.candidate_id == "ada")
        await session.execute(old.values(created_at=long_ago))

    service.in_records(age)
    assert swept(service) == 2
    assert places_with(service, SECRET) == set()
    assert now(acme, kept)["ask"]["turn"] == 1


def swept(service: Service) -> int:
    """Delete what is too old; returns how many submissions went."""

    async def run() -> int:
        database = Database(database_url(service.settings))
        try:
            with talking_grader(service.settings) as grader:
                return sum((await Retention(database, grader).run()).values())
        finally:
            await database.close()

    return asyncio.run(run())
