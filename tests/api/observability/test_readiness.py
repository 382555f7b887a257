from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.observability import Part, Standing
from grader.errors import IndexUnavailable
from grader.settings import Settings
from tests.api.support import Service, scripted_grader
from tests.grader.judges.llm.play import settings_for
from tests.support.no_growth import no_growth
from tests.support.openai_server import OpenAIServer


class Probe:
    """Fails as long as it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


def test_a_part_is_asked_each_time() -> None:
    async def act() -> list[Standing]:
        probe = Probe()
        part = Part("records", probe)
        found = [await part.standing()]
        probe.error = IndexUnavailable("gone")
        found.append(await part.standing())
        probe.error = None
        return [*found, await part.standing()]

    assert asyncio.run(act()) == [Standing.OK, Standing.UNAVAILABLE, Standing.OK]


def test_what_is_remembered_is_not_asked_again_however_many_ask() -> None:
    async def act() -> tuple[int, set[Standing]]:
        probe = Probe()
        part = Part("llm", probe, remembered=60)
        found = await asyncio.gather(*(part.standing() for _ in range(10)))
        return probe.asked, set(found)

    assert asyncio.run(act()) == (1, {Standing.OK})


def test_a_probe_that_hangs_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.observability._readiness._PATIENCE_SECONDS", 0.01)

    async def act() -> Standing:
        async def hang() -> None:
            await asyncio.Event().wait()

        return await Part("index", hang).standing()

    assert asyncio.run(act()) is Standing.UNAVAILABLE


def test_without_the_llm_the_service_is_degraded_and_says_so(
    service_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.observability._readiness._PATIENCE_SECONDS", 60.0)
    with OpenAIServer() as model:
        llm = settings_for(model, service_settings.data_dir).llm
        settings = service_settings.model_copy(update={"judge": "llm", "llm": llm})
        with Service.running(settings, scripted_grader(settings)) as service:
            assert service.http.get("/readyz").json()["parts"]["llm"] == "ok"
    with Service.running(settings, scripted_grader(settings)) as service:
        response = service.http.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "degraded",
        "rubrics": 2,
        "parts": {"records": "ok", "index": "ok", "disk": "ok", "llm": "unavailable"},
    }
    assert model.base_url not in response.text


def test_a_service_that_stops_wants_nothing_more(service_settings: Settings) -> None:
    with Service.running(service_settings, scripted_grader(service_settings)) as service:
        portal = service.http.portal
        assert portal is not None
        portal.call(service.http.app.state.admission.drain, 1.0)  # type: ignore[attr-defined]
        response = service.http.get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "stopping"


def test_without_room_for_the_records_the_service_is_unavailable_and_the_log_says_why(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database_url=SecretStr(sqlite_url), data_dir=tmp_path)
    with Service.running(settings, scripted_grader(settings)) as service:
        assert service.http.get("/readyz").json()["parts"]["disk"] == "ok"
        with no_growth():
            response = service.http.get("/readyz")
        assert service.http.get("/readyz").json()["status"] == "ready"
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["parts"] == {
        "records": "unavailable",
        "index": "ok",
        "disk": "unavailable",
    }
    assert str(tmp_path) not in response.text
    assert f"disk: unavailable, was ok: {tmp_path} cannot be written" in caplog.text


def test_without_room_for_uploads_records_elsewhere_are_still_kept(
    postgres_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=SecretStr(postgres_url), data_dir=tmp_path)
    with (
        Service.running(settings, scripted_grader(settings)) as service,
        no_growth(),
    ):
        response = service.http.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["parts"]["records"] == "ok"
