from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import InterviewRow
from grader.errors import JudgeUnavailable
from grader.settings import Settings
from tests.api.interviews.play import (
    ALL,
    PATIENCE,
    QUEUES,
    begin,
    do,
    now,
    said,
    say,
    talking_grader,
    until,
)
from tests.api.reviews.play import queue
from tests.api.support import Caller, ScriptedJudge, Service


@dataclass
class Gate:
    """Holds every judgement up until it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    async def __call__(self) -> None:
        self.reached.set()
        while not self.opened.is_set():  # noqa: ASYNC110 - opened by another thread
            await asyncio.sleep(0.01)


@dataclass
class Failing:
    """Makes every judgement fail, in one way or another."""

    error: Exception
    times: int = 1_000

    async def __call__(self) -> None:
        self.times -= 1
        if self.times >= 0:
            raise self.error


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


@contextmanager
def running(settings: Settings, pause: Callable[[], Any] | None = None) -> Iterator[Service]:
    with Service.running(settings, talking_grader(settings, ScriptedJudge(pause))) as service:
        yield service


def is_settled(interview: Any) -> bool:
    return not interview["grading"]


def grades(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller("GET", "/v1/grades").json()["items"]
    return found


def test_each_answer_leaves_a_grade_of_all_that_was_said(acme: Caller) -> None:
    interview = begin(acme, script="talk", candidate_id="ada", custom_id="x", metadata={"job": "7"})
    said(acme, interview, "beta", "hm")
    second, first = grades(acme)
    assert first["rubric"]["id"] == second["rubric"]["id"] == QUEUES.id
    verdicts = {point["id"]: point["verdict"] for point in second["points"]}
    assert verdicts == {"alpha": "missing", "beta": "covered", "gamma": "missing"}
    record = second["record"]
    assert (record["candidate_id"], record["custom_id"]) == ("ada", "x")
    assert record["metadata"] == {"job": "7"}
    (question,) = now(acme, interview)["questions"]
    shown = [turn["grade_id"] for turn in question["turns"]]
    assert shown == [first["id"], second["id"], None]


def test_only_the_latest_grade_of_a_question_waits_for_a_reviewer(acme: Caller) -> None:
    said(acme, begin(acme), "unsure of alpha", "unsure, hm")
    latest, first = grades(acme)
    assert first["needs_review"]
    assert [item["grade_id"] for item in queue(acme)] == [latest["id"]]


@pytest.mark.parametrize("error", [JudgeUnavailable("it is down"), RuntimeError("a fault")])
def test_what_cannot_be_judged_is_no_zero_and_the_interview_goes_on(
    service_settings: Settings, error: Exception
) -> None:
    with running(service_settings, Failing(error, times=1)) as service:
        acme = service.caller("acme")
        interview = said(acme, begin(acme), "alpha")
        assert interview["questions"][0]["closed"] == "not_judged"
        assert interview["questions"][0]["prompted"] is None
        assert interview["ask"]["text"] == "What about caches?"
        (grade,) = grades(acme)
        assert (grade["score"], grade["needs_review"]) == (None, True)
        assert {point["verdict"] for point in grade["points"]} == {"ungraded"}
        assert said(acme, interview, ALL)["finished"] == "complete"
        report = acme("GET", f"/v1/interviews/{interview['id']}/report").json()
        assert report["prompted"] is None
        assert report["needs_review"]


def test_whoever_does_not_wait_is_answered_at_once(service_settings: Settings, gate: Gate) -> None:
    with running(service_settings, gate) as service:
        acme = service.caller("acme")
        interview = begin(acme)
        taken = say(acme, interview, "alpha", Prefer="respond-async")
        assert taken.status_code == 202
        assert taken.headers["Preference-Applied"] == "respond-async"
        assert taken.headers["Location"] == f"/v1/interviews/{interview['id']}"
        assert (taken.json()["grading"], taken.json()["ask"]) == (True, None)
        refused = say(acme, interview, "me too")
        assert (refused.status_code, refused.json()["code"]) == (409, "interview_conflict")
        assert "being graded" in refused.json()["detail"]
        gate.opened.set()
        assert until(acme, interview, is_settled)["ask"]["turn"] == 2


def test_a_pause_holds_although_an_answer_is_being_graded(
    service_settings: Settings, gate: Gate
) -> None:
    with running(service_settings, gate) as service:
        acme = service.caller("acme")
        interview = begin(acme)
        say(acme, interview, "alpha", Prefer="respond-async")
        assert gate.reached.wait(PATIENCE)
        do(acme, interview, "pause")
        gate.opened.set()
        paused = until(acme, interview, is_settled)
        assert (paused["status"], paused["ask"]) == ("paused", None)
        assert len(grades(acme)) == 1
        assert do(acme, interview, "resume")["ask"]["turn"] == 2


def test_the_end_waits_for_the_grade_of_the_last_answer(
    service_settings: Settings, gate: Gate
) -> None:
    with running(service_settings, gate) as service, ThreadPoolExecutor() as pool:
        acme = service.caller("acme")
        interview = begin(acme)
        say(acme, interview, "alpha", Prefer="respond-async")
        assert gate.reached.wait(PATIENCE)
        ending = pool.submit(do, acme, interview, "end")
        gate.opened.set()
        ended = ending.result()
        assert ended["finished"] == "ended"
        assert ended["questions"][0]["turns"][0]["grade_id"] is not None


def test_an_answer_outlives_the_service_that_took_it(
    service_settings: Settings, gate: Gate
) -> None:
    with running(service_settings, gate) as service:
        acme = service.caller("acme")
        interview = begin(acme)
        say(acme, interview, "alpha", Prefer="respond-async")
        assert gate.reached.wait(PATIENCE)
    with running(service_settings) as restarted:
        again = Caller(restarted.http, acme.key)
        interview = until(again, interview, is_settled)
        assert interview["questions"][0]["turns"][0]["answer"] == "alpha"
        assert interview["ask"]["turn"] == 2
        assert len(grades(again)) == 1


def test_two_processes_that_grade_the_same_answer_leave_one_grade(
    service_settings: Settings, gate: Gate
) -> None:
    with running(service_settings, gate) as slow, running(service_settings) as other:
        acme = slow.caller("acme")
        interview = begin(acme)
        say(acme, interview, "alpha", Prefer="respond-async")
        assert gate.reached.wait(PATIENCE)
        tended(other, interview)
        assert now(acme, interview)["ask"]["turn"] == 2
        gate.opened.set()
        interview = said(acme, now(acme, interview), "hm")
        assert interview["ask"]["turn"] == 3
        assert len(grades(acme)) == 2


def test_an_answer_that_ends_the_service_again_and_again_is_given_up(
    service_settings: Settings, gate: Gate
) -> None:
    with running(service_settings, gate) as service:
        acme = service.caller("acme")
        interview = begin(acme)
        say(acme, interview, "alpha", Prefer="respond-async")
        assert gate.reached.wait(PATIENCE)
        killed(service)
    with running(service_settings) as restarted:
        again = Caller(restarted.http, acme.key)
        interview = until(again, interview, is_settled)
        assert interview["questions"][0]["closed"] == "not_judged"
        (grade,) = grades(again)
        assert grade["review_reasons"] == ["The service ended 3 times while this was judged."]


def tended(service: Service, interview: Any) -> None:
    """Have a service do at once what it would do when somebody else's time for it is over."""

    async def tenant(session: AsyncSession) -> str:
        return (await session.scalars(select(InterviewRow.tenant_id))).one()

    conductor = service.http.app.state.interviewing.conductor  # type: ignore[attr-defined]
    assert service.http.portal is not None
    service.http.portal.call(conductor.tend, service.in_records(tenant), interview["id"])


def killed(service: Service) -> None:
    """Leave the one interview there is as if several processes had died over it."""

    async def act(session: AsyncSession) -> None:
        await session.execute(update(InterviewRow).values(attempts=4))

    service.in_records(act)


def test_a_tenant_is_asked_about_its_own_rubrics_as_they_were(
    service: Service, acme: Caller
) -> None:
    document = QUEUES.model_dump(mode="json", exclude={"status"}, exclude_defaults=True)
    own = document | {"id": "locks", "question": "What about locks?", "topics": ["locks"]}
    assert acme("POST", "/v1/rubrics", json=own).status_code == 201
    published = acme("POST", "/v1/rubrics/locks/versions/1.0.0/publish")
    assert published.status_code == 200, published.text
    interview = begin(acme, topics=["locks"])
    retired = acme("POST", "/v1/rubrics/locks/versions/1.0.0/retire")
    assert retired.status_code == 200, retired.text
    interview = said(acme, interview, "beta")
    assert interview["ask"]["text"] == "What else?"
    other = service.caller("other")
    refused = other("POST", "/v1/interviews", json={"topics": ["locks"]})
    assert refused.json()["code"] == "nothing_to_ask"


def test_a_rubric_that_is_no_longer_in_the_bank_is_asked_on(service_settings: Settings) -> None:
    with running(service_settings) as service:
        acme = service.caller("acme")
        interview = begin(acme)
    emptied = talking_grader(service_settings)
    emptied.bank = type(emptied.bank)([])
    with Service.running(service_settings, emptied) as later:
        again = Caller(later.http, acme.key)
        interview = said(again, interview, "hm", None)
        assert interview["ask"]["text"] == "What about caches?"
