from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import AuditRow, Base
from tests.api.reviews.play import problem, review
from tests.api.support import FIRST, Caller, Service

# Words that are nowhere else.
SECRET = "wombat marmalade zeppelin"
ANSWER = f"It decouples, says {SECRET}, unsure as I am."


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def everything_about(acme: Caller, secret: str = SECRET, candidate_id: str = "ada") -> str:
    """Leave traces of an answer wherever the service leaves them; returns the submission's id."""
    answer = ANSWER.replace(SECRET, secret)
    key = {"Idempotency-Key": f"grade-{quote(candidate_id)}"}
    made = acme.grade(answer, candidate_id=candidate_id, rubric_version="1.1.0", headers=key)
    assert made.status_code == 201, made.text
    grade_id = made.json()["id"]
    again = acme("POST", f"/v1/grades/{grade_id}/regrade", json={"rubric_version": "1.0.0"})
    assert again.status_code == 201
    said = {"verdict": "covered", "quotes": [secret]}
    body = {"reviewer": "r", "reason": f"It says {secret}.", "points": {"buffers": said}}
    kept = {"Idempotency-Key": f"review-{quote(candidate_id)}"}
    done = acme("POST", f"/v1/grades/{grade_id}/reviews", json=body, headers=kept)
    assert done.status_code == 201, done.text
    appeal = {"statement": f"I said {secret}."}
    assert acme("POST", f"/v1/grades/{grade_id}/appeals", json=appeal).status_code == 201
    promised = acme.grade(answer, candidate_id=candidate_id, headers={"Prefer": "respond-async"})
    assert promised.status_code == 202
    record = acme("GET", f"/v1/grades/{grade_id}").json()["record"]
    return str(record["submission_id"])


def places_with(service: Service, words: str) -> Sequence[str]:
    """Find words in any column of any table."""

    async def search(session: AsyncSession) -> list[str]:
        found = []
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                like = cast(column, Text).contains(words)
                if await session.scalar(select(column).where(like).limit(1)) is not None:
                    found.append(f"{table.name}.{column.name}")
        return found

    return service.in_records(search)


def test_deleting_a_candidate_leaves_nothing_of_their_answers(
    service: Service, acme: Caller, tmp_path: Path
) -> None:
    submission_id = everything_about(acme)
    bystander = everything_about(acme, "another thing", "bob")
    assert {"submissions.answer", "reviews.reason", "appeals.statement"} <= set(
        places_with(service, SECRET)
    )
    gone = acme("DELETE", "/v1/candidates/ada")
    assert gone.status_code == 200, gone.text
    receipt = gone.json()
    assert receipt["complete"] is True
    assert submission_id in receipt["submission_ids"]
    assert len(receipt["submission_ids"]) == 2
    assert set(receipt["remaining"].values()) == {0}
    removed = receipt["removed"]
    assert (removed["submissions"], removed["reviews"], removed["appeals"]) == (2, 1, 1)
    assert removed["kept_responses"] == 2
    assert removed["grades"] + removed["promised_grades"] == 3
    assert "events" in removed

    assert places_with(service, SECRET) == []
    assert places_with(service, submission_id) == ["audit_log.subject"]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path

    problem(acme("DELETE", "/v1/candidates/ada"), 404, "not_found")
    listed = acme("GET", "/v1/grades").json()["items"]
    assert {item["record"]["candidate_id"] for item in listed} == {"bob"}
    assert acme("DELETE", f"/v1/submissions/{bystander}").status_code == 200


def test_a_response_that_was_kept_is_not_replayed_after_the_deletion(acme: Caller) -> None:
    headers = {"Idempotency-Key": "once"}
    first = acme.grade(ANSWER, candidate_id="ada", headers=headers).json()["id"]
    assert acme.grade(ANSWER, candidate_id="ada", headers=headers).json()["id"] == first
    acme("DELETE", "/v1/candidates/ada")
    assert acme.grade("It buffers.", headers=headers).json()["id"] != first


def test_deleting_one_submission_leaves_the_others(acme: Caller) -> None:
    one = everything_about(acme)
    receipt = acme("DELETE", f"/v1/submissions/{one}").json()
    assert receipt["submission_ids"] == [one]
    left = acme("GET", "/v1/candidates/ada")
    assert left.status_code == 405
    problem(acme("DELETE", f"/v1/submissions/{one}"), 404, "not_found")
    assert acme("DELETE", "/v1/candidates/ada").json()["removed"]["submissions"] == 1


def test_the_audit_log_keeps_that_it_happened_and_not_what(service: Service, acme: Caller) -> None:
    submission_id = everything_about(acme, candidate_id="Ada Lovelace")
    receipt = acme("DELETE", f"/v1/candidates/{quote('Ada Lovelace')}").json()

    async def read(session: AsyncSession) -> list[AuditRow]:
        return list((await session.scalars(select(AuditRow).order_by(AuditRow.id))).all())

    rows = {row.subject: row for row in service.in_records(read)}
    assert rows[submission_id].action == "submission.deleted"
    assert rows[receipt["id"]].action == "data.deleted"
    assert rows[receipt["id"]].details["removed"] == receipt["removed"]
    assert "Ada" not in str([row.details for row in rows.values()])
    assert SECRET not in str([row.details for row in rows.values()])


def test_a_line_of_a_batch_says_that_its_answer_was_deleted(acme: Caller) -> None:
    lines = f'{{"custom_id": "one", "rubric_id": "{FIRST.id}", "answer": "{ANSWER}"}}\n'
    sent = acme(
        "POST",
        "/v1/batches",
        content=lines,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert sent.status_code < 300, sent.text
    batch = sent.json()["id"]
    for _ in range(200):
        if acme("GET", f"/v1/batches/{batch}").json()["status"] == "completed":
            break
    page = acme("GET", "/v1/grades").json()["items"]
    gone = acme("DELETE", f"/v1/submissions/{page[0]['record']['submission_id']}").json()
    assert gone["removed"]["batch_lines"] == 1
    assert gone["complete"] is True


@pytest.mark.parametrize("name", ["nothing", "sub_" + "0" * 32, "%00", "a/b"])
def test_what_is_not_there_is_not_deleted(acme: Caller, name: str) -> None:
    problem(acme("DELETE", f"/v1/submissions/{name}"), 404, "not_found")
    response = acme("DELETE", f"/v1/candidates/{name}")
    assert response.status_code == (422 if name == "%00" else 404)


def test_names_with_slashes_can_be_deleted(acme: Caller) -> None:
    acme.grade(ANSWER, candidate_id="round 2/ada")
    assert acme("DELETE", "/v1/candidates/round%202/ada").status_code == 200


def test_another_tenants_answers_stay(service: Service, acme: Caller) -> None:
    other = service.caller("other")
    acme.grade(ANSWER, candidate_id="ada")
    other.grade(ANSWER, candidate_id="ada")
    assert acme("DELETE", "/v1/candidates/ada").json()["removed"]["submissions"] == 1
    assert len(other("GET", "/v1/grades?candidate_id=ada").json()["items"]) == 1


def test_only_administrators_delete(service: Service) -> None:
    service.caller("acme").grade(ANSWER, candidate_id="ada")
    for scope in set(Scope) - {Scope.ADMIN}:
        caller: Any = service.caller("acme", scope)
        assert caller("DELETE", "/v1/candidates/ada").status_code == 403


def test_a_reviewed_submission_can_be_deleted_in_any_state(acme: Caller) -> None:
    for second in (False, True):
        made = acme.grade(ANSWER, candidate_id="ada", rubric_version="1.1.0").json()
        review(acme, made["id"], second_review=second)
        acme("PUT", f"/v1/reviews/queue/{made['id']}/claim", json={"reviewer": "bob"})
    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert receipt["complete"] is True
    assert acme("GET", "/v1/reviews/queue").json()["items"] == []


def test_logs_carry_no_words_of_an_answer(acme: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    everything_about(acme)
    acme("DELETE", "/v1/candidates/ada")
    assert caplog.records
    assert SECRET not in caplog.text
