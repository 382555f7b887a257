from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from grader.bank import Bank, LockFile, lint_paths, parse_rubric
from grader.bank.lint import Code
from tests.grader.bank.lint.examples import TECHNICAL, document


def write(path: Path, **edits: Any) -> str:
    text = yaml.safe_dump(document(TECHNICAL, edits), sort_keys=False, width=1000)
    path.write_text(text, encoding="utf-8")
    return text


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    write(tmp_path / "good.yaml")

    assert lint_paths([tmp_path / "good.yaml"], {}) == (1, [])


def test_findings_have_file_and_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    data = document(TECHNICAL, {"points[5].claim": "It is deleted.", "topics": []})
    data["follow_ups"][0]["targets"] = ["separates-release"]
    path.write_text(yaml.safe_dump(data, sort_keys=False, width=1000), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()

    checked, findings = lint_paths([path], {})

    assert checked == 1
    assert [(f.code, lines[f.line - 1].strip()) for f in findings] == [
        (Code.NO_TOPICS, "topics: []"),
        (Code.DEPENDENT_CLAIM, "claim: It is deleted."),
        (Code.MISSING_FOLLOW_UP, "- id: no-more-tests"),
    ]
    assert {f.file for f in findings} == {str(path)}
    assert str(findings[1]).startswith(f"{path}:{findings[1].line}: points[5].claim: the claim")


def test_errors_and_warnings_of_all_files_of_a_folder_are_given(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", topics=[])
    write(tmp_path / "b.yaml", id="other", version="one")
    write(tmp_path / "c.yaml", id="third")

    checked, findings = lint_paths([tmp_path], {})

    assert checked == 3
    assert [(Path(f.file).name, f.where, f.severity, f.code) for f in findings] == [
        ("a.yaml", "topics", "warning", Code.NO_TOPICS),
        ("b.yaml", "version", "error", Code.SCHEMA),
    ]


def test_the_lock_file_of_a_folder_is_checked_with_it(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml")
    LockFile({}).with_new(Bank([parse_rubric(document(TECHNICAL))])).write(tmp_path)
    assert lint_paths([tmp_path], {}) == (1, [])

    write(tmp_path / "a.yaml", question="Else?")
    _, [finding] = lint_paths([tmp_path], {})

    assert "has changed" in finding.message
    assert (finding.severity, finding.code) == ("error", Code.LOCK)
    assert finding.file == str(tmp_path / "a.yaml")


def test_the_same_id_and_version_in_two_files_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml")
    write(tmp_path / "b.yaml")

    _, [finding] = lint_paths([tmp_path], {})

    assert (finding.code, finding.severity) == (Code.DUPLICATE_VERSION, "error")
    assert finding.file == str(tmp_path / "b.yaml")
    assert f"already defined in {tmp_path / 'a.yaml'}" in finding.message


def test_other_checks_can_be_given_and_progress_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", topics=[])
    write(tmp_path / "b.yaml", id="other", topics=[])
    steps: list[tuple[int, int]] = []

    checked, findings = lint_paths(
        [tmp_path], {}, checks=[], on_progress=lambda done, total: steps.append((done, total))
    )

    assert (checked, findings) == (2, [])
    assert steps == [(1, 2), (2, 2)]
