"""Watching interviews over real connections: a test client would wait for the end of the stream."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from sse_starlette import EventSourceResponse

from api.app import create_app
from api.auth import Scope
from api.serving import GracefulServer
from grader.settings import Settings
from tests.api.interviews.play import ALL, PATIENCE, begin, do, said, talking_grader
from tests.api.support import Caller, Service

FROM_START_TO_END = [
    *["started", "question_asked", "answer_received", "graded", "follow_up_asked"],
    *["paused", "resumed", "question_closed", "question_asked"],
    *["answer_received", "graded", "question_closed", "finished"],
]


@dataclass(frozen=True)
class Served:
    """A service on a port of this machine."""

    url: str
    server: GracefulServer
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    with talking_grader(settings) as grader:
        app = create_app(settings, grader)
        config = uvicorn.Config(app, port=0, log_config=None, ws="none")
        server = GracefulServer(config, app.state.admission, PATIENCE)
        thread = threading.Thread(target=server.run)
        thread.start()
        end = time.monotonic() + PATIENCE
        while not server.started:
            assert time.monotonic() < end, "it never started"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        served = Served(f"http://127.0.0.1:{port}", server, thread)
        try:
            yield served
        finally:
            served.stop()


@pytest.fixture
def served(service: Service) -> Iterator[Served]:
    """A second process, as it were, over the records of `service`."""
    with serving(service.settings) as running:
        yield running


class Stream:
    """Events as they come; `read` waits for the next ones."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()

    def read(self, count: int = 1_000) -> list[dict[str, Any]]:
        """Return so many events, or all until the stream ends."""
        events: list[dict[str, Any]] = []
        event: dict[str, Any] = {}
        while len(events) < count:
            line = next(self._lines, None)
            if line is None:
                break
            name, _, value = line.partition(": ")
            if line.startswith(":"):
                continue
            if line:
                event[name] = value
            elif event:
                data = json.loads(event["data"])
                assert (data["type"], str(data["number"])) == (event["event"], event["id"])
                events.append(data)
                event = {}
        return events

    def comment(self) -> str:
        """Return the next line that belongs to no event."""
        return next(line for line in self._lines if line.startswith(":"))


@contextmanager
def watching(
    served: Served, key: str, interview: Any, last: int | None = None, query: str = ""
) -> Iterator[Stream]:
    headers = {"Authorization": f"Bearer {key}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    url = f"{served.url}/v1/interviews/{interview['id']}/events{query}"
    with httpx.stream("GET", url, headers=headers, timeout=PATIENCE) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield Stream(response)


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def test_events_come_as_they_happen_wherever_they_happen(acme: Caller, served: Served) -> None:
    interview = begin(acme)
    with watching(served, acme.key, interview) as stream:
        started, asked = stream.read(2)
        assert started["opening"] == "Welcome."
        assert (asked["ask"], asked["turn"]) == ("What about queues?", 1)
        interview = said(acme, interview, "beta")
        assert types(stream.read(3)) == ["answer_received", "graded", "follow_up_asked"]
        do(acme, interview, "pause")
        interview = do(acme, interview, "resume")
        assert types(stream.read(2)) == ["paused", "resumed"]
        said(acme, interview, None, ALL)
        assert types(stream.read())[-1] == "finished"
    with watching(served, acme.key, interview) as stream:
        assert types(stream.read()) == FROM_START_TO_END


def test_a_lost_connection_is_taken_up_where_it_was(acme: Caller, served: Served) -> None:
    interview = said(acme, begin(acme), "beta")
    with watching(served, acme.key, interview, last=2) as stream:
        assert [event["number"] for event in stream.read(3)] == [3, 4, 5]
    ended = do(acme, interview, "end")
    with watching(served, acme.key, interview, last=5) as stream:
        assert types(stream.read()) == ["question_closed", "finished"]
    again = acme(
        "GET",
        f"/v1/interviews/{interview['id']}/events",
        headers={"Last-Event-ID": str(ended["last_event"])},
    )
    assert (again.status_code, again.content) == (204, b"")


def test_a_number_that_is_none_is_refused(acme: Caller) -> None:
    path = f"/v1/interviews/{begin(acme)['id']}/events"
    for last in ("x", "-1", "99999999999"):
        refused = acme("GET", path, headers={"Last-Event-ID": last})
        assert refused.status_code == 422
        assert "last-event-id" in refused.json()["errors"][0]["field"]


def test_candidates_are_not_shown_what_was_found(
    service: Service, acme: Caller, served: Served
) -> None:
    interview = do(acme, said(acme, begin(acme), "beta"), "end")
    platform = service.key("acme", Scope.READ)
    views = [(platform, ""), (acme.key, "?candidate_view=true")]
    for key, query in views:
        with watching(served, key, interview, query=query) as stream:
            events = stream.read()
        assert "graded" not in types(events)
        assert not any(event.get("why") or event.get("gap") for event in events)
        assert all(event.get("prompted") is None for event in events)


def test_a_silent_connection_is_kept_alive(
    acme: Caller, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventSourceResponse, "DEFAULT_PING_INTERVAL", 0.05)
    interview = begin(acme)
    with watching(served, acme.key, interview) as stream:
        stream.read(2)
        assert stream.comment().startswith(": ping")


def test_a_stream_ends_when_its_interview_is_deleted(acme: Caller, served: Served) -> None:
    interview = begin(acme, script="talk", candidate_id="ada")
    with watching(served, acme.key, interview) as stream:
        stream.read(2)
        assert acme("DELETE", "/v1/candidates/ada").status_code == 200
        assert stream.read() == []


def test_a_stream_ends_when_the_service_stops(acme: Caller, served: Served) -> None:
    interview = begin(acme)
    with watching(served, acme.key, interview) as stream:
        stream.read(2)
        served.server.should_exit = True
        assert stream.read() == []
