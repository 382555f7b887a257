"""Traces and figures of the whole service, with a model on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from grader.settings import Settings
from tests.api.batches.support import lines, sent, until
from tests.api.support import ANSWER, FIRST, ScriptedJudge, Service, scripted_grader
from tests.grader.judges.llm.play import Sleeper, judge_for, nothing_said, settings_for
from tests.support.openai_server import OpenAIServer, answers_with, status


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=answers_with(nothing_said)) as running:
        yield running


@pytest.fixture
def judged(service_settings: Settings, model: OpenAIServer) -> Iterator[Service]:
    """The service with an LLM judge."""
    llm = settings_for(model, service_settings.data_dir).llm
    settings = service_settings.model_copy(update={"judge": "llm", "llm": llm})
    judge = judge_for(model, settings.data_dir, Sleeper())
    with Service.running(settings, scripted_grader(settings, judge)) as running:
        yield running


def figures(service: Service, name: str) -> dict[tuple[str, ...], float]:
    text = service.http.get("/metrics").text
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def test_a_grade_is_one_trace_from_the_request_to_the_call_of_the_model(
    judged: Service, spans: InMemorySpanExporter
) -> None:
    made = judged.caller("acme").grade(headers={"X-Request-Id": "req-1"})
    assert made.status_code == 201

    found: dict[str, ReadableSpan] = {each.name: each for each in spans.get_finished_spans()}
    request = found["POST /v1/grades"]
    assert (request.attributes or {})["request_id"] == "req-1"
    assert request.parent is None
    assert found["retrieve"].parent == found["judge"].parent == request.context
    assert found["chat judge-model"].parent == found["judge"].context
    assert (found["retrieve"].attributes or {})["rubric.id"] == FIRST.id
    assert not any(ANSWER[:20] in each.to_json() for each in found.values())


def test_verdicts_tokens_calls_and_the_judges_time_are_counted(judged: Service) -> None:
    acme = judged.caller("acme")
    acme.grade()
    acme.grade("It decouples, too.")

    points = len(FIRST.points)
    assert figures(judged, "grader_verdicts_total") == {("llm", "missing"): 2 * points}
    assert figures(judged, "grader_llm_calls_total") == {(): 2}
    assert figures(judged, "grader_llm_tokens_total") == {("input",): 200, ("output",): 40}
    assert figures(judged, "grader_judge_duration_seconds_count") == {("llm", "judged"): 2}
    assert figures(judged, "grader_judge_duration_seconds_sum")["llm", "judged"] > 0


def test_a_judge_that_fails_is_counted_as_such(judged: Service, model: OpenAIServer) -> None:
    model.otherwise = status(500)
    graded = judged.caller("acme").grade().json()

    assert graded["score"] is None
    points = len(FIRST.points)
    assert figures(judged, "grader_verdicts_total") == {("llm", "ungraded"): points}
    assert figures(judged, "grader_judge_duration_seconds_count") == {("llm", "unavailable"): 1}


def test_what_waits_is_told_as_it_stands_in_the_records(service_settings: Settings) -> None:
    hold = asyncio.Event()
    judge = ScriptedJudge(pause=hold.wait)
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(3))
        promised = acme.grade(headers={"Prefer": "respond-async"})
        assert promised.status_code == 202
        held = figures(service, "grader_queue")
        assert held == {("batch_answers",): 3, ("promised_grades",): 1, ("webhook_deliveries",): 0}
        portal = service.http.portal
        assert portal is not None
        portal.call(hold.set)
        assert until(acme, batch)["counts"]["graded"] == 3
        assert figures(service, "grader_queue")["batch_answers",] == 0
