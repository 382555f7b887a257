from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import PendingGradeRow, RubricDocumentRow, SubmissionRow, now
from grader.errors import AnswerInvalid
from grader.settings import Settings
from tests.api.support import Caller, ScriptedJudge, Service, scripted_grader

LATER = {"Prefer": "respond-async, wait=10"}
PATIENCE = 30.0


def until(caller: Caller, location: str, reached: Callable[[Any], bool]) -> Any:
    """Ask again and again until what is asked for is reached."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = caller("GET", location).json()
        if reached(found):
            return found
        time.sleep(0.02)
    raise AssertionError(f"not reached; the last was {found}")


def is_done(found: Any) -> bool:
    return bool(found["record"]["status"] == "done")


def test_a_grade_may_be_asked_for_and_fetched_later(service: Service) -> None:
    acme = service.caller("acme")
    accepted = acme.grade("It decouples.", headers=LATER, candidate_id="ada")
    assert accepted.status_code == 202
    assert accepted.headers["Preference-Applied"] == "respond-async"
    assert accepted.headers["Location"] == f"/v1/grades/{accepted.json()['id']}"
    assert accepted.json()["record"]["status"] == "pending"
    done = until(acme, accepted.headers["Location"], is_done)
    assert done["id"] == accepted.json()["id"]
    assert done["record"]["candidate_id"] == "ada"
    at_once = acme.grade("It decouples.").json()
    assert {key: done[key] for key in ("score", "points")} == {
        key: at_once[key] for key in ("score", "points")
    }


def test_a_regrade_may_be_fetched_later_too(service: Service) -> None:
    acme = service.caller("acme")
    old = acme.grade().json()["id"]
    accepted = acme("POST", f"/v1/grades/{old}/regrade", json={}, headers=LATER)
    assert accepted.status_code == 202
    assert until(acme, accepted.headers["Location"], is_done)["record"]["regrade_of"] == old


@pytest.mark.parametrize("prefer", ["return=minimal", "wait=5", "", "respond-asynchronously"])
def test_other_preferences_are_not_taken_for_this_one(service: Service, prefer: str) -> None:
    assert service.caller("acme").grade(headers={"Prefer": prefer}).status_code == 201


def test_more_than_are_made_at_once_are_all_made_once(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"concurrency": 3})
    under_way, most = 0, 0

    async def pause() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    judge = ScriptedJudge(pause=pause)
    with Service.running(settings, scripted_grader(settings, judge)) as service:
        acme = service.caller("acme")
        locations = [
            acme.grade(f"Answer {number}.", headers=LATER).headers["Location"]
            for number in range(12)
        ]
        for location in locations:
            until(acme, location, is_done)
        assert judge.asked == 12
        assert most <= 3


def test_what_was_promised_is_made_after_a_restart(service_settings: Settings) -> None:
    never = asyncio.Event()
    stuck = ScriptedJudge(pause=never.wait)
    with Service.running(service_settings, scripted_grader(service_settings, stuck)) as service:
        acme = service.caller("acme")
        accepted = acme.grade(headers=LATER)
        until_asked(stuck)
    with Service.running(service_settings, scripted_grader(service_settings)) as restarted:
        again = Caller(restarted.http, acme.key)
        assert until(again, accepted.headers["Location"], is_done)


def test_what_a_killed_process_had_begun_is_made_when_its_lease_is_over(
    service_settings: Settings,
) -> None:
    judge = ScriptedJudge()
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        never = asyncio.Event()
        judge.pause = never.wait
        accepted = acme.grade(headers=LATER)
        until_asked(judge)
        # Only the lease tells the others that somebody is at it.
        judge.pause = None
        change(service, lease="lse_killed", lease_until=now() + timedelta(hours=1))
        location = accepted.headers["Location"]
        assert acme("GET", location).json()["record"]["status"] == "pending"
        change(service, lease_until=now() - timedelta(seconds=1))
        until(acme, location, is_done)
        # The first to begin comes back to life; the grade stays the one that was made.
        before = acme("GET", location).content
        portal = service.http.portal
        assert portal is not None
        portal.call(never.set)
        assert acme.grade().status_code == 201
        assert acme("GET", location).content == before


def test_an_answer_that_cannot_be_graded_after_all_says_why(service_settings: Settings) -> None:
    async def refuse() -> None:
        raise AnswerInvalid("the answer is of no use")

    judge = ScriptedJudge(pause=refuse)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        location = acme.grade(headers=LATER).headers["Location"]
        failed = until(acme, location, lambda found: found["record"]["status"] == "failed")
        assert failed["record"]["error"] == {
            "code": "answer_invalid",
            "message": "the answer is of no use",
        }
        assert acme("GET", "/v1/grades").json()["items"] == []


def test_a_judge_that_breaks_is_no_grade_and_tells_no_secret(
    service_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_down() -> None:
        raise RuntimeError("at /secret/path")

    judge = ScriptedJudge(pause=break_down)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        location = acme.grade(headers=LATER).headers["Location"]
        failed = until(acme, location, lambda found: found["record"]["status"] == "failed")
    assert failed["record"]["error"]["code"] == "internal_error"
    assert "secret" not in str(failed)
    assert "secret" in caplog.text


def test_an_answer_that_ends_the_process_is_given_up(service_settings: Settings) -> None:
    never = asyncio.Event()
    stuck = ScriptedJudge(pause=never.wait)
    with Service.running(service_settings, scripted_grader(service_settings, stuck)) as service:
        acme = service.caller("acme")
        location = acme.grade(headers=LATER).headers["Location"]
        until_asked(stuck)
        change(service, lease="lse_killed", lease_until=now() - timedelta(seconds=1), attempts=3)
        found = until(acme, location, lambda found: found["record"]["status"] == "failed")
        assert found["record"]["error"]["code"] == "gave_up"


def test_a_submission_deleted_before_it_was_graded_is_not_graded(
    service_settings: Settings,
) -> None:
    go_on = asyncio.Event()
    judge = ScriptedJudge(pause=go_on.wait)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        location = acme.grade(headers=LATER).headers["Location"]
        until_asked(judge)
        regrade = acme("POST", f"{location}/regrade", json={})
        assert regrade.status_code == 409
        assert regrade.json()["code"] == "not_yet_graded"

        async def forget(session: AsyncSession) -> None:
            await session.execute(delete(SubmissionRow))

        service.in_records(forget)
        portal = service.http.portal
        assert portal is not None
        portal.call(go_on.set)
        assert acme.grade().status_code == 201
        assert acme("GET", location).status_code == 404


def test_the_rubric_that_was_promised_is_the_one_that_is_used(service: Service) -> None:
    acme = service.caller("acme")
    rubric = {
        "id": "of-our-own",
        "version": "1.0.0",
        "question": "Why?",
        "points": [{"id": "decouples", "claim": "It decouples.", "weight": 1}],
    }
    accepted = acme.grade("decouples", rubric_id=None, rubric=rubric, headers=LATER)
    done = until(acme, accepted.headers["Location"], is_done)

    async def kept(session: AsyncSession) -> RubricDocumentRow | None:
        sha256 = done["rubric"]["sha256"]
        owner = await session.get(SubmissionRow, done["record"]["submission_id"])
        assert owner is not None
        return await session.get(RubricDocumentRow, (owner.tenant_id, sha256))

    row = service.in_records(kept)
    assert row is not None
    assert row.document["question"] == "Why?"


def until_asked(judge: ScriptedJudge) -> None:
    end = time.monotonic() + PATIENCE
    while not judge.asked:
        assert time.monotonic() < end, "the judge was never asked"
        time.sleep(0.01)


def change(service: Service, **values: Any) -> None:
    async def act(session: AsyncSession) -> None:
        await session.execute(update(PendingGradeRow).values(**values))

    service.in_records(act)
    app: Any = service.http.app
    portal = service.http.portal
    assert portal is not None
    portal.call(app.state.background.wake)
