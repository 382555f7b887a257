from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import (
    AuditRow,
    BatchItemRow,
    BatchRow,
    EventRow,
    SubmissionRow,
)
from grader.settings import Settings
from tests.api.batches.support import line, lines, results, send, sent, until
from tests.api.support import FIRST, SECOND, ScriptedJudge, Service, scripted_grader


def test_each_line_is_graded_as_a_single_answer_is(service: Service) -> None:
    acme = service.caller("acme")
    accepted = send(acme, lines(120, candidate_id="ada", metadata={"room": "7"}))
    assert accepted.status_code == 201, accepted.text
    batch_id = accepted.json()["id"]
    assert accepted.headers["Location"] == f"/v1/batches/{batch_id}"
    done = until(acme, batch_id)
    assert done["status"] == "completed"
    assert done["counts"] == {
        "total": 120,
        "pending": 0,
        "graded": 120,
        "ungraded": 0,
        "failed": 0,
        "cancelled": 0,
    }
    output = results(acme, batch_id, "output")
    assert [one["custom_id"] for one in output] == [f"a{n}" for n in range(120)]
    assert output[7]["grade"]["points"] == acme.grade(line(7)["answer"]).json()["points"]
    assert results(acme, batch_id, "errors") == []
    record = acme("GET", f"/v1/grades/{output[7]['grade']['id']}").json()["record"]
    assert record["custom_id"] == "a7"
    assert record["candidate_id"] == "ada"
    assert record["metadata"] == {"room": "7"}


def test_a_line_names_its_version_and_the_default_is_the_current_one(service: Service) -> None:
    acme = service.caller("acme")
    batch = sent(acme, [line(0), line(1, rubric_version=FIRST.version)])
    until(acme, batch)
    versions = [one["grade"]["rubric"]["version"] for one in results(acme, batch, "output")]
    assert versions == [SECOND.version, FIRST.version]


def test_lines_that_cannot_be_used_become_errors_and_the_others_grades(service: Service) -> None:
    acme = service.caller("acme")
    batch = sent(
        acme,
        [
            line(0),
            "",
            "{not json",
            '["a", "list"]',
            line(1, rubric_id="no-such"),
            {"custom_id": "a2", "rubric_id": FIRST.id},
            line(3, answer="  "),
            line(4, answer="nul \x00"),
            line(5, custom_id="x" * 300),
            line(6, candidate_id=7),
            '{"custom_id": "half", "rubric_id": "queue-basics", "answer": "\\ud800"}',
            line(8, more="is ignored"),
        ],
    )
    done = until(acme, batch)
    assert done["counts"]["total"] == 11
    assert done["counts"]["failed"] == 9
    assert [one["custom_id"] for one in results(acme, batch, "output")] == ["a0", "a8"]
    errors = results(acme, batch, "errors")
    told = [(one["custom_id"], one["error"]["line"], one["error"]["code"]) for one in errors]
    assert told == [
        (None, 3, "batch_invalid"),
        (None, 4, "batch_invalid"),
        ("a1", 5, "rubric_not_found"),
        ("a2", 6, "batch_invalid"),
        ("a3", 7, "answer_invalid"),
        ("a4", 8, "answer_invalid"),
        (None, 9, "batch_invalid"),
        ("a6", 10, "batch_invalid"),
        ("half", 11, "batch_invalid"),
    ]
    assert (
        errors[3]["error"]["message"]
        == "answer is missing; give exactly one of answer and transcript"
    )
    assert "JSON object" in errors[1]["error"]["message"]


def test_a_batch_of_nothing_but_errors_is_completed_at_once(service: Service) -> None:
    acme = service.caller("acme")
    accepted = send(acme, ["{", "}"]).json()
    assert accepted["status"] == "completed"
    assert accepted["finished_at"] is not None
    assert len(results(acme, accepted["id"], "errors")) == 2


def test_an_answer_that_is_refused_only_when_it_is_read_is_an_error_line(
    service_settings: Settings,
) -> None:
    async def break_down() -> None:
        raise RuntimeError("at /secret/path")

    judge = ScriptedJudge(pause=break_down)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(1))
        assert until(acme, batch)["counts"]["failed"] == 1
        (error,) = results(acme, batch, "errors")
    assert error["error"]["code"] == "internal_error"
    assert error["error"]["line"] == 1
    assert "secret" not in str(error)


def test_batches_are_listed_newest_first_and_by_status(service: Service) -> None:
    acme = service.caller("acme")
    ids = [sent(acme, lines(1)) for _ in range(3)]
    for batch in ids:
        until(acme, batch)
    first = acme("GET", "/v1/batches?limit=2").json()
    assert [batch["id"] for batch in first["items"]] == ids[:0:-1]
    second = acme("GET", f"/v1/batches?limit=2&cursor={first['next_cursor']}").json()
    assert [batch["id"] for batch in second["items"]] == ids[:1]
    assert second["next_cursor"] is None
    assert acme("GET", "/v1/batches?status=cancelled").json()["items"] == []
    assert len(acme("GET", "/v1/batches?status=completed").json()["items"]) == 3


@pytest.mark.parametrize("path", ["", "/output", "/errors"])
def test_a_batch_that_is_not_there_is_not_found(service: Service, path: str) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    batch = sent(acme, lines(1))
    for wrong in ("bat_x", "bat_" + "0" * 32, "a%00b"):
        assert acme("GET", f"/v1/batches/{wrong}{path}").status_code == 404
    assert other("GET", f"/v1/batches/{batch}{path}").status_code == 404
    assert other("POST", f"/v1/batches/{batch}/cancel").status_code == 404


def test_what_is_cancelled_is_not_graded_and_what_is_graded_stays(
    service_settings: Settings,
) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.02))
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme", Scope.GRADE, Scope.READ)
        batch = sent(acme, lines(600))
        until(acme, batch, lambda b: b["counts"]["graded"] > 20)
        cancelled = acme("POST", f"/v1/batches/{batch}/cancel")
        assert cancelled.status_code == 200
        counts = cancelled.json()["counts"]
        assert cancelled.json()["status"] == "cancelled"
        assert counts["pending"] == 0
        assert 20 < counts["graded"] < 600
        assert counts["graded"] + counts["cancelled"] == 600
        # Another batch is graded to its end; by then nothing of the first is under way.
        until(acme, sent(acme, lines(60)))
        again = acme("POST", f"/v1/batches/{batch}/cancel")
        assert again.json() == cancelled.json()
        assert len(results(acme, batch, "output")) == counts["graded"]
        errors = results(acme, batch, "errors")
        assert len(errors) == counts["cancelled"]
        assert {one["error"]["code"] for one in errors} == {"cancelled"}
        assert judge.asked < 600


def test_cancelling_a_completed_batch_changes_nothing(service: Service) -> None:
    acme = service.caller("acme")
    batch = sent(acme, lines(1))
    done = until(acme, batch)
    cancelled = acme("POST", f"/v1/batches/{batch}/cancel")
    assert cancelled.status_code == 200
    assert cancelled.json() == done
    assert done["status"] == "completed"


def test_progress_never_goes_back(service_settings: Settings) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.01))
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(300))
        seen: list[int] = []

        def noted(found: Any) -> bool:
            seen.append(found["counts"]["graded"])
            assert sum(found["counts"][kind] for kind in ("graded", "pending")) == 300
            return found["finished_at"] is not None

        until(acme, batch, noted)
    assert seen == sorted(seen)
    assert len(set(seen)) > 2


def test_the_end_is_told_once_and_who_sent_it_is_noted(service: Service) -> None:
    acme = service.caller("acme")
    # What no endpoint asks for is soon forgotten.
    acme("POST", "/v1/webhooks", json={"url": "https://hooks.invalid/"})
    batch = sent(acme, lines(120))
    until(acme, batch)

    async def told(session: AsyncSession) -> tuple[list[str], list[str]]:
        events = await session.scalars(select(EventRow.type).where(EventRow.subject == batch))
        actions = await session.scalars(select(AuditRow.action).where(AuditRow.subject == batch))
        return list(events), list(actions)

    assert service.in_records(told) == (["batch.completed"], ["batch.created"])


def test_answers_that_were_deleted_are_errors_before_and_after_grading(
    service_settings: Settings,
) -> None:
    go_on = asyncio.Event()
    judge = ScriptedJudge(pause=go_on.wait)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(3))
        until(acme, batch, lambda b: b["status"] == "in_progress")
        service.in_records(forget("a1"))
        portal = service.http.portal
        assert portal is not None
        portal.call(go_on.set)
        done = until(acme, batch)
        assert (done["counts"]["graded"], done["counts"]["failed"]) == (2, 1)
        service.in_records(forget("a2"))
        assert [one["custom_id"] for one in results(acme, batch, "output")] == ["a0"]
        errors = results(acme, batch, "errors")
        assert [one["custom_id"] for one in errors] == ["a1", "a2"]
        assert {one["error"]["code"] for one in errors} == {"submission_deleted"}


def test_deleting_a_batch_leaves_nothing_of_it(service: Service) -> None:
    acme = service.caller("acme")
    until(acme, sent(acme, lines(2)))

    async def left(session: AsyncSession) -> int | None:
        await session.execute(delete(BatchRow))
        return await session.scalar(select(func.count()).select_from(BatchItemRow))

    assert service.in_records(left) == 0


def forget(custom_id: str) -> Callable[[AsyncSession], Any]:
    async def act(session: AsyncSession) -> None:
        await session.execute(delete(SubmissionRow).where(SubmissionRow.custom_id == custom_id))

    return act
