"""Endpoints that misbehave: what is tried again, for how long, and what is said of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import json
import logging
import socket
import threading
from collections.abc import Callable

import pytest

from grader.errors import JudgeUnavailable
from grader.judges.llm import LlmJudge
from grader.types import Judgement
from tests.grader.judges.llm.play import GOOD, KEY, Sleeper, nothing_said, said_of, task
from tests.support.openai_server import (
    Behaviour,
    Exchange,
    OpenAIServer,
    answers,
    answers_with,
    drips,
    drops,
    raw,
    redirects,
    slow,
    status,
)

OpenJudge = Callable[..., LlmJudge]
HALF_A_BODY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    b'{"id": "chatcmpl-1", "choices": [{"index": 0, "mess'
)


def ask(judge: LlmJudge) -> Judgement:
    return asyncio.run(judge.judge(task()))


def failure(judge: LlmJudge) -> str:
    with pytest.raises(JudgeUnavailable) as caught:
        ask(judge)
    return str(caught.value)


@pytest.mark.parametrize(
    "passing",
    [
        status(429),
        status(408),
        status(409),
        status(500),
        status(502),
        status(503),
        raw(b"<html>Bad gateway</html>", "text/html", code=502),
        drops(),
        drops(HALF_A_BODY),
    ],
    ids=["429", "408", "409", "500", "502", "503", "html-502", "drop", "drop-midway"],
)
def test_a_failure_that_may_pass_is_tried_again(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper, passing: Behaviour
) -> None:
    server.script(passing, passing, answers(GOOD))

    judgement = ask(judge)

    assert said_of(judgement)["decouples"] == "covered"
    assert judgement.usage.llm_calls == 1
    assert len(server.requests) == 3
    assert len(sleeper.waits) == 2
    assert 0 < sleeper.waits[0] <= 2 <= sleeper.waits[1] <= 3


@pytest.mark.parametrize(
    ("lasting", "advice"),
    [
        (status(400), "HTTP 400"),
        (status(401), "GRADER_LLM_API_KEY"),
        (status(403), "GRADER_LLM_API_KEY"),
        (status(404), "GRADER_LLM_MODEL"),
        (status(413), "HTTP 413"),
        (redirects("http://127.0.0.1:9/v1/chat/completions"), "GRADER_LLM_BASE_URL"),
        (redirects("http://127.0.0.1:9/v1/chat/completions", 302), "GRADER_LLM_BASE_URL"),
        (raw(b"<html><body>Welcome!</body></html>", "text/html"), "GRADER_LLM_BASE_URL"),
        (raw(b"<html><body>Welcome!</body></html>"), "GRADER_LLM_BASE_URL"),
        (raw(b"", "application/json"), "GRADER_LLM_BASE_URL"),
        (raw(b'{"id": "1", "choices"'), "GRADER_LLM_BASE_URL"),
        (raw(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'), "GRADER_LLM_BASE_URL"),
        (raw(b'{"id": "chatcmpl-1"}'), "GRADER_LLM_BASE_URL"),
        (raw(b'{"choices": []}'), "GRADER_LLM_BASE_URL"),
        (raw(b'{"choices": [{"index": 0}]}'), "GRADER_LLM_BASE_URL"),
        (raw(b"[1, 2]"), "GRADER_LLM_BASE_URL"),
        (raw(b'{"error": {"message": "overloaded", "code": 529}}'), "GRADER_LLM_BASE_URL"),
    ],
    ids=[
        "400",
        "401",
        "403",
        "404",
        "413",
        "307",
        "302",
        "html",
        "html-as-json",
        "empty",
        "cut-off-envelope",
        "not-utf-8",
        "no-choices",
        "empty-choices",
        "no-message",
        "list",
        "error-as-200",
    ],
)
def test_a_failure_that_lasts_is_not_tried_again(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper, lasting: Behaviour, advice: str
) -> None:
    ask(judge)  # so that the form of replies is known
    server.script(lasting)

    said = failure(judge)

    assert advice in said
    assert len(server.requests) == 2
    assert sleeper.waits == []


def test_neither_the_key_nor_what_the_endpoint_says_gets_into_the_grade(
    judge: LlmJudge, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(status(401, "Incorrect API key provided: sk-se***23"))

    with caplog.at_level(logging.DEBUG, "grader"):
        said = failure(judge)

    assert "sk-" not in said
    assert KEY not in caplog.text
    assert "Incorrect API key provided" in caplog.text
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_redirect_takes_the_answer_nowhere(judge: LlmJudge, server: OpenAIServer) -> None:
    with OpenAIServer(otherwise=answers(GOOD)) as elsewhere:
        server.script(redirects(f"{elsewhere.base_url}/chat/completions"))

        assert "redirects (HTTP 307)" in failure(judge)
        assert elsewhere.requests == []


@pytest.mark.parametrize("asked", ["7", "7.5"])
def test_the_wait_that_the_endpoint_asks_for_is_kept(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper, asked: str
) -> None:
    server.script(status(429, headers={"Retry-After": asked}), answers(GOOD))

    ask(judge)

    assert float(asked) <= sleeper.waits[0] <= float(asked) + 1


def test_the_wait_may_be_given_as_a_date(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper
) -> None:
    def wait_until(exchange: Exchange) -> None:
        when = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
        header = {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
        status(503, headers=header)(exchange)

    server.script(wait_until, answers(GOOD))

    ask(judge)

    assert 25 < sleeper.waits[0] <= 31


@pytest.mark.parametrize("asked", ["soon", "", "-5", "0", "nan", "Mon, 01 Jan 2001 00:00:00 GMT"])
def test_a_wait_that_makes_no_sense_is_not_kept(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper, asked: str
) -> None:
    server.script(status(429, headers={"Retry-After": asked}), answers(GOOD))

    ask(judge)

    assert 0 < sleeper.waits[0] <= 2


@pytest.mark.parametrize("asked", ["3600", "inf", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_past_the_deadline_is_not_begun(
    judge: LlmJudge, server: OpenAIServer, sleeper: Sleeper, asked: str
) -> None:
    server.script(status(429, headers={"Retry-After": asked}))

    assert "rate limit (HTTP 429)" in failure(judge)
    assert len(server.requests) == 1
    assert sleeper.waits == []


def test_after_so_many_attempts_it_is_given_up(
    open_judge: OpenJudge, server: OpenAIServer, sleeper: Sleeper
) -> None:
    judge = open_judge(retries=3)
    server.otherwise = status(500)

    assert "HTTP 500" in failure(judge)
    assert len(server.requests) == 4
    assert len(sleeper.waits) == 3


def test_a_reply_that_takes_too_long_is_asked_for_again(
    open_judge: OpenJudge, server: OpenAIServer, sleeper: Sleeper
) -> None:
    judge = open_judge(timeout=0.5)
    server.script(slow(60, answers(GOOD)), answers(GOOD))

    assert said_of(ask(judge))["decouples"] == "covered"
    assert len(sleeper.waits) == 1


def test_a_reply_that_trickles_in_takes_too_long(
    open_judge: OpenJudge, server: OpenAIServer
) -> None:
    judge = open_judge(timeout=0.5, retries=0)
    server.script(drips(0.05))

    assert "0.5 s" in failure(judge)


def test_no_attempt_goes_on_past_the_deadline(open_judge: OpenJudge, server: OpenAIServer) -> None:
    judge = open_judge(timeout=60, deadline=0.5)
    server.otherwise = slow(60, answers(GOOD))

    assert "did not reply" in failure(judge)
    assert len(server.requests) == 1


def test_usage_that_is_no_number_is_estimated(judge: LlmJudge, server: OpenAIServer) -> None:
    def odd(exchange: Exchange) -> None:
        message = {"role": "assistant", "content": json.dumps(GOOD)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": None, "completion_tokens": -1, "total_tokens": None}
        raw(json.dumps({"choices": [choice], "usage": usage}).encode())(exchange)

    server.script(odd)

    judgement = ask(judge)

    assert said_of(judgement)["decouples"] == "covered"
    assert judgement.usage.llm_calls == 1
    assert judgement.usage.output_tokens > 0


def test_the_environment_of_other_programs_leads_nowhere_else(
    open_judge: OpenJudge, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another")

    ask(open_judge())

    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_client_that_cannot_be_made_is_a_failure_like_others(
    open_judge: OpenJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://nowhere")
    assert "cannot be made" in failure(open_judge())


def test_an_endpoint_that_is_not_there(open_judge: OpenJudge, sleeper: Sleeper) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        judge = open_judge(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", retries=2)

        assert failure(judge) == "the LLM endpoint cannot be reached"
    assert len(sleeper.waits) == 2


@pytest.mark.parametrize("code", [400, 422])
def test_an_endpoint_without_schemas_is_asked_for_json_and_that_is_found_out_once(
    judge: LlmJudge, server: OpenAIServer, code: int
) -> None:
    message = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
    server.script(status(code, message), *[answers(GOOD)] * 3)

    for _ in range(3):
        assert said_of(ask(judge))["decouples"] == "covered"

    forms = [request.body["response_format"]["type"] for request in server.requests]
    assert forms == ["json_schema", "json_object", "json_object", "json_object"]


def test_an_endpoint_that_knows_no_response_format_is_asked_in_words_alone(
    judge: LlmJudge, server: OpenAIServer
) -> None:
    unknown = status(400, "Unrecognized request argument supplied: response_format")
    server.script(unknown, unknown, *[answers(GOOD)] * 2)

    for _ in range(2):
        assert said_of(ask(judge))["decouples"] == "covered"

    assert ["response_format" in request.body for request in server.requests] == [
        True,
        True,
        False,
        False,
    ]
    assert '{"points": [' in server.requests[-1].text("system")


@pytest.mark.parametrize(
    ("complaint", "left_out", "kept"),
    [
        ("Unsupported value: 'temperature' does not support 0", "temperature", "seed"),
        ("extra fields not permitted: seed", "seed", "temperature"),
        ("Unknown field: max_completion_tokens", "max_completion_tokens", "max_tokens"),
    ],
)
def test_a_parameter_that_the_endpoint_does_not_take_is_left_out(
    judge: LlmJudge, server: OpenAIServer, complaint: str, left_out: str, kept: str
) -> None:
    server.script(status(400, complaint), *[answers(GOOD)] * 2)

    ask(judge)
    ask(judge)

    for request in server.requests[1:]:
        assert left_out not in request.body
        assert kept in request.body
        assert request.body["response_format"]["type"] == "json_schema"


def test_a_request_that_is_refused_in_every_form_says_so_and_settles_nothing(
    judge: LlmJudge, server: OpenAIServer
) -> None:
    server.script(*[status(400, "context length exceeded")] * 3)

    assert "refuses the request (HTTP 400)" in failure(judge)
    ask(judge)
    assert server.requests[-1].body["response_format"]["type"] == "json_schema"


def test_no_more_calls_are_under_way_than_may_be(
    open_judge: OpenJudge, server: OpenAIServer
) -> None:
    judge = open_judge(concurrency=3)
    full = threading.Barrier(3)

    def wait_for_three(exchange: Exchange) -> None:
        full.wait(timeout=20)
        answers_with(nothing_said)(exchange)

    server.otherwise = wait_for_three

    async def many() -> list[Judgement]:
        return await asyncio.gather(*(judge.judge(task()) for _ in range(12)))

    assert len(asyncio.run(many())) == 12
    assert server.most_at_once == 3


def test_the_cap_holds_across_threads_and_event_loops(
    open_judge: OpenJudge, server: OpenAIServer
) -> None:
    judge = open_judge(concurrency=2)
    server.otherwise = slow(0.05, answers_with(nothing_said))
    threads = [threading.Thread(target=ask, args=(judge,)) for _ in range(6)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.requests) == 6
    assert server.most_at_once == 2


def test_who_stops_waiting_stops_the_call(open_judge: OpenJudge, server: OpenAIServer) -> None:
    judge = open_judge(concurrency=1)
    asked = threading.Event()

    def never(exchange: Exchange) -> None:
        asked.set()
        slow(60, answers(GOOD))(exchange)

    server.script(never, answers(GOOD))

    async def give_up() -> Judgement:
        waiting = asyncio.create_task(judge.judge(task()))
        await asyncio.to_thread(asked.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return await judge.judge(task())  # the place is free again

    assert said_of(asyncio.run(give_up()))["decouples"] == "covered"


def test_closing_gives_up_calls_under_way(open_judge: OpenJudge, server: OpenAIServer) -> None:
    judge = open_judge()
    asked = threading.Event()

    def never(exchange: Exchange) -> None:
        asked.set()
        slow(60, answers(GOOD))(exchange)

    server.script(never)

    async def close_meanwhile() -> None:
        waiting = asyncio.create_task(judge.judge(task()))
        await asyncio.to_thread(asked.wait)
        await asyncio.to_thread(judge.close)
        with pytest.raises((JudgeUnavailable, asyncio.CancelledError)):
            await waiting

    asyncio.run(close_meanwhile())
