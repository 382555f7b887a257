"""`grader import` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GUIDES = ROOT / "tests" / "data" / "guides"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "GRADER_DATA_DIR": str(tmp_path / "data"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "import", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_report_says_what_was_found_drafted_and_skipped(
    environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    result = run(environment, GUIDES / "lost-questions.html", "-o", output)
    assert result.returncode == 0, result.stderr
    shown = " ".join(result.stdout.split())
    assert "lost-questions.html html, 53 lines: 12 in drafts, 41 skipped" in shown
    assert "the question is missing rubrics/caching/caching-answer-1.yaml" in shown
    assert "answers without questions, 5 points drafted" in shown
    assert "advertisement 34 Practise with a real interviewer!" in shown
    assert "5 drafts from 1 guide: 0 points found and 13 drafted" in shown
    assert "5 do not load until they are finished" in shown
    assert (output / "import-report.json").is_file()


def test_a_bad_guide_is_named_and_the_others_are_imported(
    environment: dict[str, str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    output = tmp_path / "out"
    result = run(environment, broken, GUIDES / "numbered-questions.txt", "-o", output, "--json")
    assert result.returncode == 2
    report = json.loads(result.stdout)
    assert report["totals"]["drafts"] == 6
    assert [failure["file"] for failure in report["failed"]] == [str(broken)]
    assert "Traceback" not in result.stderr
    assert len(list(output.rglob("*.yaml"))) == 6


def test_the_real_embedder_chooses_targets_and_lint_accepts_the_drafts(
    environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    result = run(environment, GUIDES / "questions-and-answers.md", "-o", output)
    assert result.returncode == 0, result.stderr
    lint = [sys.executable, "-m", "grader", "rubrics", "lint", str(output / "rubrics")]
    checked = subprocess.run(lint, env=environment, capture_output=True, text=True, check=False)
    assert "5 rubrics checked: 0 errors" in checked.stdout
    rubric = next(output.rglob("slow-handler*.yaml")).read_text(encoding="utf-8")
    assert "targets: [" in rubric


def test_what_stands_in_the_way_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    guide, output = GUIDES / "numbered-questions.txt", tmp_path / "out"
    assert run(environment, guide, "-o", output).returncode == 0
    again = run(environment, guide, "-o", output)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert again.stdout == ""
    assert run(environment, guide, "-o", output, "--force").returncode == 0


def test_wrong_usage_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    assert run(environment, GUIDES / "numbered-questions.txt").returncode == 2
    assert run(environment, "-o", tmp_path / "out").returncode == 2
    missing = run(environment, tmp_path / "none.md", "-o", tmp_path / "out")
    assert missing.returncode == 2
    assert f"{tmp_path / 'none.md'}: cannot be read" in missing.stderr
    assert "Traceback" not in missing.stderr
