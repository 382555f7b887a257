"""promptfoo's Python interfaces, called as promptfoo calls them, and once by promptfoo itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.interop import promptfoo_grader
from evals.interop._grading import RubricGrader
from evals.interop.promptfoo_grader import call_api, get_assert
from grader.errors import AnswerInvalid, BadInput, JudgeUnavailable, RubricNotFound
from grader.judges import JudgeTask
from grader.types import Judgement, Verdict
from tests.evals.factories import ANSWER, RUBRIC, ScriptedJudge, open_grader, says

EXAMPLES = Path(promptfoo_grader.__file__).with_name("examples")


def judging(task: JudgeTask) -> Judgement:
    """Cover the first point; be down for an answer that says so."""
    if "down" in task.answer.text:
        raise JudgeUnavailable("The judge is down.")
    return says({"first": Verdict.COVERED, "second": Verdict.PARTIAL})(task)


@pytest.fixture(autouse=True)
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedJudge]:
    scripted = ScriptedJudge(judging)
    with open_grader(scripted) as grader:
        shared = RubricGrader(grader)
        monkeypatch.setattr(promptfoo_grader, "shared_grader", lambda *_: shared)
        yield scripted


def provided(prompt: str = ANSWER, **variables: Any) -> dict[str, Any]:
    return call_api(prompt, {"config": {}}, {"vars": {"rubric": RUBRIC.id, **variables}})


def asserted(output: Any = ANSWER, **config: Any) -> dict[str, Any]:
    return get_assert(output, {"vars": {}, "config": {"rubric": RUBRIC.id, **config}})


def test_the_provider_judges_a_prompt_as_an_answer() -> None:
    result = provided()
    assert result["output"]["pass"] is True
    assert result["output"]["score"] == pytest.approx(0.833)
    assert result["output"]["reason"].startswith("83.3 of 100, meets.")
    assert result["metadata"]["grade"]["rubric"]["sha256"] == RUBRIC.sha256
    assert result["tokenUsage"] == {"total": 0, "prompt": 0, "completion": 0, "numRequests": 0}
    json.dumps(result)


def test_the_assertion_has_a_result_for_each_point_and_mistake() -> None:
    result = asserted()
    components = result["componentResults"]
    assert [(each["pass"], each["score"]) for each in components] == [
        (True, 1.0),
        (False, 0.5),
        (True, 1.0),
    ]
    assert components[0]["reason"] == f"covered: {RUBRIC.points[0].claim} “{ANSWER[:2]}”"
    assert components[2]["reason"] == f"not made: {RUBRIC.mistakes[0].claim}"
    json.dumps(result)


def test_a_threshold_takes_the_place_of_the_band() -> None:
    assert not asserted(threshold=0.9)["pass"]
    assert asserted(threshold=0.8)["pass"]
    assert not provided(threshold="0.9")["output"]["pass"]


def test_the_config_goes_before_the_variables() -> None:
    context = {"vars": {"rubric": "no-such-rubric"}, "config": {"rubric": RUBRIC.id}}
    assert get_assert(ANSWER, context)["pass"]


@pytest.mark.parametrize(
    ("output", "config", "error", "said"),
    [
        ("The judge is down.", {}, JudgeUnavailable, "not graded: .*The judge is down"),
        (" ", {}, AnswerInvalid, "empty"),
        ({"a": 1}, {}, BadInput, "the output is dict, not text"),
        (ANSWER, {"rubric": ""}, BadInput, "names no rubric"),
        (ANSWER, {"rubric": "queue-basic"}, RubricNotFound, "queue-basics"),
        (ANSWER, {"threshold": 70}, BadInput, "from 0 to 1"),
        (ANSWER, {"threshold": "high"}, BadInput, "from 0 to 1"),
    ],
)
def test_without_a_grade_there_is_no_result(
    output: Any, config: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        asserted(output, **config)


def test_a_rubric_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(
        RUBRIC.model_copy(update={"id": "from-a-file"}).model_dump_json(exclude_defaults=True)
    )
    context = {"vars": {"rubric": str(path)}}
    assert call_api(ANSWER, {}, context)["metadata"]["grade"]["rubric"]["id"] == "from-a-file"


def _promptfoo() -> str | None:
    return os.environ.get("GRADER_TEST_PROMPTFOO") or shutil.which("promptfoo")


def test_promptfoo_runs_the_example(tmp_path: Path) -> None:
    command = _promptfoo()
    if command is None:
        missing = "promptfoo is not installed; npm install it and set GRADER_TEST_PROMPTFOO"
        if os.environ.get("GRADER_TEST_REQUIRE_PROMPTFOO") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLES, folder)
    _with_failures(folder / "promptfooconfig.yaml")
    ended = subprocess.run(
        [
            *(command, "eval", "--no-cache", "--no-share", "--grader"),
            *("file://grader_promptfoo.py", "-o", str(tmp_path / "out.json")),
        ],
        cwd=folder,
        env={
            **os.environ,
            # Beside promptfoo may lie the Node.js it was installed for.
            "PATH": f"{Path(command).parent}{os.pathsep}{os.environ['PATH']}",
            "PROMPTFOO_CONFIG_DIR": str(tmp_path / "state"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_PYTHON": sys.executable,
            "PROMPTFOO_PYTHON_WORKERS": "1",
            "PYTHONPATH": str(Path(promptfoo_grader.__file__).parents[2]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "out.json").exists(), ended.stdout + ended.stderr
    results = json.loads((tmp_path / "out.json").read_text())["results"]
    by_name = {each["testCase"]["description"]: each for each in results["results"]}
    failed = by_name.pop("The judge cannot read it")
    unknown = by_name.pop("There is no such rubric")
    assert all(each["success"] for each in by_name.values()), ended.stdout
    components = by_name["A short one reaches a lower bar, point by point"]["gradingResult"]
    assert len(components["componentResults"]) > 8
    assert "not graded" in failed["error"]
    assert "the nearest are password-hashing" in unknown["error"]
    assert results["stats"]["errors"] == 2
    assert results["stats"]["failures"] == 0


def _with_failures(config: Path) -> None:
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    german = "Passwörter werden gehasht, damit niemand sie lesen kann, und jedes bekommt sein Salz."
    document["tests"] += [
        {
            "description": "The judge cannot read it",
            "vars": {"answer": german},
            "assert": [{"type": "llm-rubric", "value": "password-hashing"}],
        },
        {
            "description": "There is no such rubric",
            "vars": {"answer": "Hash them."},
            "assert": [{"type": "llm-rubric", "value": "password-hashng"}],
        },
    ]
    config.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
