"""`grader eval compare` as a user runs it, with judges that say what their rubric tells them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from evals.runs import RunFile
from grader.cli import main
from grader.judges import JUDGES, JudgeTask
from grader.types import Judgement, MistakeFinding, Verdict
from tests.evals.factories import ScriptedJudge, finding, labelled, write_lines
from tests.support.plain_embedder import PlainEmbedder

_RUBRIC = """\
id: queue-basics
version: {version}
status: published
question: What is a queue good for?
points:
  - {{id: first, claim: "{first}", weight: 2}}
  - {{id: second, claim: It lets the producer go on., weight: 1}}
mistakes:
  - {{id: wrong, claim: A queue makes each job faster., penalty: 1}}
follow_ups:
  - {{id: ask, ask: And then?, targets: [second]}}
"""


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *arguments: str | Path) -> Result: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `grader eval compare`; the judge `strict` covers a point unless its claim says vague."""

    def say(task: JudgeTask) -> Judgement:
        return Judgement(
            points=tuple(
                finding(
                    point.id,
                    Verdict.COVERED
                    if point.id == "first" and "vague" not in point.claim
                    else Verdict.MISSING,
                    task.answer.text,
                )
                for point in task.rubric.points
            ),
            mistakes=tuple(
                MistakeFinding(mistake_id=m.id, made=False, probability=0.1)
                for m in task.rubric.mistakes
            ),
        )

    def kind(task: JudgeTask) -> Judgement:
        text = task.answer.text
        found = say(task)
        points = tuple(finding(p.point_id, Verdict.COVERED, text) for p in found.points)
        return found.model_copy(update={"points": points})

    judges = cast("dict[str, Any]", JUDGES)
    monkeypatch.setitem(judges, "strict", lambda *_: ScriptedJudge(say))
    monkeypatch.setitem(judges, "kind", lambda *_: ScriptedJudge(kind, model="two"))
    for name in ("build_embedder", "build_question_embedder"):
        monkeypatch.setattr(f"grader.grading.{name}", lambda _: PlainEmbedder())
    monkeypatch.setenv("GRADER_JUDGE", "strict")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")

    def once(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["grader", "eval", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return once


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "data.jsonl", [labelled(number) for number in range(1, 13)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yaml"
    path.write_text(_RUBRIC.format(version="1.0.0", first="It holds bursts back."))
    return path


@pytest.fixture
def vague(tmp_path: Path) -> Path:
    path = tmp_path / "vague.yaml"
    path.write_text(_RUBRIC.format(version="1.1.0", first="It is a vague matter."))
    return path


def test_a_worse_wording_is_found_and_fails_the_gate(
    run: Run, data: Path, good: Path, vague: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "runs"
    result = run(good, vague, data, "-o", kept, "--fail-on", "regression")
    assert result.code == 1, result.stderr
    said = " ".join(result.stdout.split())
    assert "queue-basics 1.1.0 is worse than 1.0.0 on" in said
    assert "All answers are to one question" in said
    assert {RunFile.open(each).name for each in kept.glob("*.jsonl")} == {
        "queue-basics 1.0.0",
        "queue-basics 1.1.0",
    }
    assert "Against the labels 0 became right and 12 wrong (McNemar, p <.001)" in said
    assert "first: covered to missing, labelled covered" in said
    assert "B asks: It is a vague matter." in said
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "regression: verdict_accuracy went from 1.000 to 0.500" in result.stderr
    assert len(list(kept.glob("*.jsonl"))) == 2
    again = run(
        good,
        vague,
        data,
        "-o",
        kept,
        "--fail-on",
        "regression",
        "--tolerance",
        "0.6",
        "--tolerance",
        "score_mae=70",
        "--measure",
        "verdict_accuracy",
    )
    assert again.code == 0, again.stderr
    assert again.stderr.count("12 of them from before") == 2
    assert "no regression" in again.stderr


def test_runs_kept_are_compared_without_grading(
    run: Run, data: Path, good: Path, vague: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "runs"
    assert run(vague, good, data, "-o", kept).code == 0
    monkeypatch.setenv("GRADER_JUDGE", "none")
    first, second = sorted(kept.glob("*1.1.0*")), sorted(kept.glob("*1.0.0*"))
    found = json.loads(run(first[0], second[0], "--json").stdout)
    assert found["differences"]["verdict_accuracy"]["change"] == "better"
    assert found["unit"] == "answer"
    assert len(found["changed_answers"]) == 12


def test_a_run_is_compared_with_a_rubric_on_its_own_answers(
    run: Run, data: Path, good: Path, vague: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "runs"
    run(vague, good, data, "-o", kept, "--limit", "10")
    (old,) = kept.glob("*1.1.0*")
    found = json.loads(run(old, good, "--json").stdout)
    assert (found["answers"], found["second"]["unpaired"]) == (10, 0)
    data.unlink()
    gone = run(old, good)
    assert (gone.code, "name them as DATA" in gone.stderr) == (2, True)


def test_judges_are_compared_on_the_same_rubrics(
    run: Run, data: Path, good: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "rubrics"
    folder.mkdir()
    good.rename(folder / "good.yaml")
    options = ("--rubrics", folder, "--json")
    found = json.loads(run("judge=kind", "judge=strict", data, *options).stdout)
    assert (found["first"]["name"], found["second"]["run"]["model"]) == ("judge=kind", "one")
    assert found["differences"]["verdict_accuracy"]["difference"] == 0.5
    assert found["rubrics"][0]["diff"] is None
    by_id = run("queue-basics@1.0.0", "queue-basics", data, *options)
    assert json.loads(by_id.stdout)["changed"] == 0


def test_bad_input_is_refused(run: Run, data: Path, good: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("No such thing", good, data), "is nothing to compare"),
        ((tmp_path / "none.jsonl", good, data), "cannot be read"),
        ((data, good, data), "not a run"),
        (("no-such-rubric", good, data), "there is no rubric 'no-such-rubric'"),
        (("node-event-loop@9.0.0", good, data), "has no version 9.0.0"),
        ((good, "judge=nobody", data), "can be graded on both sides"),
        ((good, good, data, "--tolerance", "much"), "give a number"),
        ((good, good, data, "--tolerance", "much=1"), "there is no measure 'much'"),
        ((good, good, data, "--measure", "score_mea"), "did you mean 'score_mae'"),
        ((good, good, data, "-o", data), "name a folder"),
        ((good, "api-pagination", data), "can be graded on both sides"),
    ):
        result = run(*arguments)
        assert (result.code, result.stdout) == (2, ""), arguments
        assert words in " ".join(result.stderr.split())


def test_a_gate_that_cannot_tell_is_an_error(run: Run, good: Path, tmp_path: Path) -> None:
    bare = write_lines(
        tmp_path / "bare.jsonl", [labelled(n, points={}, mistakes={}) for n in range(1, 4)]
    )
    assert run(good, good, bare).code == 0
    result = run(good, good, bare, "--fail-on", "regression")
    assert result.code == 2
    assert "nothing can be said about covered_kappa" in " ".join(result.stderr.split())
