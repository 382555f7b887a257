"""`grader eval fairness` as a user runs it, on runs that need no model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from evals.datasets import BACKEND, load_answers
from evals.fairness import FairnessReport
from grader.cli import main
from tests.evals.factories import labelled, write_lines, write_run
from tests.evals.fairness.factories import answer


class Command:
    """Runs the command in this process."""

    def __init__(self, patch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._said = said

    def __call__(self, *arguments: str | Path, code: int = 0) -> tuple[str, str]:
        self._patch.setattr(sys, "argv", ["grader", "eval", "fairness", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._said.readouterr()
        assert (ended.value.code or 0) == code, said.err
        return said.out, " ".join(said.err.split())


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    return Command(monkeypatch, capsys)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    records = [
        answer(
            f"{n}/{style}",
            {"content": str(n), "style": style, "sex": "fm"[n % 2]},
            score=(80 if n % 3 else 40) - shift,
            question=f"q{n % 8}",
        )
        for n in range(40)
        for style, shift in (("typed", 0), ("spoken", 6 + n % 2))
    ]
    return write_run(tmp_path / "run.jsonl", records)


def test_a_report_fits_a_terminal_and_says_what_it_shows(command: Command, run: Path) -> None:
    shown, _ = command(run, "--group", "sex", "--resamples", "200")
    assert max(map(len, shown.splitlines())) <= 80
    plain = " ".join(shown.split())
    assert "Shifts that stand out: spoken (-6.5)" in plain
    assert "Slices by sex" in plain
    assert "Selected: meets or better" in plain
    assert "Scored above the median" in plain
    assert "count answers, not persons" in plain
    assert command("measure", run, "--group", "sex", "--resamples", "200")[0] == shown


def test_json_is_the_whole_report(command: Command, run: Path) -> None:
    said, _ = command("--json", "--by", "style", run)
    report = FairnessReport.model_validate_json(said)
    assert [each.tag for each in report.slices] == ["style"]
    assert report.counterfactuals is not None
    assert report.counterfactuals.manners[0].pairs == 40


def test_a_run_that_tells_nothing_apart_says_so(command: Command, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run.jsonl", [answer("a", {}, score=1)])
    assert "there is nothing to compare" in command(run)[0]


def test_what_is_not_there_is_refused(command: Command, run: Path, tmp_path: Path) -> None:
    for arguments, words in (
        ((run, "--by", "age"), "no answer has the tag 'age'; tags of this run: content, kind"),
        ((run, "--group", "age"), "no answer has the tag 'age'"),
        ((run, "--pair", "age"), "no answer has the tag 'age'"),
        ((run, "--pair", "content", "--base", "sung"), "choose one of them with --base"),
        ((run, "--threshold", "high"), "neither a band"),
        ((run, "--candidate", "content"), "name a group's tag with --group"),
        ((tmp_path / "none.jsonl",), "cannot be read"),
        (
            ("counterfactuals", "-o", tmp_path / "o", "--manner", "sung"),
            "there is no manner 'sung'",
        ),
        (("counterfactuals", "-o", tmp_path / "no" / "o"), "cannot be written"),
        (("counterfactuals", tmp_path, "-o", run), "is missing"),
    ):
        out, said = command(*arguments, code=2)
        assert words in said
        assert out == ""


def test_counterfactuals_are_a_data_set(command: Command, tmp_path: Path) -> None:
    made = tmp_path / "made.jsonl"
    out, said = command(
        "counterfactuals", BACKEND, "--split", "test", "--per-question", "1", "-o", made
    )
    assert out == ""
    assert said.startswith("20 answers and ")
    answers = list(load_answers(made))
    assert {each.tags["style"] for each in answers} >= {"typed", "dictated", "verbose"}
    assert len({json.dumps(each.answer) for each in answers}) == len(answers)
    _, refused = command("counterfactuals", made, "-o", made, code=2)
    assert "is among the data" in refused


def test_raters_own_tags_stay(command: Command, tmp_path: Path) -> None:
    text = "Queues hold bursts. Workers take one by one. Brokers keep the rest."
    data = write_lines(
        tmp_path / "data.jsonl",
        [labelled(1, answer=text, tags={"sex": "f"}), labelled(2, answer="- a list\n- of things")],
    )
    _, said = command("counterfactuals", data, "-o", tmp_path / "o.jsonl", "--manner", "bulleted")
    assert "1 answers left out" in said
    typed, listed = load_answers(tmp_path / "o.jsonl")
    assert typed.tags == {"sex": "f", "content": "queue/01", "style": "typed"}
    assert listed.tags["style"] == "bulleted"
