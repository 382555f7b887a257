from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Scope

from api.rate_limits import RateLimiter, RateLimits, by_address, by_credential, examine
from grader.errors import ConfigurationError
from grader.settings import Settings


async def by_key(scope: Scope) -> str | None:
    return dict(scope["headers"]).get(b"x-key", b"").decode() or None


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


App = tuple[RateLimits, RateLimiter]


def limited(
    policies: str,
    storage: str = "memory://",
    key: Callable[[Scope], Awaitable[str | None]] = by_key,
) -> App:
    limiter = RateLimiter(policies, storage)
    app = Starlette(routes=[Route("/v1/hello", hello), Route("/healthz", hello)])
    return RateLimits(app, limiter, key), limiter


def ask(limited: App, *keys: str, path: str = "/v1/hello") -> list[httpx.Response]:
    app, limiter = limited

    async def all_in_turn() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        opened = httpx.AsyncClient(transport=transport, base_url="http://test")
        async with aclosing(limiter), opened as client:
            return [await client.get(path, headers={"X-Key": key} if key else {}) for key in keys]

    return asyncio.run(all_in_turn())


def test_what_is_left_is_told_on_every_response() -> None:
    first, second = ask(limited("3/hour"), "a", "a")

    assert first.text == "hello"
    assert first.headers["RateLimit-Policy"] == '"per-hour";q=3;w=3600'
    assert re.fullmatch(r'"per-hour";r=2;t=(3600|3599)', first.headers["RateLimit"])
    assert second.headers["RateLimit"].startswith('"per-hour";r=1;')
    assert "Retry-After" not in first.headers


def test_beyond_the_limit_the_answer_is_a_problem_that_says_when_to_come_back() -> None:
    *_, refused = ask(limited("2/hour"), "a", "a", "a")

    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 3590 <= int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit"].startswith('"per-hour";r=0;')
    problem = refused.json()
    assert problem["code"] == "rate_limited"
    assert problem["violated-policies"] == ["per-hour"]
    assert "2 per hour" in problem["detail"]


def test_each_client_has_its_own_count() -> None:
    codes = [r.status_code for r in ask(limited("1/hour"), "a", "b", "a", "b")]
    assert codes == [200, 200, 429, 429]


def test_what_names_no_client_is_not_counted() -> None:
    responses = ask(limited("1/hour"), "", "", "")
    assert [r.status_code for r in responses] == [200, 200, 200]
    assert all("RateLimit" not in r.headers for r in responses)


def test_what_a_short_window_refuses_does_not_count_in_a_long_one() -> None:
    responses = ask(limited("5/day; 2/hour; 4/12 hour"), *"aaaaaa")

    assert [r.status_code for r in responses] == [200, 200, 429, 429, 429, 429]
    assert responses[0].headers["RateLimit-Policy"] == (
        '"per-hour";q=2;w=3600, "per-12-hours";q=4;w=43200, "per-day";q=5;w=86400'
    )
    left = re.findall(r'"([\w-]+)";r=(\d+)', responses[-1].headers["RateLimit"])
    assert left == [("per-hour", "0"), ("per-12-hours", "2"), ("per-day", "3")]


def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    app = limited("1/second")
    first, refused = ask(app, "a", "a")
    assert (first.status_code, refused.status_code) == (200, 429)
    time.sleep(int(refused.headers["Retry-After"]))
    assert ask(app, "a")[0].status_code == 200


def test_many_at_once_do_not_get_more_than_the_limit() -> None:
    app, _ = limited("10/hour")

    async def together() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            asked = [client.get("/v1/hello", headers={"X-Key": "a"}) for _ in range(50)]
            return [response.status_code for response in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(together())) == [200] * 10 + [429] * 40


def test_without_keys_requests_count_by_address_and_probes_do_not() -> None:
    app = limited("1/hour", key=by_address)
    assert [r.status_code for r in ask(app, "", "")] == [200, 429]
    assert [r.status_code for r in ask(app, "", "", path="/healthz")] == [200, 200]


def test_each_credential_counts_apart_and_an_outer_limit_bounds_those_made_up() -> None:
    within, limiter = limited("2/hour", key=by_credential)
    app = RateLimits(within, RateLimiter("4/hour"), by_address)

    async def all_in_turn() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [
                await client.get("/v1/hello", headers={"Authorization": f"Bearer {key}"})
                for key in "aaabc"
            ]

    responses = asyncio.run(all_in_turn())
    asyncio.run(limiter.aclose())
    assert [r.status_code for r in responses] == [200, 200, 429, 200, 429]
    assert responses[0].headers["RateLimit-Policy"] == '"per-hour";q=2;w=3600'
    assert responses[-1].headers["RateLimit-Policy"] == '"per-hour";q=4;w=3600'


@pytest.mark.parametrize("policies", ["", "many", "10", "10/fortnight", "-1/second", "10/minute;x"])
def test_a_limit_that_cannot_be_read_is_said_at_start_up(policies: str) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read.*600/minute"):
        RateLimiter(policies)


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://example.com", "async+memory://"])
def test_a_store_that_cannot_be_is_said_at_start_up(url: str) -> None:
    with pytest.raises(ConfigurationError, match="'redis://'"):
        RateLimiter("1/second", url)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    server = shutil.which("redis-server")
    if server is None:
        if os.environ.get("GRADER_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [
        server,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            _wait_until_there(port)
            yield f"redis://127.0.0.1:{port}"
        finally:
            running.terminate()


def _wait_until_there(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def test_processes_share_their_counts_through_redis(redis_url: str) -> None:
    codes = [ask(limited("3/hour", redis_url), "a", "a")[1].status_code for _ in range(2)]
    assert codes == [200, 429]


def test_a_store_that_is_down_is_reported_once_and_takes_nothing_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        app = limited("1/hour", f"redis://127.0.0.1:{nobody.getsockname()[1]}")
        with caplog.at_level(logging.WARNING):
            responses = ask(app, "a", "a", "a")
    assert [r.status_code for r in responses] == [200, 200, 200]
    assert len([r for r in caplog.records if "not limited" in r.message]) == 1


def test_the_doctor_reaches_the_store(redis_url: str) -> None:
    told = examine(Settings(rate_limit="5/second", rate_limit_store=redis_url))
    assert told == f"5/second with one key, 30000/minute from one address; counted at {redis_url}"
    assert "by each process for itself" in examine(Settings())


def test_the_doctor_says_that_without_the_store_nothing_is_limited() -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(
            ConfigurationError, match=r"not limited.*GRADER_RATE_LIMIT_STORE"
        ) as told:
            examine(Settings(rate_limit_store=f"redis://user:s3cret@{url}"))
    assert url in str(told.value)
    assert "s3cret" not in str(told.value)
