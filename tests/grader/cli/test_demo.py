"""`grader demo`: the rehearsed interview, a person's own, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from grader.bank import load_bank
from grader.cli._demo import demo
from grader.demo import RehearsedCandidate, load_answers, load_demo
from grader.errors import BadInput
from grader.settings import Settings
from tests.grader.interviewing.factories import WordGrader, rubric

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on the bank of this package, with the grader that reads words."""

    @contextmanager
    def opened(*_: Any, **__: Any) -> Any:
        yield WordGrader()

    monkeypatch.setattr("grader.cli._open.opened", opened)
    app = typer.Typer()
    app.command()(demo)

    def invoke(*arguments: str, said: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=said, catch_exceptions=True)

    return invoke


def test_the_rehearsed_interview_goes_from_welcome_to_report(run: Run) -> None:
    result = run("--plain")
    assert result.exit_code == 0, result.exception
    parts = [
        "Welcome. I have three questions",
        "Candidate: Authentication tells me who is calling",
        "Candidate: There is one thread for our JavaScript",
        "Candidate: Without an index",
        "That was all.",
        "What to study",
    ]
    positions = [result.stdout.index(part) for part in parts]
    assert positions == sorted(positions)
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_person_answers_and_is_not_told_the_points(run: Run) -> None:
    result = run("--interactive", "--plain", said="/pass\n/pass\nhm\n.\n/end\n")
    assert result.exit_code == 0, result.exception
    assert "End each answer with a line" in result.stdout
    assert "Candidate:" not in result.stdout
    assert "not shown" in result.stdout


def test_ctrl_c_ends_it_politely(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(RehearsedCandidate, "answer", interrupted)
    result = run("--plain")
    assert result.exit_code == 130
    assert "was stopped" in result.stdout
    assert "Traceback" not in result.output


def test_another_script_is_said_by_worked_examples(run: Run) -> None:
    result = run("--script", "intern", "--plain")
    assert result.exit_code == 0, result.exception
    assert "Back-end intern" in result.stdout
    refused = run("--script", "nobody")
    assert isinstance(refused.exception, BadInput)
    assert "there is no interview script 'nobody'" in str(refused.exception)


def test_another_bank_has_not_these_questions(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = rubric("queues").model_dump_json(exclude_defaults=True)
    (tmp_path / "queues.yaml").write_text(other, encoding="utf-8")
    monkeypatch.setenv("GRADER_RUBRICS_DIR", str(tmp_path))
    result = run()
    assert isinstance(result.exception, BadInput)
    assert "GRADER_RUBRICS_DIR" in str(result.exception)


def test_every_question_and_follow_up_of_the_script_has_an_answer() -> None:
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    answers = load_answers()
    for question in load_demo(bank).questions:
        known = {follow_up.id for follow_up in bank.get(question.rubric).follow_ups}
        assert set(answers[question.rubric].follow_ups) <= known
