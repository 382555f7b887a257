from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(*arguments: str | Path, **settings: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "GRADER_RUBRICS_DIR": str(ROOT / "rubrics"),
        "GRADER_CORPUS_DIR": str(ROOT / "corpus"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
        **{name: str(value) for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "grader", "interviews", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, check=False, encoding="utf-8"
    )


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder with a good script and one with two mistakes."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    good = (ROOT / "rubrics" / "interviews" / "mid.yaml").read_text(encoding="utf-8")
    (folder / "mid.yaml").write_text(good, encoding="utf-8")
    wrong = good.replace("id: mid", "id: wrong").replace("minutes: 60", "minutes: 50")
    wrong = wrong.replace("rubric: node-event-loop", "rubric: node-event-lop")
    (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    return folder


def test_the_scripts_are_listed() -> None:
    shown = run("list")
    listed = json.loads(run("list", "--json").stdout)

    assert shown.returncode == 0, shown.stderr
    assert "Senior back-end engineer" in shown.stdout
    assert [script["id"] for script in listed] == ["intern", "mid", "senior", "staff"]
    assert "node-event-loop" in listed[1]["questions"]


def test_a_script_is_shown_with_its_questions_and_options() -> None:
    shown = run("show", "mid").stdout

    assert "How does Node.js serve many connections on one JavaScript thread?" in shown
    assert "A  Compute the HMAC of the body's raw bytes" in shown
    assert "at most 1 follow-up\n" in shown
    assert "at most 3 follow-ups" in shown
    assert "Closing  7 min" in shown
    assert json.loads(run("show", "mid", "--json").stdout)["policy"]["max_follow_ups"] == 2


def test_an_unknown_script_is_refused_with_a_hint() -> None:
    result = run("show", "seniour")

    assert result.returncode == 2
    assert "did you mean 'senior'?" in result.stderr
    assert "Traceback" not in result.stderr


def test_lint_finds_nothing_in_the_bank() -> None:
    result = run("lint")

    assert result.returncode == 0
    assert "4 interview scripts checked: 0 errors" in result.stdout


def test_lint_says_where_and_exits_with_one(bad: Path) -> None:
    result = run("lint", bad)

    assert result.returncode == 1
    assert f"{bad / 'wrong.yaml'}:5: minutes: opening, questions and closing take" in result.stdout
    assert "the nearest are node-event-loop" in result.stdout
    assert "2 interview scripts checked: 2 errors" in result.stdout
    problems = json.loads(run("lint", bad, "--json").stdout)
    assert [problem["where"] for problem in problems] == ["minutes", "questions[0].rubric"]


def test_lint_refuses_what_is_no_folder(tmp_path: Path) -> None:
    result = run("lint", tmp_path / "none")

    assert result.returncode == 2
    assert "is not a folder" in result.stderr


def test_a_bank_without_scripts_says_so(tmp_path: Path) -> None:
    rubric = ROOT / "rubrics" / "data" / "sql-and-nosql.yaml"
    (tmp_path / rubric.name).write_bytes(rubric.read_bytes())

    listed = run("list", GRADER_RUBRICS_DIR=tmp_path)
    shown = run("show", "mid", GRADER_RUBRICS_DIR=tmp_path)

    assert listed.returncode == 0
    assert "no interview scripts" in " ".join(listed.stdout.split())
    assert json.loads(run("list", "--json", GRADER_RUBRICS_DIR=tmp_path).stdout) == []
    assert shown.returncode == 2
    assert "there are: none" in shown.stderr
