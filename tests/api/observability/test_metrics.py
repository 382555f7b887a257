from __future__ import annotations

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.admission import Admission, Limits
from api.observability import Metrics, MetricsMiddleware
from grader.settings import Settings
from tests.api.support import FIRST, scripted_grader


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def fails(_: Request) -> Response:
    raise RuntimeError


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client(metrics: Metrics) -> TestClient:
    app = Starlette(
        routes=[Route("/v1/things/{thing}", hello), Route("/fails", fails)],
        middleware=[Middleware(MetricsMiddleware, metrics=metrics)],
    )
    return TestClient(app, raise_server_exceptions=False)


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    text = bytes(metrics.response().body).decode()
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def test_requests_are_counted_by_route_whatever_the_ids(
    client: TestClient, metrics: Metrics
) -> None:
    for path in ("/v1/things/1", "/v1/things/2", "/v1/things/3", "/fails", "/a", "/b"):
        client.get(path)
    client.request("MADEUP1", "/v1/things/1")
    client.request("MADEUP2", "/v1/things/1")

    assert samples(metrics, "grader_http_request_duration_seconds_count") == {
        ("GET", "/v1/things/{thing}", "200"): 3,
        ("GET", "/fails", "500"): 1,
        ("GET", "none", "404"): 2,
        ("_OTHER", "/v1/things/{thing}", "405"): 2,
    }


def test_work_under_way_is_told_as_it_stands(metrics: Metrics) -> None:
    async def busy() -> dict[tuple[str, ...], float]:
        admission = Admission(Limits(running=1, waiting=5))
        metrics.watch(admission)
        async with admission.place():
            waiting = asyncio.create_task(_take(admission))
            await asyncio.sleep(0)
            told = samples(metrics, "grader_work")
        await waiting
        return told

    assert asyncio.run(busy()) == {("running",): 1, ("waiting",): 1}
    assert samples(metrics, "grader_work") == {("running",): 0, ("waiting",): 0}


async def _take(admission: Admission) -> None:
    async with admission.place():
        pass


def test_grades_are_counted_by_what_became_of_them(metrics: Metrics) -> None:
    with scripted_grader(Settings()) as grader:
        for _ in range(2):
            metrics.grade(asyncio.run(grader.grade("It decouples and buffers.", FIRST)))
    counted = samples(metrics, "grader_grades_total")
    assert sum(counted.values()) == 2
    assert {labels[0] for labels in counted} == {"scripted"}


def test_two_applications_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.request("GET", "/", 200, 0.1)
    assert samples(second, "grader_http_request_duration_seconds_count") == {}
