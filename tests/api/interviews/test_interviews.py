from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Scope
from api.records import EventRow, IdempotencyRow
from tests.api.interviews.play import ALL, begin, do, now, said, say
from tests.api.reviews.play import problem
from tests.api.support import Caller, Service


def test_from_the_first_question_to_the_last(acme: Caller) -> None:
    interview = begin(acme, script="talk", candidate_id="ada", metadata={"job": "7"})
    assert (interview["opening"], interview["minutes"]) == ("Welcome.", 20)
    ask = interview["ask"]
    assert (ask["turn"], ask["text"], ask["style"]) == (1, "What about queues?", None)
    assert ask["transition"] == "Let us begin."
    assert 590 < ask["seconds_left"] <= 600

    interview = said(acme, interview, "beta and gamma")
    assert (interview["ask"]["turn"], interview["ask"]["style"]) == (2, "pump")
    interview = said(acme, interview, "hm", "hm", ALL)
    assert [q["closed"] for q in interview["questions"]] == ["exhausted", "covered"]
    assert (interview["status"], interview["finished"]) == ("finished", "complete")
    assert (interview["ask"], interview["closing"]) == (None, "Goodbye.")
    assert interview["metadata"] == {"job": "7"}
    assert now(acme, interview) == interview
    turns = [turn for question in interview["questions"] for turn in question["turns"]]
    assert [turn["answer"] for turn in turns] == ["beta and gamma", "hm", "hm", ALL]


def test_an_interview_on_topics_and_levels(acme: Caller) -> None:
    interview = begin(acme, topics=["caches"], levels=["senior"], minutes=12, seed=7)
    assert interview["script"] is None
    assert interview["title"] == "Interview on caches, senior"
    assert interview["ask"]["text"] == "What about caches?"
    assert interview["minutes"] == 12


def test_what_cannot_be_asked_is_refused(acme: Caller) -> None:
    cases: list[tuple[dict[str, Any], int, str, str]] = [
        ({"script": "tale"}, 404, "interview_not_found", "did you mean 'talk'?"),
        ({"topics": ["cooking"]}, 422, "nothing_to_ask", "there are topics such as"),
        ({"topics": ["caches"], "minutes": 2}, 422, "nothing_to_ask", "too few"),
        ({"script": "talk", "minutes": 5}, 422, "request_invalid", "leave out minutes"),
        ({"levels": ["wizard"]}, 422, "request_invalid", "levels.0"),
        ({"minutes": 0}, 422, "request_invalid", "greater than or equal to 1"),
        ({"Script": "talk"}, 422, "request_invalid", "Script: there is no such field"),
    ]
    for body, status, code, told in cases:
        assert told in problem(acme("POST", "/v1/interviews", json=body), status, code)


def test_scripts_are_listed(acme: Caller) -> None:
    (script,) = acme("GET", "/v1/interview-scripts").json()["items"]
    assert script == {
        "id": "talk",
        "version": "1.0.0",
        "title": "A talk",
        "level": "mid",
        "minutes": 20,
        "questions": 2,
        "topics": ["queues", "caches"],
    }


def test_candidates_are_not_shown_what_was_found(service: Service, acme: Caller) -> None:
    interview = said(acme, begin(acme), "beta and gamma")
    platform = service.caller("acme", Scope.GRADE, Scope.READ)
    for shown in (now(platform, interview), now(acme, interview, "?candidate_view=true")):
        (question,) = shown["questions"]
        assert (question["prompted"], question["why"]) == (None, None)
        assert question["turns"][0]["grade_id"] is None
        assert question["turns"][1]["gap"] is None
        assert question["turns"][0]["answer"] == "beta and gamma"
    (question,) = now(acme, interview)["questions"]
    assert question["prompted"] == pytest.approx(42.9)
    assert question["turns"][0]["grade_id"].startswith("grd_")
    assert question["turns"][1]["gap"] == "alpha"


def test_the_list_has_filters_and_pages(acme: Caller) -> None:
    first = begin(acme, script="talk", candidate_id="ada")
    others = [begin(acme, minutes=20, custom_id=name)["id"] for name in ("one", "two")]
    do(acme, first, "end")

    def ids(query: str) -> list[str]:
        return [item["id"] for item in acme("GET", f"/v1/interviews?{query}").json()["items"]]

    assert ids("") == [*reversed(others), first["id"]]
    assert ids("candidate_id=ada") == ids("script=talk") == ids("status=finished") == [first["id"]]
    assert ids("custom_id=two") == [others[1]]
    page = acme("GET", "/v1/interviews?limit=2").json()
    assert len(page["items"]) == 2
    assert ids(f"limit=2&cursor={page['next_cursor']}") == [first["id"]]
    problem(acme("GET", f"/v1/interviews?cursor={page['next_cursor']}x"), 400, "cursor_invalid")


def test_a_turn_is_answered_once(acme: Caller) -> None:
    interview = begin(acme)
    assert say(acme, interview, "alpha").status_code == 200
    told = problem(say(acme, interview, "alpha"), 409, "interview_conflict")
    assert told == "turn 1 is answered already; the interview is at turn 2"
    ahead = acme(
        "POST", f"/v1/interviews/{interview['id']}/answers", json={"turn": 9, "skip": True}
    )
    assert "turn 9 is not open" in problem(ahead, 409, "interview_conflict")


def test_of_many_at_once_one_is_taken(acme: Caller) -> None:
    interview = begin(acme)
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(say, acme, interview, f"alpha {n}") for n in range(8)]
        statuses = sorted(one.result().status_code for one in sent)
    assert statuses == [200] + [409] * 7
    (question,) = now(acme, interview)["questions"]
    assert [turn["answer"] is not None for turn in question["turns"]] == [True, False]


def test_a_turn_stays_open_when_its_answer_cannot_be_used(acme: Caller) -> None:
    interview = begin(acme)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"turn": 1, "answer": "  "}, "answer_invalid"),
        ({"turn": 1, "answer": "x" * 20_001}, "answer_invalid"),
        ({"turn": 1, "answer": "a\x00b"}, "answer_invalid"),
        ({"turn": 1}, "request_invalid"),
        ({"turn": 1, "answer": "hm", "skip": True}, "request_invalid"),
        ({"turn": 0, "skip": True}, "request_invalid"),
    ]
    for body, code in cases:
        problem(acme("POST", f"/v1/interviews/{interview['id']}/answers", json=body), 422, code)
    assert now(acme, interview)["ask"]["turn"] == 1


def test_passing_goes_on_to_the_next_question(acme: Caller) -> None:
    interview = said(acme, begin(acme), None)
    assert interview["ask"]["text"] == "What about caches?"
    assert interview["questions"][0]["closed"] == "passed"
    assert interview["questions"][0]["prompted"] == 0
    assert said(acme, interview, None)["status"] == "finished"


def test_the_clock_can_be_stopped(acme: Caller) -> None:
    interview = begin(acme)
    paused = do(acme, interview, "pause")
    assert paused["status"] == "paused"
    assert "resume it first" in problem(say(acme, paused, "alpha"), 409, "interview_conflict")
    again = acme("POST", f"/v1/interviews/{interview['id']}/pause")
    assert "paused already" in problem(again, 409, "interview_conflict")
    resumed = do(acme, interview, "resume")
    assert (resumed["status"], resumed["ask"]["turn"]) == ("active", 1)
    assert say(acme, resumed, "alpha").status_code == 200


def test_an_interview_can_be_ended(acme: Caller) -> None:
    interview = said(acme, begin(acme), "alpha")
    ended = do(acme, interview, "end")
    assert (ended["status"], ended["finished"]) == ("finished", "ended")
    assert ended["questions"][0]["closed"] == "ended"
    for act in ("end", "pause", "resume"):
        problem(acme("POST", f"/v1/interviews/{ended['id']}/{act}"), 409, "interview_conflict")
    assert "is over" in problem(say(acme, interview, "more"), 409, "interview_conflict")


def test_the_end_is_told_to_webhooks(service: Service, acme: Caller) -> None:
    # What no endpoint asks for is soon forgotten.
    acme("POST", "/v1/webhooks", json={"url": "https://hooks.invalid/"})
    interview = do(acme, begin(acme), "end")

    async def read(session: AsyncSession) -> dict[str, Any] | None:
        query = select(EventRow.payload).where(EventRow.type == "interview.finished")
        return await session.scalar(query)

    assert service.in_records(read) == {
        "id": interview["id"],
        "reason": "ended",
        "questions": 1,
        "turns": 1,
    }


def test_the_same_request_again_gets_the_same_response(acme: Caller) -> None:
    once = {"Idempotency-Key": "begin"}
    interview = begin(acme, script="talk", headers=once)
    assert begin(acme, script="talk", headers=once) == interview
    for key, answer in (("first", "alpha"), ("second", None)):
        first = say(acme, interview, answer, Idempotency_Key=key)
        again = say(acme, interview, answer, Idempotency_Key=key)
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["Idempotency-Replayed"] == "true"
        interview = first.json()


def test_an_answer_whose_response_was_lost_can_be_sent_again(
    service: Service, acme: Caller
) -> None:
    interview = begin(acme)
    first = say(acme, interview, "alpha", Idempotency_Key="mine").json()

    async def forget(session: AsyncSession) -> None:
        # As after a process that died when the answer was kept and the response was not.
        await session.execute(delete(IdempotencyRow))

    service.in_records(forget)
    again = say(acme, interview, "alpha", Idempotency_Key="mine")
    assert again.status_code == 200
    assert again.json()["ask"]["turn"] == first["ask"]["turn"]
    problem(say(acme, interview, "alpha", Idempotency_Key="other"), 409, "interview_conflict")


def test_what_is_not_there_is_not_found(acme: Caller) -> None:
    for name in ("nothing", "int_" + "0" * 32, "%00"):
        problem(acme("GET", f"/v1/interviews/{name}"), 404, "not_found")
        problem(acme("POST", f"/v1/interviews/{name}/pause"), 404, "not_found")
        problem(acme("GET", f"/v1/interviews/{name}/events"), 404, "not_found")
