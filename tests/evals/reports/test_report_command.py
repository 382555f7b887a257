"""`grader eval report` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evals.cli import app
from grader.errors import GraderError
from tests.evals.reports.material import graded, pair, write


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, arguments), "--resamples", "100"])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write(tmp_path / "run.jsonl", [graded(number, "cm", "xm") for number in range(5)])


@pytest.mark.parametrize(
    ("name", "begin"), [("out.html", "<!doctype html>"), ("OUT.HTM", "<!doctype"), ("r.md", "### ")]
)
def test_one_run(tmp_path: Path, run: Path, name: str, begin: str) -> None:
    output = tmp_path / name
    result = report(run, "-o", output)
    assert result.exit_code == 0
    assert str(output) in result.stderr
    assert output.read_text(encoding="utf-8").startswith(begin)


@pytest.mark.parametrize("name", ["out.html", "out.md"])
def test_two_runs(tmp_path: Path, name: str) -> None:
    result = report(*pair(tmp_path), "-o", tmp_path / name)
    assert result.exit_code == 0
    assert "before" in (tmp_path / name).read_text(encoding="utf-8")


def test_bad_input_is_said_before_any_work(tmp_path: Path, run: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"id": "a"}\n')
    for arguments, told in (
        ((run, "-o", tmp_path / "report.pdf"), "ends in .html or .md"),
        ((run, "-o", tmp_path / "nowhere" / "report.md"), "folder that exists"),
        ((tmp_path / "none.jsonl", "-o", tmp_path / "r.md"), "cannot be read"),
        ((labels, "-o", tmp_path / "r.md"), "not a run"),
    ):
        result = report(*arguments)
        assert isinstance(result.exception, GraderError)
        assert told in str(result.exception)
    assert not (tmp_path / "r.md").exists()
