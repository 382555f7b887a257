"""`grader rubrics lint` and `diff`, as they are typed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from grader.cli import main
from tests.grader.bank.lint.examples import TECHNICAL as GOOD
from tests.grader.bank.lint.examples import document

ROOT = Path(__file__).parents[3]


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in this process, against a bank of one published rubric and one draft."""
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "feature-flags.yaml").write_text(GOOD.read_text("utf-8"), "utf-8")
    (bank / "next.yaml").write_text(edited(version="1.1.0", status="draft"), "utf-8")
    monkeypatch.setenv("GRADER_RUBRICS_DIR", str(bank))
    monkeypatch.setenv("GRADER_CORPUS_DIR", str(ROOT / "corpus"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def run_command(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["grader", "rubrics", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            main()
        captured = capsys.readouterr()
        code = exit_info.value.code
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run_command


def edited(
    *replacements: tuple[str, str], version: str = "1.0.0", status: str = "published"
) -> str:
    text = GOOD.read_text("utf-8")
    for old, new in (
        ("version: 1.0.0", f"version: {version}"),
        ("status: published", f"status: {status}"),
        *replacements,
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file with two warnings."""
    path = tmp_path / "bad.yaml"
    compound = "soon; old branches are deleted every month."
    text = edited(
        ("topics: [delivery]", "topics: []"), ("once its feature is on for everybody.", compound)
    )
    path.write_text(text, "utf-8")
    return path


def test_a_good_file_is_fine(run: Run) -> None:
    assert run("lint", GOOD) == Result(0, "1 rubric checked: 0 errors, 0 warnings\n", "")


def test_warnings_are_shown_with_place_and_kind_and_fail_only_if_strict(
    run: Run, bad: Path
) -> None:
    result = run("lint", bad)
    lines = result.out.splitlines()

    assert result.code == 0
    assert lines[0].startswith(f"warning: {bad}:7: topics: no topics;")
    assert lines[0].endswith(" [no-topics]")
    assert "points[5].claim: the claim holds several facts" in lines[1]
    assert lines[2] == "1 rubric checked: 0 errors, 2 warnings"
    assert run("lint", bad, "--strict").code == 1


def test_programs_get_the_code_of_each_finding(run: Run, bad: Path) -> None:
    findings = json.loads(run("lint", bad, "--json").out)

    assert [(f["code"], f["severity"], f["where"]) for f in findings] == [
        ("no-topics", "warning", "topics"),
        ("compound-claim", "warning", "points[5].claim"),
    ]
    assert findings[0]["file"] == str(bad)
    assert findings[0]["line"] == 7


def test_kinds_of_warnings_can_be_left_out_but_no_errors(
    run: Run, bad: Path, tmp_path: Path
) -> None:
    result = run("lint", bad, "--ignore", "no-topics", "--ignore", "compound-claim", "--strict")
    assert (result.code, result.out) == (0, "1 rubric checked: 0 errors, 0 warnings\n")

    broken = tmp_path / "broken.yaml"
    broken.write_text(edited(("weight: 3", "weight: -3")), "utf-8")
    assert run("lint", broken, "--ignore", "schema").code == 1

    unknown = run("lint", bad, "--ignore", "no-such-kind")
    assert unknown.code == 2
    assert "no-such-kind" in unknown.err
    assert "compound-claim" in unknown.err


def test_several_paths_are_checked_and_the_bank_is_the_default(run: Run, bad: Path) -> None:
    assert "2 rubrics checked: 0 errors, 2 warnings" in run("lint", bad, GOOD).out
    assert "2 rubrics checked: 0 errors, 0 warnings" in run("lint").out


def test_a_folder_without_rubrics_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("lint", tmp_path / "empty")

    assert result.code == 2
    assert "no .yaml file" in result.err


def test_interview_scripts_are_left_to_their_own_command(run: Run, tmp_path: Path) -> None:
    scripts = tmp_path / "interviews"
    scripts.mkdir()
    (scripts / "mid.yaml").write_text("id: mid", "utf-8")

    for path in (scripts, scripts / "mid.yaml"):
        result = run("lint", path)
        assert result.code == 2
        assert "grader interviews lint" in result.err


def test_a_path_that_is_not_there_is_bad_usage(run: Run, tmp_path: Path) -> None:
    result = run("lint", tmp_path / "none.yaml")

    assert result.code == 2
    assert "none.yaml does not exist; name rubric files" in result.err


def test_deep_lint_compares_meanings(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    off_topic = {
        "points[5].claim": "Bread dough has to rest before it is baked.",
        "points[5].accept": [],
    }
    path.write_text(yaml.safe_dump(document(GOOD, off_topic)), "utf-8")

    assert json.loads(run("lint", path, "--json").out) == []
    [finding] = json.loads(run("lint", path, "--json", "--deep").out)
    assert finding["code"] == "unsupported-point"


def test_a_rubric_does_not_differ_from_its_file(run: Run) -> None:
    result = run("diff", "feature-flags", GOOD, "--exit-code")

    assert result.code == 0
    assert "No difference." in result.out


def test_the_difference_is_told_in_words(run: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    text = edited(
        ("a small share of the users first", "a few users first"),
        ("weight: 3", "weight: 2"),
        ("- Switching a feature off takes a new release.", "- Switching it off takes a release."),
        ("vocabulary: [feature flag, canary, rollout]", "vocabulary: [feature flag, rollout]"),
        ("takes seconds, whereas", "takes a moment, whereas"),
        version="1.1.0",
    )
    new.write_text(text, "utf-8")

    result = run("diff", "feature-flags@1.0.0", new)

    assert result.code == 0
    assert all(line == line.rstrip() for line in result.out.splitlines())
    for expected in (
        "feature-flags 1.0.0 (published) → 1.1.0 (published)",
        "~ separates-release  weight 3 → 2",
        "~ gradual-rollout  reworded",
        "   - A feature can be switched on for a small share of the users first.",
        "   + A feature can be switched on for a few users first.",
        "~ quick-off-switch  rejected phrasings",
        "   - rejected: Switching a feature off takes a new release.",
        "   - vocabulary: canary",
        "[-seconds,-]{+a moment,+}",
        "same id, other weight: separates-release",
        "1.1.0 does not show that; call it 2.0.0.",
    ):
        assert expected in result.out
    assert run("diff", "feature-flags", new, "--exit-code").code == 1


def test_a_version_of_the_bank_is_named_by_its_number(run: Run) -> None:
    found = json.loads(run("diff", "feature-flags@1.0.0", "feature-flags@1.1.0", "--json").out)

    assert [found[side]["version"] for side in ("old", "new")] == ["1.0.0", "1.1.0"]
    assert [change["field"] for change in found["fields"]] == ["status"]
    assert found["comparability"]["level"] == "identical"
    assert found["version"]["fits"] is False
    assert found["version"]["suggested"] == "1.0.0"


def test_points_that_came_and_went_are_told_with_their_weight(run: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    text = edited(("once its feature is on for everybody", "as soon as all have it"))
    text = text.replace("removed-in-the-end", "cleaned-up").replace("A flag should be deleted", "X")
    new.write_text(text.replace("survives-outage", "goes-on-without"), "utf-8")

    out = run("diff", GOOD, new).out

    assert "+ cleaned-up  added\n" in out
    assert "   weight 1, 1 accepted phrasings, 1 rejected phrasings" in out
    assert "- removed-in-the-end  removed\n" in out
    assert "~ goes-on-without  renamed, was survives-outage\n" in out
    assert "same claim under a new id: survives-outage → goes-on-without" in out
    assert "Both are called 1.0.0; call the new one 2.0.0." in out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("feature-flag", "feature-flags"),
        ("feature-flags@9.9.9", "has no version 9.9.9"),
        ("feature-flags@", "names no version"),
        ("none.yaml", "cannot be read"),
        ("", "there is no rubric"),
    ],
)
def test_what_cannot_be_found_is_refused(run: Run, name: str, message: str) -> None:
    result = run("diff", "feature-flags", name)

    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Traceback" not in result.err


def test_a_broken_file_is_refused_with_its_lines(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(edited(("weight: 3", "weight: -3")), "utf-8")

    result = run("diff", "feature-flags", broken)

    assert result.code == 2
    assert "broken.yaml:25: points[0].weight: must be a number above 0" in result.err
