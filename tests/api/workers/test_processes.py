from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from api.cli import worker
from api.workers import check_worker_settings
from grader.errors import ConfigurationError
from grader.settings import Settings
from tests.api.batches.support import lines, results, sent, until
from tests.api.support import Caller, ScriptedJudge, Service, scripted_grader
from tests.load.kill import kill_while_grading


def test_killed_over_sqlite_every_line_has_one_result(sqlite_url: str, tmp_path: Path) -> None:
    environment = {"GRADER_DATABASE_URL": sqlite_url, "GRADER_DATA_DIR": str(tmp_path)}
    report = kill_while_grading(environment, lines=200, kills=2, workers=0, judge_seconds=0.05)
    assert len(report.moments) == 2
    assert report.exact
    assert report.counts["graded"] == 200


def test_killed_workers_over_postgresql_leave_one_result_for_every_line(
    postgres_url: str, tmp_path: Path
) -> None:
    # With this seed one worker is killed, and then the other.
    environment = {"GRADER_DATABASE_URL": postgres_url, "GRADER_DATA_DIR": str(tmp_path)}
    report = kill_while_grading(
        environment, lines=300, kills=2, workers=2, judge_seconds=0.15, seed=3
    )
    assert len(report.moments) == 2
    assert report.exact
    assert report.counts["graded"] == 300


def test_two_services_over_postgresql_share_a_batch_without_double_work(
    postgres_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=SecretStr(postgres_url), data_dir=tmp_path)
    judges = [ScriptedJudge(pause=lambda: asyncio.sleep(0.02)) for _ in range(2)]
    first, second = (scripted_grader(settings, judge) for judge in judges)
    with Service.running(settings, first) as service, Service.running(settings, second):
        acme = service.caller("acme")
        batch = sent(acme, lines(600))
        assert until(acme, batch)["counts"]["graded"] == 600
        assert len(results(acme, batch, "output")) == 600
    assert judges[0].asked + judges[1].asked == 600
    assert min(judge.asked for judge in judges) >= 100
    with psycopg.connect(postgres_url) as connection:
        waiting = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args->>'batch_id' = %s", [batch]
        ).fetchone()
    assert waiting == (0,)


def test_a_second_service_over_sqlite_takes_over_when_the_first_stops(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=SecretStr(sqlite_url), data_dir=tmp_path)
    judges = [ScriptedJudge(pause=lambda: asyncio.sleep(0.02)) for _ in range(2)]
    first, second = (scripted_grader(settings, judge) for judge in judges)
    with Service.running(settings, second) as other:
        # The lock is with one of them; whichever it is, only that one works.
        with Service.running(settings, first) as service:
            acme = service.caller("acme")
            until(acme, sent(acme, lines(20)))
            assert sorted(judge.asked for judge in judges) == [0, 20]
        again = Caller(other.http, acme.key)
        assert until(again, sent(again, lines(20)))["counts"]["graded"] == 20


def test_work_under_way_at_a_stop_is_done_after_the_restart(service_settings: Settings) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.05))
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(200))
        until(acme, batch, lambda b: b["counts"]["graded"] > 10)
    with Service.running(service_settings, scripted_grader(service_settings)) as restarted:
        again = Caller(restarted.http, acme.key)
        assert until(again, batch)["counts"]["graded"] == 200
        assert len(results(again, batch, "output")) == 200


def test_a_single_answer_does_not_wait_for_a_batch(service_settings: Settings) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.05))
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(1500))
        for number in range(5):
            assert service.caller("other").grade(f"{number}").status_code == 201
        assert acme("GET", f"/v1/batches/{batch}").json()["status"] == "in_progress"
        acme("POST", f"/v1/batches/{batch}/cancel")


def test_a_worker_of_its_own_needs_postgresql(tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr(""), data_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="GRADER_DATABASE_URL"):
        check_worker_settings(settings)


def test_the_command_refuses_sqlite_before_it_loads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("GRADER_DATABASE_URL", raising=False)
    import typer

    app = typer.Typer()
    app.command()(worker)
    refused = CliRunner().invoke(app)
    assert isinstance(refused.exception, ConfigurationError)
