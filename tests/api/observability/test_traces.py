from __future__ import annotations

import asyncio

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.observability import RequestIds, RequestSpans
from grader.tracing import span
from tests.grader.judges.llm.play import ANSWER, Sleeper, judge_for, nothing_said, task
from tests.support.openai_server import OpenAIServer, answers_with, status

_CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def works(_: Request) -> Response:
    with span("retrieve", {"rubric.id": "queue-basics"}):
        await asyncio.sleep(0)
    return PlainTextResponse("done")


async def fails(_: Request) -> Response:
    with span("judge"):
        raise ValueError(ANSWER)


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[Route("/v1/things/{thing}", works), Route("/fails", fails)],
        middleware=[Middleware(RequestIds), Middleware(RequestSpans)],
    )
    return TestClient(app, raise_server_exceptions=False)


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {each.name: each for each in spans.get_finished_spans()}


def holds_no_answer(spans: InMemorySpanExporter) -> bool:
    return not any(ANSWER[:20] in each.to_json() for each in spans.get_finished_spans())


def test_a_request_is_a_span_in_the_callers_trace_and_its_work_a_part_of_it(
    client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.get("/v1/things/7?q=x", headers={"traceparent": _CALLER, "X-Request-Id": "req-1"})

    found = by_name(spans)
    request, work = found["GET /v1/things/{thing}"], found["retrieve"]
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" in _CALLER
    assert work.parent == request.context
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/v1/things/{thing}",
        "http.response.status_code": 200,
        "request_id": "req-1",
    }


def test_an_error_is_told_by_its_type_alone(
    client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.get("/fails")
    for name in ("GET /fails", "judge"):
        failed = by_name(spans)[name]
        assert failed.status.status_code is trace.StatusCode.ERROR
        assert (failed.attributes or {})["error.type"] == "ValueError"
    assert holds_no_answer(spans)


def test_a_call_of_the_llm_is_a_span_with_what_it_used(
    spans: InMemorySpanExporter, tmp_path: object
) -> None:
    with OpenAIServer(otherwise=answers_with(nothing_said)) as server:
        server.script(status(500))
        judge = judge_for(server, tmp_path, Sleeper())  # type: ignore[arg-type]
        asyncio.run(judge.judge(task()))
        judge.close()

    call = by_name(spans)["chat judge-model"]
    attributes = dict(call.attributes or {})
    assert attributes["gen_ai.usage.input_tokens"] == 100
    assert attributes["gen_ai.usage.output_tokens"] == 20
    assert call.kind is trace.SpanKind.CLIENT
    assert holds_no_answer(spans)


def test_without_an_sdk_nothing_is_recorded_and_all_goes_on(client: TestClient) -> None:
    assert client.get("/v1/things/1").text == "done"
