"""What is sent again, when, and that nothing is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.client import (
    NO_RETRIES,
    APIError,
    AsyncGraderClient,
    ConnectionFailed,
    GradeFailed,
    GraderClient,
    Invalid,
    RateLimited,
    ResponseInvalid,
    Retries,
    Unavailable,
    WaitTimeout,
)
from grader.client._grades import CREATE
from grader.client._operations import Call
from grader.client.models import Problem
from tests.api.support import FIRST
from tests.grader.client.conftest import QUICK
from tests.support.openai_server import OpenAIServer, drops, raw, status
from tests.support.serving import Served

BUSY = status(503, headers={"Retry-After": "0"})
VALID = (
    b'{"valid": true, "publishable": true, "sha256": null, "structure_sha256": null,'
    b' "lint": {"errors": 0, "warnings": 0, "findings": []}, "new": {"in": "2031"}}'
)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def near(server: OpenAIServer) -> Iterator[GraderClient]:
    url = server.base_url.removesuffix("/v1")
    with GraderClient(url, retries=QUICK, timeout=10) as opened:
        yield opened


class Loses(httpx.HTTPTransport):
    """Loses the first response, after the service has done what was asked."""

    lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if not self.lost:
            self.lost = True
            response.read()
            raise httpx.ReadError("the connection broke", request=request)
        return response


def test_an_answer_whose_response_was_lost_is_graded_once(served: Served, api_key: str) -> None:
    transport = Loses()
    with GraderClient(served.url, api_key, retries=QUICK, transport=transport) as client:
        grade = client.grades.create("It decouples.", rubric_id=FIRST.id)

        assert transport.lost
        assert [stored.id for stored in client.grades.list()] == [grade.id]


def test_a_request_is_repeated_under_one_key(near: GraderClient, server: OpenAIServer) -> None:
    server.script(BUSY, drops(), status(502), status(504), raw(b"{}", code=201))

    with pytest.raises(ResponseInvalid, match="POST /v1/grades cannot be read: id: Field required"):
        near.grades.create("x", rubric_id="y")

    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert len(keys) == 5
    assert len(set(keys)) == 1
    assert len({request.raw for request in server.requests}) == 1
    assert server.requests[0].headers["User-Agent"].startswith("answer-grader-client/")


def test_a_key_of_ones_own_is_used(near: GraderClient, server: OpenAIServer) -> None:
    server.script(status(422))
    with pytest.raises(Invalid):
        near.grades.create("x", rubric_id="y", idempotency_key="mine")
    (request,) = server.requests
    assert request.headers["Idempotency-Key"] == "mine"
    assert "idempotency_key" not in request.body


def test_what_may_have_been_done_is_not_repeated(near: GraderClient, server: OpenAIServer) -> None:
    server.script(drops())
    with pytest.raises(ConnectionFailed) as caught:
        near.rubrics.publish("queue-basics", "1.0.0")
    assert caught.value.sent
    assert len(server.requests) == 1

    server.script(BUSY, drops())  # busy: it was not begun
    with pytest.raises(ConnectionFailed):
        near.rubrics.publish("queue-basics", "1.0.0")
    assert len(server.requests) == 3


def test_fields_that_a_newer_service_sends_are_left_out(
    near: GraderClient, server: OpenAIServer
) -> None:
    server.script(drops(), raw(VALID))  # repeated, since nothing is kept of what is only looked at
    assert near.rubrics.validate("id: x").valid


def test_a_service_that_wants_to_be_left_alone_for_long_is(
    near: GraderClient, server: OpenAIServer
) -> None:
    server.script(status(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RateLimited) as caught:
        near.grades.create("x", rubric_id="y")
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1


def test_a_page_of_a_proxy_becomes_an_error_in_words(
    near: GraderClient, server: OpenAIServer
) -> None:
    server.script(raw(b"<h1>no such\n site</h1>", "text/html", code=500))
    with pytest.raises(Unavailable, match=r"Internal Server Error: <h1>no such site</h1> \(500 ht"):
        near.grades.create("x", rubric_id="y")
    server.script(raw(b"<h1>welcome</h1>", "text/html", code=201))
    with pytest.raises(ResponseInvalid, match="is the address the grading service's"):
        near.grades.create("x", rubric_id="y")


def test_a_stream_that_breaks_off_is_an_error() -> None:
    def lines() -> Iterator[bytes]:
        yield b'{"custom_id": null, "error": {"code": "c", "message": "m"}}\n'
        raise httpx.ReadError("gone")

    def breaks(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=lines())

    with GraderClient("http://nowhere.invalid", transport=httpx.MockTransport(breaks)) as client:
        output = client.batches.errors("b")
        assert next(output).error.code == "c"
        with pytest.raises(ConnectionFailed, match="gone"):
            next(output)


def test_nobody_there_is_said_with_the_address() -> None:
    with OpenAIServer() as server:
        url = server.base_url.removesuffix("/v1")
    with GraderClient(url, retries=NO_RETRIES) as client:
        with pytest.raises(ConnectionFailed, match=f"{url} cannot be reached") as caught:
            client.health()
        assert not caught.value.sent

    async def run() -> None:
        async with AsyncGraderClient(url, retries=QUICK) as client:
            with pytest.raises(ConnectionFailed):
                await client.health()

    asyncio.run(run())


def test_waiting_ends() -> None:
    record = (
        b'{"id": "g", "record": {"status": "%s", "created_at": "2026-01-01T00:00:00Z",'
        b' "submission_id": "s", "candidate_id": null, "custom_id": null, "metadata": {},'
        b' "regrade_of": null, "error": %s}}'
    )
    told = [record % (b"pending", b"null"), record % (b"pending", b"null")]
    told.append(record % (b"failed", b'{"code": "judge_unavailable", "message": "no judge"}'))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=told.pop(0))

    with GraderClient("http://nowhere.invalid", transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(WaitTimeout, match="not done after 0 seconds"):
            client.grades.wait("g", timeout=0)
        with pytest.raises(GradeFailed, match="no judge") as caught:
            client.grades.wait("g")
        assert caught.value.reason == "judge_unavailable"


@given(
    made=st.integers(1, 8),
    spread=st.floats(0, 1, exclude_max=True),
    asked=st.none() | st.floats(0, 200),
)
def test_waits_grow_are_spread_and_heed_the_service(
    made: int, spread: float, asked: float | None
) -> None:
    problem = Problem(type="t", title="t", status=503, detail="d", code="c")
    retries = Retries(attempts=8, first_wait=1, longest_wait=60)
    wait = retries.wait(Call(CREATE), APIError(problem, {}, asked), made, lambda: spread)
    if made == 8 or (asked is not None and asked > 60):
        assert wait is None
    else:
        assert wait is not None
        usual = min(60.0, 2.0 ** (made - 1))
        assert max(usual / 2, asked or 0) <= wait <= max(usual, asked or 0)
