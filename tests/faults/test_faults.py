"""A short form of `python -m tests.faults.trial`."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from tests.faults.kinds import KINDS
from tests.faults.trial import suffer
from tests.load.running import SERVER

pytestmark = pytest.mark.skipif(
    os.environ.get("GRADER_TEST_FAULTS") != "1",
    reason="takes parts of a running service down and measures time; run it with make faults",
)

REFUSALS = {
    "postgresql": "503 records_unavailable",
    "disk": "503 records_unavailable",
    "chroma": "503 index_unavailable",
}
READY = {
    "postgresql": "503 unavailable",
    "sqlite": "200 ready",  # others may read it
    "chroma": "200 degraded",
    "disk": "503 unavailable",
    "llm": "200 degraded",
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_and_no_grade_is_made_up(kind: str, tmp_path: Path) -> None:
    if kind == "postgresql":
        _need_postgres()
    report = suffer(kind, tmp_path, seconds=1.0, lines=20)
    assert report.wrong == [], report
    assert report.answers > 0
    assert (report.withheld > 0) == (kind == "llm")
    assert report.ready == READY[kind]
    if kind != "sqlite":  # which is waited for
        assert REFUSALS.get(kind, "201") in report.during


def _need_postgres() -> None:
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        reason = f"no PostgreSQL at {SERVER}: {' '.join(str(error).split())}"
        if os.environ.get("GRADER_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
