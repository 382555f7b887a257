from __future__ import annotations

import logging

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.observability import RequestIds, current_request_id
from tests.api.observability.written import Logs

_log = logging.getLogger("api.test")


async def told(_: Request) -> Response:
    _log.info("at work")
    return PlainTextResponse(current_request_id() or "")


async def fails(_: Request) -> Response:
    raise RuntimeError


async def answers_error(_: Request, __: Exception) -> Response:
    return JSONResponse({"request_id": current_request_id()}, 500)


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[Route("/v1/things/{thing}", told), Route("/fails", fails)],
        middleware=[Middleware(RequestIds)],
        exception_handlers={Exception: answers_error},
    )
    return TestClient(app, raise_server_exceptions=False)


def test_every_request_gets_an_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/v1/things/1").headers["X-Request-Id"] for _ in range(10)}
    assert len(ids) == 10


@pytest.mark.parametrize("sane", ["a", "req-1", "01J9ZQ.x:y/z=", "x" * 128])
def test_a_sane_id_of_the_caller_is_kept(client: TestClient, sane: str) -> None:
    response = client.get("/v1/things/1", headers={"X-Request-Id": sane})
    assert response.headers["X-Request-Id"] == response.text == sane


@pytest.mark.parametrize("odd", ["", " ", "x" * 129, "a b", 'a"b', "<script>", "-", "a\tb", "é"])
def test_any_other_is_replaced(client: TestClient, odd: str) -> None:
    response = client.get("/v1/things/1", headers=[(b"X-Request-Id", odd.encode())])
    assert response.headers["X-Request-Id"] == response.text
    assert response.text not in {"", odd}


def test_it_is_known_where_an_error_is_answered(client: TestClient) -> None:
    response = client.get("/fails", headers={"X-Request-Id": "req-7"})
    assert response.json() == {"request_id": "req-7"}


def test_log_records_carry_it_and_tell_the_route_not_the_path(
    client: TestClient, logs: Logs
) -> None:
    logs.configure("INFO")
    client.get("/v1/things/cand-42?candidate=jane", headers={"X-Request-Id": "req-9"})

    work, request = logs.records
    assert (work["message"], work["request_id"]) == ("at work", "req-9")
    assert request["logger"] == "api.requests"
    assert request["request_id"] == "req-9"
    assert (request["method"], request["route"], request["status"]) == (
        "GET",
        "/v1/things/{thing}",
        200,
    )
    assert "jane" not in logs.text
    assert "cand-42" not in logs.text


def test_a_request_that_fails_is_logged_as_such(client: TestClient, logs: Logs) -> None:
    logs.configure("INFO")
    client.get("/fails")
    client.get("/nowhere")
    client.request("MADEUP", "/v1/things/1")
    assert [(r["method"], r["route"], r["status"]) for r in logs.records] == [
        ("GET", "/fails", 500),
        ("GET", "none", 404),
        ("_OTHER", "/v1/things/{thing}", 405),
    ]


def test_text_lines_carry_it_too(client: TestClient, logs: Logs) -> None:
    logs.configure("INFO", "text")
    client.get("/v1/things/1", headers={"X-Request-Id": "req-9"})
    assert "INFO    api.test [req-9]: at work\n" in logs.text
