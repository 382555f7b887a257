"""`grader eval attacks` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from evals.attacks import Family
from evals.attacks._command import attacks
from grader.errors import BadInput

app = typer.Typer()
app.command()(attacks)


def test_a_small_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path / "data"))
    output = tmp_path / "outcomes.jsonl"
    result = CliRunner().invoke(
        app, ["--limit", "2", "--json", "-o", str(output), "--fail-over", "-101"]
    )
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["judge"] == "local"
    assert report["attacks"]["cases"] == report["oddities"]["cases"] == 2
    assert len(output.read_text(encoding="utf-8").splitlines()) == 4


def test_an_unknown_family_is_refused_with_the_ones_there_are() -> None:
    result = CliRunner().invoke(app, ["--family", "flattery"])
    assert isinstance(result.exception, BadInput)
    assert "'flattery'" in str(result.exception)
    assert all(family in str(result.exception) for family in Family)


def test_an_output_that_cannot_be_written_is_said_before_the_model_is_loaded(
    tmp_path: Path,
) -> None:
    result = CliRunner().invoke(app, ["-o", str(tmp_path / "missing" / "out.jsonl")])
    assert isinstance(result.exception, BadInput)
    assert "cannot be written" in str(result.exception)
