from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import InterviewRow
from grader.interviewing import InterviewState
from tests.api.interviews.play import ALL, begin, do, now, said, say, until
from tests.api.support import Caller, Service


def let_pass(service: Service, seconds: float, *, watched: bool = True) -> None:
    """Have the one interview there is stand as if so much more time had passed.

    Args:
        service: Holds it.
        seconds: How much.
        watched: Whether a service was there all the time.
    """
    passed = timedelta(seconds=seconds)

    def earlier(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment - passed

    async def act(session: AsyncSession) -> None:
        row = (await session.scalars(select(InterviewRow))).one()
        state = InterviewState.from_json(row.state)
        row.state = state.model_copy(update={"clock": state.clock - seconds}).model_dump_json()
        row.due_at = earlier(row.due_at)
        if not watched:
            row.seen_at = row.seen_at - passed

    service.in_records(act)


def test_time_runs_by_the_clock_of_the_service(service: Service, acme: Caller) -> None:
    interview = begin(acme)
    let_pass(service, 300)
    interview = now(acme, interview)
    assert interview["ask"]["seconds_left"] == pytest.approx(300, abs=20)
    assert interview["seconds_left"] == pytest.approx(900, abs=20)


def test_a_question_is_closed_when_its_time_is_up_although_nobody_asks(
    service: Service, acme: Caller
) -> None:
    interview = begin(acme)
    let_pass(service, 615)
    interview = until(acme, interview, lambda found: len(found["questions"]) == 2)
    assert interview["questions"][0]["closed"] == "out_of_time"
    assert interview["ask"]["text"] == "What about caches?"


def test_an_answer_that_is_a_little_late_is_taken(service: Service, acme: Caller) -> None:
    interview = begin(acme)
    let_pass(service, 605)
    assert now(acme, interview)["ask"]["seconds_left"] == 0
    answered = say(acme, interview, "beta")
    assert answered.status_code == 200
    first = answered.json()["questions"][0]
    assert (first["closed"], first["prompted"]) == ("out_of_time", pytest.approx(28.6))


def test_a_pause_costs_no_time(service: Service, acme: Caller) -> None:
    interview = begin(acme)
    do(acme, interview, "pause")
    let_pass(service, 9_000)
    resumed = do(acme, interview, "resume")
    assert resumed["ask"]["seconds_left"] > 570


def test_a_service_that_was_down_costs_no_time(service: Service, acme: Caller) -> None:
    interview = begin(acme)
    let_pass(service, 9_000, watched=False)
    assert now(acme, interview)["ask"]["seconds_left"] > 570
    assert said(acme, interview, ALL)["questions"][0]["closed"] == "covered"
