from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from grader.cli._interview import interview
from grader.errors import BadInput
from grader.interviewing import InterviewReport, InterviewState
from grader.types import Rubric
from tests.grader.interviewing.factories import WordGrader, rubric

Run = Callable[..., Result]
ALL = "yes-alpha yes-beta yes-gamma\n.\n"


def written(folder: Path, *rubrics: Rubric) -> None:
    for each in rubrics:
        path = folder / each.topics[0] / f"{each.id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.model_dump_json(exclude_defaults=True), encoding="utf-8")
    script = {
        "id": "talk",
        "version": "1.0.0",
        "title": "A friendly talk",
        "level": "mid",
        "minutes": 20,
        "setup": "None.",
        "opening": {"minutes": 2, "say": "Welcome."},
        "questions": [
            {"rubric": "queues", "minutes": 8, "transition": "Let us begin."},
            {"rubric": "caches", "minutes": 7},
        ],
        "closing": {"minutes": 3, "say": "Goodbye."},
    }
    (folder / "interviews").mkdir()
    (folder / "interviews" / "talk.yaml").write_text(json.dumps(script), encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on two rubrics of its own, with the grader that reads words."""
    written(tmp_path / "rubrics", rubric("queues"), rubric("caches"))
    monkeypatch.setenv("GRADER_RUBRICS_DIR", str(tmp_path / "rubrics"))
    monkeypatch.setenv("GRADER_CORPUS_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("COLUMNS", "100")

    @contextmanager
    def opened(*_: Any, **__: Any) -> Any:
        yield WordGrader()

    monkeypatch.setattr("grader.cli._open.opened", opened)
    app = typer.Typer()
    app.command()(interview)

    def invoke(*arguments: str, said: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=said, catch_exceptions=True)

    return invoke


def refused(result: Result) -> str:
    assert isinstance(result.exception, BadInput), result.output
    return str(result.exception)


def test_an_interview_from_welcome_to_report(run: Run) -> None:
    result = run("talk", said=ALL + "hm\n.\n/pass\n")
    assert result.exit_code == 0, result.exception
    said = [
        "A friendly talk",
        "Welcome.",
        "Let us begin.",
        "What about queues?",
        "What about caches?",
        "What else?",
        "Goodbye.",
        "50 of 100 unprompted, 50 with help",
        "Key points that you did not reach are not shown",
    ]
    positions = [result.stdout.index(each) for each in said]
    assert positions == sorted(positions)
    assert "Alpha holds the workers apart." in result.stdout, "the one that was said"
    assert "3 points not reached, 7 in weight" in result.stdout


def test_points_not_reached_are_shown_to_whoever_asks(run: Run) -> None:
    hidden, shown = run("talk", said="/pass\n/pass\n"), run("talk", "--show-points", said="/pass\n")
    assert "Beta smooths a burst." not in hidden.stdout
    assert "Beta smooths a burst." in shown.stdout


def test_answers_of_several_paragraphs_end_with_a_dot(run: Run, tmp_path: Path) -> None:
    run("talk", "--save", str(tmp_path / "i.json"), said="yes-alpha\n\n- yes-beta\n.\n")
    state = InterviewState.from_json((tmp_path / "i.json").read_bytes())
    assert state.questions[0].turns[0].answer == "yes-alpha\n\n- yes-beta"


def test_an_interview_is_paused_and_taken_up_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "i.json"
    first = run("talk", "--save", str(file), said="yes-alpha\n.\n/pause\n")
    assert first.exit_code == 0
    assert f"grader interview --save {file}" in first.stderr.replace("\n", " ")
    again = run("--save", str(file), said="yes-beta yes-gamma\n.\n" + ALL)
    assert "Going on with" in again.stdout
    assert "And bursts?" in again.stdout
    assert "100 of 100 unprompted" in again.stdout
    once_more = run("--save", str(file))
    assert "100 of 100 unprompted" in once_more.stdout, "one that is over shows its report"


def test_what_is_piped_in_may_end_before_the_interview(run: Run, tmp_path: Path) -> None:
    ended = run("talk", said="yes-alpha\n")
    assert ended.exit_code == 0
    assert "57.1 of 100 unprompted" in ended.stdout
    saved = run("talk", "--save", str(tmp_path / "i.json"), said="yes-alpha\n")
    assert "paused" in saved.stderr
    assert "unprompted" not in saved.stdout


def test_an_empty_answer_is_asked_for_again(run: Run) -> None:
    result = run("talk", said="\n.\n" + ALL + "/end\n")
    assert "the answer is empty" in result.stdout
    assert "100 of 100 unprompted" in result.stdout


def test_what_else_can_be_said(run: Run) -> None:
    result = run("talk", said="/help\n/time\n/end\n")
    assert "/pause   stop here" in result.stdout
    assert "left for this question" in result.stdout


def test_reports_are_written_whole(run: Run, tmp_path: Path) -> None:
    said = "/pass\n/pass\n"
    run("talk", "--report", str(tmp_path / "r.json"), said=said)
    run("talk", "--report", str(tmp_path / "r.md"), said=said)
    report = InterviewReport.model_validate_json((tmp_path / "r.json").read_bytes())
    assert report.questions[0].gaps[0].claim == "Alpha holds the workers apart."
    assert "Alpha holds the workers apart." in (tmp_path / "r.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tlak"], "there is no interview script 'tlak'; did you mean 'talk'?"),
        (["missing.yaml"], "missing.yaml: cannot be read"),
        (["talk", "--topic", "queues"], "leave out --topic"),
        (["--topic", "cooking"], "no question is on cooking"),
        (["--level", "guru"], "there is no level 'guru'; the levels are intern, junior"),
        (["--minutes", "3"], "3 minutes are too few"),
        (["talk", "--report", "r.pdf"], "name it .md or .json"),
    ],
)
def test_bad_input_says_what_to_do(arguments: list[str], said: str, run: Run) -> None:
    assert said in refused(run(*arguments))


def test_a_file_that_is_no_interview_or_another_one_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "i.json"
    file.write_text("{}", encoding="utf-8")
    assert "not a saved interview of format 1" in refused(run("--save", str(file)))
    run("talk", "--save", str(tmp_path / "j.json"), said="/pause\n")
    assert "already holds" in refused(run("talk", "--save", str(tmp_path / "j.json")))


def test_a_filter_chooses_and_a_seed_settles_it(run: Run) -> None:
    first = run("--topic", "queues", "--topic", "caches", "--seed", "4", said="/end\n")
    again = run("--topic", "queues", "--topic", "caches", "--seed", "4", said="/end\n")
    assert first.exit_code == 0
    assert first.stdout == again.stdout
