"""Small versions of the commands in `tests.load`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from grader.settings import Settings
from tests.api.support import ANSWER, FIRST, ScriptedJudge, scripted_grader
from tests.load.fuzz import Fuzzed, fuzz
from tests.load.memory import Watched, watch
from tests.load.throughput import CLIENTS, Rates, measure, percentile
from tests.support.serving import serving


def test_hostile_requests_for_every_operation_find_no_fault(
    postgres_url: str, tmp_path: Path
) -> None:
    environment = {"GRADER_DATABASE_URL": postgres_url, "GRADER_DATA_DIR": str(tmp_path)}
    done = fuzz(environment, examples=1, phases=("coverage",), seed=1)
    assert done.sound, done.report
    assert done.requests > 1000
    assert {200, 201, 404, 422} <= set(done.statuses)


def test_a_fault_of_the_service_is_not_sound() -> None:
    assert not Fuzzed(1, {200: 1}, findings=True, report="").sound
    assert not Fuzzed(2, {200: 1, 500: 1}, findings=False, report="").sound
    assert Fuzzed(2, {200: 1, 501: 1}, findings=False, report="").sound


def test_the_service_is_compared_with_grading_in_one_process(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=SecretStr(sqlite_url), data_dir=tmp_path)
    judge = ScriptedJudge()
    answers = [(FIRST.id, f"{number}: {ANSWER}") for number in range(2 * CLIENTS)]
    with serving(settings, scripted_grader(settings, judge)) as served:
        here = scripted_grader(settings)
        with here:
            rates = measure(here, served.url, served.key(), answers, rounds=1)
    assert judge.asked == 2 * len(answers)
    assert len(rates.latencies) == len(answers)
    assert any("the service" in measured for measured, _, _ in rates.rows())


def test_rates_are_good_from_four_fifths_on_and_without_stragglers() -> None:
    even = [1.0] * 100
    assert Rates([10, 10], [8, 8.5], even).good
    assert not Rates([10, 10], [7.8, 7.9], even).good
    assert not Rates([10, 10], [9, 9], [*even, 5.0, 5.0]).good


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.75, 3), (0.99, 4)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value


def test_memory_is_read_while_requests_are_answered(sqlite_url: str, tmp_path: Path) -> None:
    environment = {"GRADER_DATABASE_URL": sqlite_url, "GRADER_DATA_DIR": str(tmp_path)}
    seen = watch(environment, requests=40, readings=4)
    assert seen.requests == 40
    assert len(seen.readings) == 4
    assert all(reading > 20 for reading in seen.readings)


def test_memory_that_rises_after_the_start_is_not_flat() -> None:
    assert Watched(100, [100, 200, *[210.0] * 18]).flat
    assert not Watched(100, [100.0 + 2 * n for n in range(20)]).flat
