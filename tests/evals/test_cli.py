"""`grader eval` as a user runs it, with the real encoder on a few answers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from evals.datasets import BACKEND, load_answers
from grader.cli import main
from grader.judges import JUDGES, JudgeTask
from grader.types import Judgement, MistakeFinding, Verdict
from tests.evals.factories import ScriptedJudge, finding, labelled, write_lines
from tests.evals.test_benchmark import marked, row

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *arguments: str | Path) -> Result: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `grader eval` in this process; `--judge scripted` says that all is covered."""

    def say(task: JudgeTask) -> Judgement:
        text = task.answer.text
        return Judgement(
            points=tuple(finding(p.id, Verdict.COVERED, text) for p in task.rubric.points),
            mistakes=tuple(
                MistakeFinding(mistake_id=m.id, made=False, probability=0.2)
                for m in task.rubric.mistakes
            ),
        )

    monkeypatch.setitem(cast("dict[str, Any]", JUDGES), "scripted", lambda *_: ScriptedJudge(say))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")

    def once(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["grader", "eval", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return once


def refusal(result: Result) -> str:
    """Return the message of a command that must have refused."""
    assert result.code == 2, result.stderr
    assert result.stdout == ""
    return " ".join(result.stderr.split())


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two answers to each of three questions."""
    names = ("sql-and-nosql", "node-event-loop", "hard-technical-problem")
    lines = [
        answer.model_dump(mode="json")
        for name in names
        for answer in list(load_answers(BACKEND / f"{name}.jsonl"))[:2]
    ]
    return write_lines(tmp_path_factory.mktemp("few") / "few.jsonl", lines)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['grader', 'eval', '--help']\n"
        "from grader.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'scipy', 'sklearn', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.splitlines()[-1] == "[]"
    for command in ("run", "benchmark", "data"):
        assert command in result.stdout


def test_a_run_is_measured_kept_and_used_again(run: Run, few: Path, tmp_path: Path) -> None:
    kept = tmp_path / "run.jsonl"
    options = ("-o", kept, "--judge", "scripted", "--resamples", "100")
    first = run("run", few, *options, "--json")
    assert first.code == 0, first.stderr
    summary = json.loads(first.stdout)
    assert summary["run"]["judge"] == "scripted"
    assert summary["counts"]["answers"] == 6
    assert summary["counts"]["ungraded_points"] == 0
    found = summary["figures"]
    assert found["contradicted_called_covered"]["value"] == 1
    assert found["mistake_recall"]["value"] == 0
    accuracy = found["verdict_accuracy"]
    assert 0 < accuracy["low"] <= accuracy["value"] <= accuracy["high"] < 1
    again = run("run", few, *options)
    assert "6 answers taken from" in again.stderr
    assert "four verdicts, macro-F1" in again.stdout
    assert "channel=" in again.stdout


def test_rubrics_of_ones_own_are_used(run: Run, few: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rubrics"
    folder.mkdir()
    source = (ROOT / "rubrics" / "data" / "sql-and-nosql.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(source.replace("version: 1.0.0", "version: 9.0.0"))
    result = run("run", few, "--rubrics", folder, "--judge", "scripted", "--json")
    assert "4 answers left out" in result.stderr
    assert json.loads(result.stdout)["counts"]["answers"] == 2
    others = run("run", few, "--rubrics", folder, "--limit", "1", "--split", "none")
    assert "splits.json" in refusal(others)


def test_a_public_set_is_measured_with_the_local_judge(run: Run, tmp_path: Path) -> None:
    lines = [
        marked(n, n % 2 == 0)
        | {
            "question": "What is a queue good for?",
            "references": [{"text": "It holds bursts of messages back."}],
            "answer": "Bursts of messages are held back." if n % 2 == 0 else "It paints cats.",
        }
        for n in range(6)
    ]
    path = write_lines(tmp_path / "set.jsonl", lines)
    result = run("benchmark", path, "--json")
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["judge"]["judge"] == "local"
    (report,) = document["files"]
    assert report["rows"] == 6
    assert report["auc"] == 1
    shown = run("benchmark", path, path, "--limit", "2", "--judge", "scripted")
    assert "accuracy" in shown.stdout
    assert "scripted: one" in shown.stdout


def test_data_is_checked_and_counted(run: Run, few: Path, tmp_path: Path) -> None:
    fine = run("data", "check", few)
    assert fine.code == 0, fine.stdout
    assert "6 answers checked: 0 errors, 0 warnings" in fine.stdout
    bad = write_lines(
        tmp_path / "bad.jsonl", [labelled(1, rubric_id="sql-and-nosql"), labelled(2), "{"]
    )
    found = run("data", "check", bad)
    assert found.code == 1
    assert f"{bad}:3: not JSON" in found.stdout
    assert json.loads(run("data", "check", bad, "--json").stdout)[0]["line"] == 3
    unknown = run("data", "check", write_lines(tmp_path / "u.jsonl", [labelled(1)]))
    assert unknown.code == 1
    assert "u.jsonl:1: rubric_id: there is no rubric 'queue-basics'" in unknown.stdout


def test_data_is_counted(run: Run, few: Path, tmp_path: Path) -> None:
    public = write_lines(tmp_path / "set.jsonl", [row(1, correct=True)])
    own, other = json.loads(run("data", "stats", few, public, "--json").stdout)
    assert own["answers"] == 6
    assert other["labels"] == {"correct": 1}
    shown = run("data", "stats", few, public).stdout
    assert "Tag: channel" in shown
    assert "correct" in shown


def test_a_table_becomes_a_data_set(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "id,rubric_id,rubric_version,answer,point:joins\n"
        "1,sql-and-nosql,1.0.0,A query joins tables.,covered\n",
        encoding="utf-8",
    )
    made = tmp_path / "made.jsonl"
    assert run("data", "import", table, "-o", made).code == 0
    (answer,) = load_answers(made)
    assert answer.points["joins"].verdict == "covered"


def test_bad_input_is_refused_with_its_place(run: Run, few: Path, tmp_path: Path) -> None:
    broken = write_lines(tmp_path / "broken.jsonl", ["{"])
    public = write_lines(tmp_path / "public.jsonl", [marked(1, correct=True)])
    for arguments, words in (
        (("run", broken), "broken.jsonl:1: not JSON"),
        (("benchmark", broken), "broken.jsonl:1: not JSON"),
        (("benchmark", tmp_path / "none.jsonl"), "cannot be read"),
        (("run", few, "--split", "test"), "splits.json"),
        (("run", "--split", "tset"), "it has: train"),
        (("run", few, "-o", broken), "not a run"),
        (("run", few, "-o", tmp_path / "no" / "x"), "a folder that exists"),
        (("run", few, "--judge", "nobody"), "there is no judge 'nobody'"),
        (("data", "import", public, "-o", tmp_path / "x"), "a public set"),
        (("data", "import", tmp_path / "n.csv", "-o", tmp_path / "x"), "cannot be read"),
    ):
        assert words in refusal(run(*arguments))
