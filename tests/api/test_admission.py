"""Real requests at the same time, through a real server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from api.admission import Admission, AdmissionControl, Limits, Overloaded, TimeLimitExceeded
from api.serving import GracefulServer

_PATIENCE = 20.0  # only a stuck test waits so long


@dataclass
class Play:
    """An application whose work goes on until it is let go."""

    gate: threading.Event = field(default_factory=threading.Event)
    begun: int = 0
    cancelled: int = 0
    most_at_once: int = 0
    _now: int = 0

    async def grade(self, _: Request) -> Response:
        self.begun += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            while not self.gate.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self._now -= 1
        return JSONResponse({"id": "grd_1"}, 201)

    async def healthz(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/grades", self.grade, methods=["POST"]),
                Route("/healthz", self.healthz),
            ]
        )


@dataclass
class Running:
    """A server, and requests to it."""

    url: str
    server: uvicorn.Server
    admission: Admission
    play: Play
    thread: threading.Thread
    pool: ThreadPoolExecutor

    def post(self) -> Future[httpx.Response]:
        return self.pool.submit(httpx.post, f"{self.url}/v1/grades", timeout=_PATIENCE)

    def post_until_admitted(self, running: int, waiting: int = 0) -> list[Future[httpx.Response]]:
        futures = [self.post() for _ in range(running + waiting)]
        until(lambda: (self.admission.running, self.admission.waiting) == (running, waiting))
        return futures


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.005)


@contextmanager
def serving(limits: Limits, *, seconds_to_stop: float = _PATIENCE) -> Iterator[Running]:
    play, admission = Play(), Admission(limits)
    app = AdmissionControl(play.app, admission)
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server = GracefulServer(config, admission, seconds_to_stop)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with ThreadPoolExecutor(32) as pool:
        running = Running(f"http://127.0.0.1:{port}", server, admission, play, thread, pool)
        try:
            yield running
        finally:
            play.gate.set()
            server.should_exit = True
            thread.join()


def codes(futures: list[Future[httpx.Response]]) -> list[int]:
    return sorted(future.result().status_code for future in futures)


def test_no_more_run_at_once_than_may_and_the_rest_wait_their_turn() -> None:
    with serving(Limits(running=3, waiting=20)) as running:
        futures = running.post_until_admitted(running=3, waiting=9)
        running.play.gate.set()
        assert codes(futures) == [201] * 12
        assert running.play.most_at_once == 3


def test_beyond_what_may_wait_the_answer_is_a_503_at_once_and_nothing_collapses() -> None:
    with serving(Limits(running=2, waiting=3)) as running:
        admitted = running.post_until_admitted(running=2, waiting=3)

        refused = [running.post().result() for _ in range(5)]

        assert [r.status_code for r in refused] == [503] * 5
        assert refused[0].headers["Content-Type"] == "application/problem+json"
        assert refused[0].json()["code"] == "overloaded"
        assert "2 answers are being graded and 3 more are waiting" in refused[0].json()["detail"]
        assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
        assert httpx.get(f"{running.url}/healthz").status_code == 200

        running.play.gate.set()
        assert codes(admitted) == [201] * 5
        assert running.post().result().status_code == 201


def test_what_waits_too_long_is_told_so() -> None:
    with serving(Limits(running=1, waiting=5, patience=0.1)) as running:
        first = running.post_until_admitted(running=1)
        impatient = running.post().result()
        running.play.gate.set()

        assert impatient.status_code == 503
        assert "within 0.1 seconds" in impatient.json()["detail"]
        assert codes(first) == [201]
        assert running.admission.waiting == 0


def test_work_that_takes_too_long_is_cancelled_and_its_place_is_free_again() -> None:
    with serving(Limits(running=1, waiting=5, seconds=0.1)) as running:
        slow = running.post().result()

        assert slow.status_code == 504
        assert slow.json()["code"] == "time_limit_exceeded"
        assert "nothing was graded" in slow.json()["detail"]
        assert running.play.cancelled == 1
        running.play.gate.set()
        assert running.post().result().status_code == 201


def test_told_to_stop_it_finishes_what_runs_and_turns_away_what_waits() -> None:
    with serving(Limits(running=2, waiting=5)) as running:
        futures = running.post_until_admitted(running=2, waiting=2)
        running.server.should_exit = True
        until(lambda: running.admission.waiting == 0)
        running.play.gate.set()
        running.thread.join()

        assert codes(futures) == [201, 201, 503, 503]
        refused = next(f.result() for f in futures if f.result().status_code == 503)
        assert refused.json()["code"] == "shutting_down"
        assert running.play.cancelled == 0


def test_what_does_not_finish_in_time_is_cancelled_and_told() -> None:
    with serving(Limits(running=2, waiting=5), seconds_to_stop=0.2) as running:
        futures = running.post_until_admitted(running=2)
        running.server.should_exit = True
        running.thread.join()

        assert codes(futures) == [503, 503]
        assert futures[0].result().json()["code"] == "shutting_down"
        assert running.play.cancelled == 2


def test_a_response_that_has_begun_is_never_turned_into_another() -> None:
    async def drip(_: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"some"
            await asyncio.sleep(_PATIENCE)

        return StreamingResponse(body())

    admission = Admission(Limits(seconds=0.05))
    app = AdmissionControl(Starlette(routes=[Route("/", drip)]), admission, lambda _: True)
    sent: list[str] = []

    async def once() -> None:
        async def receive() -> dict[str, object]:
            await asyncio.sleep(_PATIENCE)
            return {"type": "http.disconnect"}

        async def send(message: object) -> None:
            sent.append(message["type"])  # type: ignore[index]

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    asyncio.run(once())
    assert sent == ["http.response.start", "http.response.body"]
    assert admission.running == 0


def test_an_error_in_the_work_is_its_own_and_frees_the_place() -> None:
    async def failing() -> None:
        admission = Admission(Limits(running=1))
        for _ in range(3):
            with pytest.raises(TimeoutError, match="a socket's"):
                async with admission.place():
                    raise TimeoutError("a socket's")
        assert (admission.running, admission.waiting) == (0, 0)

    asyncio.run(failing())


def test_places_are_given_in_the_order_of_asking() -> None:
    async def in_order() -> list[int]:
        admission, done = Admission(Limits(running=1, waiting=100)), []

        async def work(number: int) -> None:
            async with admission.place():
                await asyncio.sleep(0)
                done.append(number)

        await asyncio.gather(*(work(number) for number in range(50)))
        return done

    assert asyncio.run(in_order()) == list(range(50))


def test_whoever_gives_up_waiting_leaves_no_trace() -> None:
    async def cancelled() -> None:
        admission = Admission(Limits(running=1, waiting=1))
        async with admission.place():
            waiter = asyncio.create_task(_hold(admission))
            await asyncio.sleep(0)
            waiter.cancel()
            await asyncio.gather(waiter, return_exceptions=True)
            assert admission.waiting == 0
        async with admission.place():
            pass

    asyncio.run(cancelled())


async def _hold(admission: Admission) -> None:
    async with admission.place():
        await asyncio.sleep(_PATIENCE)


def test_without_room_to_wait_a_free_place_is_still_given() -> None:
    async def none_waits() -> None:
        admission = Admission(Limits(running=1, waiting=0, seconds=0.05))
        holding = asyncio.create_task(_hold(admission))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await _hold(admission)
        with pytest.raises(TimeLimitExceeded):
            await holding

    asyncio.run(none_waits())


def test_draining_says_whether_all_ended_by_itself() -> None:
    async def drained(seconds: float) -> bool:
        admission = Admission(Limits())
        work = asyncio.create_task(_hold(admission)) if seconds else None
        await asyncio.sleep(0)
        ended = await admission.drain(seconds)
        if work is not None:
            await asyncio.gather(work, return_exceptions=True)
        return ended

    assert asyncio.run(drained(0))
    assert not asyncio.run(drained(0.05))
