"""What stands around the routes: limits, bounded work, request ids, figures, an orderly stop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.auth import Scope
from api.grading import new_submission
from api.records import RubricDocuments, Tenants
from api.serving import GracefulServer
from grader.errors import ConfigurationError
from grader.settings import Settings
from tests.api.support import FIRST, Caller, ScriptedJudge, Service, scripted_grader

_PATIENCE = 30.0  # only a stuck test waits so long
BODY = {"rubric_id": FIRST.id, "answer": "It decouples the zeppelin."}
ELSEWHERE = ("203.0.113.9", 50_000)


@dataclass
class Gate:
    """Holds every judgement up until it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)

    async def __call__(self) -> None:
        self.reached.set()
        while not self.opened.is_set():  # noqa: ASYNC110 - opened by another thread
            await asyncio.sleep(0.01)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


@contextmanager
def running(settings: Settings, gate: Gate | None = None, **changes: Any) -> Iterator[Service]:
    changed = settings.model_copy(update=changes)
    with Service.running(changed, scripted_grader(changed, ScriptedJudge(gate))) as service:
        yield service


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Any) -> Settings:
    return Settings.model_validate({"database_url": sqlite_url, "data_dir": tmp_path})


def from_elsewhere(service: Service) -> TestClient:
    return TestClient(service.http.app, raise_server_exceptions=False, client=ELSEWHERE)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def test_every_response_names_its_request(settings: Settings) -> None:
    with running(settings) as service:
        made = service.http.get("/healthz").headers["X-Request-Id"]
        assert len(made) == 32
        given = service.http.get("/healthz", headers={"X-Request-Id": "job-7"})
        assert given.headers["X-Request-Id"] == "job-7"


def test_every_problem_names_its_request(settings: Settings) -> None:
    with running(settings) as service:

        @service.http.app.get("/break")  # type: ignore[attr-defined, untyped-decorator]
        async def break_it() -> None:
            raise RuntimeError

        for method, path, status in (
            ("GET", "/v1/grades/grd_x", 404),
            ("POST", "/v1/grades", 422),
            ("PUT", "/v1/grades", 405),
            ("GET", "/break", 500),
        ):
            response = service.http.request(method, path)
            assert response.status_code == status
            assert response.json()["request_id"] == response.headers["X-Request-Id"]


def test_a_key_may_make_so_many_requests(settings: Settings) -> None:
    with running(settings, rate_limit="3/hour") as service:
        acme, other = service.caller("acme"), service.caller("other")
        told = [acme("GET", "/v1/grades") for _ in range(4)]
        assert [response.status_code for response in told] == [200, 200, 200, 429]
        assert told[0].headers["RateLimit-Policy"] == '"per-hour";q=3;w=3600'
        assert told[2].headers["RateLimit"].startswith('"per-hour";r=0;')
        assert int(told[3].headers["Retry-After"]) > 0
        assert told[3].json()["request_id"] == told[3].headers["X-Request-Id"]
        assert other("GET", "/v1/grades").status_code == 200
        assert service.http.get("/healthz").status_code == 200


def test_this_machine_without_a_key_is_not_counted(settings: Settings) -> None:
    with running(settings, rate_limit="1/hour", rate_limit_address="1/hour") as service:
        told = [service.http.get("/v1/grades") for _ in range(3)]
        assert {response.status_code for response in told} == {200}
        assert "RateLimit" not in told[0].headers


def test_made_up_keys_are_counted_by_where_they_come_from(settings: Settings) -> None:
    with running(settings, rate_limit_address="3/hour") as service:
        http = from_elsewhere(service)
        told = [Caller(http, f"grk_{number}_x")("GET", "/v1/grades") for number in range(5)]
        assert [response.status_code for response in told] == [401, 401, 401, 429, 429]


def test_a_limit_that_cannot_be_read_is_told_at_the_start(settings: Settings) -> None:
    wrong = settings.model_copy(update={"rate_limit": "lots"})
    with pytest.raises(ConfigurationError, match="'lots' cannot be read"):
        create_app(wrong, scripted_grader(wrong))


def test_more_work_than_may_wait_is_refused_and_the_rest_goes_on(
    settings: Settings, gate: Gate
) -> None:
    with (
        running(settings, gate, max_running=1, max_waiting=0) as service,
        ThreadPoolExecutor() as pool,
    ):
        first = pool.submit(service.http.post, "/v1/grades", json=BODY)
        assert gate.reached.wait(_PATIENCE)

        refused = service.http.post("/v1/grades", json=BODY)
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert int(refused.headers["Retry-After"]) > 0
        assert service.http.get("/v1/grades").status_code == 200
        assert 'grader_work{state="running"} 1.0' in service.http.get("/metrics").text
        later = service.http.post("/v1/grades", json=BODY, headers={"Prefer": "respond-async"})
        assert later.status_code == 202

        gate.opened.set()
        assert first.result().status_code == 201


def test_grading_that_takes_too_long_is_given_up_and_leaves_no_grade(
    settings: Settings, gate: Gate
) -> None:
    with running(settings, gate, request_seconds=0.2) as service:
        slow = service.http.post("/v1/grades", json=BODY, headers={"Idempotency-Key": "k"})
        assert (slow.status_code, slow.json()["code"]) == (504, "time_limit_exceeded")
        assert service.http.get("/v1/grades").json()["items"] == []
        gate.opened.set()
        again = service.http.post("/v1/grades", json=BODY, headers={"Idempotency-Key": "k"})
        assert again.status_code == 201


def test_figures_are_for_this_machine_and_for_admins(settings: Settings) -> None:
    with running(settings) as service:
        admin, reader = service.caller("acme", Scope.ADMIN), service.caller("acme", Scope.READ)
        service.caller("acme").grade()
        here = service.http.get("/metrics")
        assert 'grader_grades_total{judge="scripted",outcome="' in here.text
        assert 'route="/v1/grades",status="201"' in here.text
        elsewhere = from_elsewhere(service)
        assert elsewhere.get("/metrics").status_code == 401
        assert Caller(elsewhere, reader.key)("GET", "/metrics").status_code == 403
        assert Caller(elsewhere, admin.key)("GET", "/metrics").status_code == 200


def test_grades_made_in_the_background_are_counted(settings: Settings) -> None:
    with running(settings) as service:
        service.http.post("/v1/grades", json=BODY, headers={"Prefer": "respond-async"})
        until(lambda: "grader_grades_total{" in service.http.get("/metrics").text)


def test_a_request_its_retrieval_and_its_judgement_are_one_trace(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    with running(settings) as service:
        service.http.post("/v1/grades?who=zeppelin", json=BODY)
    finished = exporter.get_finished_spans()
    spans = {span.name: span for span in finished}
    assert sorted(spans) == ["POST /v1/grades", "judge", "retrieve"]
    assert len(finished) == len(spans)
    request = spans["POST /v1/grades"]
    assert spans["retrieve"].parent == spans["judge"].parent == request.context
    assert not any("zeppelin" in span.to_json() for span in spans.values())
    provider.shutdown()


def test_an_error_of_the_database_quotes_no_answer(service: Service) -> None:
    async def twice(session: AsyncSession) -> None:
        tenant = await Tenants(session).named_or_new("acme")
        await RubricDocuments(session, tenant.id).keep(FIRST)
        rows = [new_submission(tenant.id, FIRST, "the zeppelin") for _ in "ab"]
        rows[1].id = rows[0].id
        for row in rows:
            session.add(row)
            await session.flush()
            session.expunge(row)

    with pytest.raises(IntegrityError) as caught:
        service.in_records(twice)
    assert "INSERT INTO submissions" in str(caught.value)
    assert "zeppelin" not in str(caught.value)


def test_what_is_under_way_at_the_stop_is_finished(settings: Settings, gate: Gate) -> None:
    with scripted_grader(settings, ScriptedJudge(gate)) as grader, ThreadPoolExecutor() as pool:
        app = create_app(settings, grader)
        config = uvicorn.Config(app, port=0, log_config=None, ws="none")
        server = GracefulServer(config, app.state.admission, _PATIENCE)
        thread = threading.Thread(target=server.run)
        thread.start()
        until(lambda: server.started)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1/grades"
        under_way = pool.submit(httpx.post, url, json=BODY, timeout=_PATIENCE)
        assert gate.reached.wait(_PATIENCE)
        server.should_exit = True
        until(lambda: app.state.admission.stopping)
        gate.opened.set()
        assert under_way.result().status_code == 201
        thread.join(_PATIENCE)
        assert not thread.is_alive()
