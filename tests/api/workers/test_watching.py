"""What a worker answers of itself."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.observability import Metrics
from api.records import Database, database_url
from api.watching import watched
from grader.errors import ConfigurationError
from grader.settings import Settings
from tests.api.support import scripted_grader


def test_probes_and_figures_are_answered(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr(postgres_url), data_dir=tmp_path)

    async def act() -> dict[str, httpx.Response]:
        database = Database(database_url(settings))
        figures = Metrics()
        figures.judged("scripted", 0.1, judged=True)
        try:
            with scripted_grader(settings) as grader:
                async with (
                    watched(database, grader, figures, "127.0.0.1", 0) as port,
                    httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
                ):
                    return {
                        path: await http.get(path)
                        for path in ("/healthz", "/readyz", "/metrics", "/v1/grades")
                    }
        finally:
            await database.close()

    found = asyncio.run(act())
    assert found["/healthz"].json() == {"status": "ok"}
    assert found["/readyz"].json()["status"] == "ready"
    assert 'grader_judge_duration_seconds_count{judge="scripted",outcome="judged"} 1.0' in (
        found["/metrics"].text
    )
    assert 'grader_queue{queue="batch_answers"} 0.0' in found["/metrics"].text
    assert found["/v1/grades"].status_code == 404


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    async def act(port: int) -> None:
        database = Database(database_url(settings))
        try:
            with scripted_grader(settings) as grader:
                async with watched(database, grader, Metrics(), "127.0.0.1", port):
                    pass
        finally:
            await database.close()

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port}: Address already in use"):
            asyncio.run(act(port))
