from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUBRIC = ROOT / "rubrics" / "data" / "sql-and-nosql.yaml"
ANSWER = "Relational databases have a fixed schema and joins. MongoDB is always faster."


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A bank of two rubrics, so that the first command indexes quickly."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "rubrics" / "data").mkdir(parents=True)
    for name in ("sql-and-nosql", "database-indexes"):
        source = ROOT / "rubrics" / "data" / f"{name}.yaml"
        (folder / "rubrics" / "data" / f"{name}.yaml").write_bytes(source.read_bytes())
    return os.environ | {
        "GRADER_DATA_DIR": str(folder / "data"),
        "GRADER_RUBRICS_DIR": str(folder / "rubrics"),
        "GRADER_CORPUS_DIR": str(ROOT / "corpus"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }


def run(
    environment: dict[str, str], *arguments: str | Path, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, env=environment, input=given, capture_output=True, check=False)


def refused(environment: dict[str, str], *arguments: str | Path, given: bytes = b"") -> str:
    """Run a command that must refuse, and return its message."""
    result = run(environment, *arguments, given=given)
    message = result.stderr.decode()
    assert result.returncode == 2, message
    assert "Traceback" not in message
    assert result.stdout == b""
    return message


def test_help_loads_nothing_heavy(environment: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "sys.argv = ['grader', '--help']\n"
        "from grader.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'chromadb', 'langchain_core', 'fastapi', 'pydantic', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
    for command in (
        "serve",
        "grade",
        "batch",
        "rubrics",
        "interviews",
        "import",
        "eval",
        "bench",
        "doctor",
    ):
        assert command in result.stdout


def test_an_answer_is_graded_for_people(environment: dict[str, str]) -> None:
    result = run(environment, "grade", "sql-and-nosql", "--answer", ANSWER)
    shown = result.stdout.decode()
    assert result.returncode == 0, result.stderr.decode()
    assert "of 100" in shown
    assert "“" in shown
    assert "Follow-up:" in shown


def test_an_answer_is_graded_for_programs(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text(ANSWER, encoding="utf-8")
    ways: list[tuple[tuple[str | Path, ...], bytes]] = [
        (("--answer", ANSWER), b""),
        (("--answer-file", file), b""),
        (("--answer-file", "-"), ANSWER.encode()),
        (("-",), ANSWER.encode()),
    ]
    grades = []
    for options, given in ways:
        result = run(environment, "grade", "sql-and-nosql", *options, "--json", given=given)
        grade = json.loads(result.stdout)
        grades.append({k: v for k, v in grade.items() if k not in ("id", "elapsed_ms")})
    assert all(grade == grades[0] for grade in grades)


def test_a_rubric_file_gives_the_grade_of_the_rubric_in_the_bank(
    environment: dict[str, str],
) -> None:
    by_file, by_id = (
        json.loads(run(environment, "grade", rubric, "--answer", ANSWER, "--json").stdout)
        for rubric in (RUBRIC, "sql-and-nosql")
    )
    assert by_file["points"] == by_id["points"]
    assert by_file["score"] == by_id["score"]


def test_bad_answers_are_refused(environment: dict[str, str], tmp_path: Path) -> None:
    grade = ("grade", "sql-and-nosql")
    assert "one way" in refused(environment, *grade)
    assert "one way" in refused(environment, *grade, "--answer", "x", "-")
    assert "unexpected argument" in refused(environment, *grade, "some answer")
    assert "cannot be read" in refused(environment, *grade, "--answer-file", tmp_path / "none")
    assert "not UTF-8" in refused(environment, *grade, "-", given=b"\xff\xfe\x00")
    assert "empty" in refused(environment, *grade, "-", given=b" \n")
    assert "NUL" in refused(environment, *grade, "-", given=b"a\x00b")
    assert "20,000" in refused(environment, *grade, "-", given=b"x" * 20_001)


def test_unknown_and_broken_rubrics_are_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert "sql-and-nosql" in refused(environment, "grade", "sql-nosql", "--answer", "x")
    assert "9.9.9" in refused(
        environment, "grade", "sql-and-nosql", "--rubric-version", "9.9.9", "--answer", "x"
    )
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: broken\nversion: 1.0.0\npoints:\n  - id: a\n    claim: It is so.\n")
    message = refused(environment, "grade", broken, "--answer", "x").replace("\n", " ")
    assert "broken.yaml:4: points[0].weight: missing" in message
    assert "question: missing" in message


def test_wrong_usage_and_settings_are_refused(environment: dict[str, str]) -> None:
    assert "no-such-command" in refused(environment, "no-such-command").lower()
    wrong = environment | {"GRADER_MAX_ANSWER_CHARACTERS": "many"}
    assert "GRADER_MAX_ANSWER_CHARACTERS" in refused(
        wrong, "grade", "sql-and-nosql", "--answer", "x"
    )
    wrong = environment | {"GRADER_JUDGE": "oracle"}
    assert "there is no judge 'oracle'" in refused(wrong, "grade", "sql-and-nosql", "--answer", "x")


def test_a_batch_is_graded_with_the_bank_and_with_a_folder(
    environment: dict[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "answers.jsonl"
    lines = [
        {"custom_id": "one", "rubric_id": "sql-and-nosql", "answer": ANSWER},
        {"custom_id": "two", "rubric_id": "nope", "answer": ANSWER},
    ]
    source.write_text("\n".join(json.dumps(entry) for entry in lines), encoding="utf-8")
    scores = []
    for name, options in (("bank", ()), ("folder", ("--rubrics", ROOT / "rubrics" / "data"))):
        target = tmp_path / f"{name}.jsonl"
        result = run(environment, "batch", source, "-o", target, *options, "--json")
        assert result.returncode == 0, result.stderr.decode()
        assert json.loads(result.stdout) == {"resumed": 0, "graded": 1, "failed": 1}
        first, second = (json.loads(text) for text in target.read_text().splitlines())
        scores.append(first["grade"]["score"])
        assert second["error"]["code"] == "rubric_not_found"
    assert scores[0] == scores[1]
    assert "cannot be read" in refused(
        environment, "batch", tmp_path / "none", "-o", tmp_path / "x"
    )


def test_the_bank_is_listed_and_shown(environment: dict[str, str]) -> None:
    listed = json.loads(run(environment, "rubrics", "list", "--json").stdout)
    assert [entry["id"] for entry in listed] == ["database-indexes", "sql-and-nosql"]
    assert "database-indexes" in run(environment, "rubrics", "list").stdout.decode()
    shown = run(environment, "rubrics", "show", "sql-and-nosql").stdout.decode()
    assert "Reference answer" in shown
    assert json.loads(run(environment, "rubrics", "show", str(RUBRIC), "--json").stdout)["points"]
    assert "wizard" in refused(environment, "rubrics", "list", "--level", "wizard")


def test_lint_says_where_and_exits_with_one(environment: dict[str, str], tmp_path: Path) -> None:
    good = run(environment, "rubrics", "lint", RUBRIC)
    assert good.returncode == 0
    assert "1 rubric checked: 0 errors, 0 warnings" in good.stdout.decode()
    bad = tmp_path / "bad.yaml"
    bad.write_text(RUBRIC.read_text(encoding="utf-8").replace("weight: 3", "weight: -3", 1))
    result = run(environment, "rubrics", "lint", bad)
    assert result.returncode == 1
    assert "points[0].weight: must be a number above 0, not -3" in result.stdout.decode()
    problems = json.loads(run(environment, "rubrics", "lint", bad, "--json").stdout)
    assert problems[0]["line"] > 1


def test_locking_adds_new_versions_and_refuses_changed_ones(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "rubrics"
    folder.mkdir()
    copy = folder / "sql-and-nosql.yaml"
    copy.write_bytes(RUBRIC.read_bytes())
    own = environment | {"GRADER_RUBRICS_DIR": str(folder)}
    assert run(own, "rubrics", "lock").stdout == b"1 versions locked, 1 in all\n"
    assert run(own, "rubrics", "lock").stdout == b"0 versions locked, 1 in all\n"
    copy.write_text(copy.read_text(encoding="utf-8").replace("weight: 3", "weight: 2", 1))
    assert "new version" in refused(own, "rubrics", "lock")
    assert run(own, "rubrics", "lint").returncode == 1


def test_doctor_reports_every_part(environment: dict[str, str], tmp_path: Path) -> None:
    healthy = run(environment, "doctor", "--json")
    assert healthy.returncode == 0, healthy.stdout.decode()
    parts = {finding["part"]: finding for finding in json.loads(healthy.stdout)}
    assert {"bank", "disk", "embedder", "vector index", "judge", "rate limits"} <= parts.keys()
    assert "GB free" in parts["disk"]["detail"]
    broken = environment | {"GRADER_RUBRICS_DIR": str(tmp_path / "nothing")}
    result = run(broken, "doctor")
    assert result.returncode == 1
    assert "no such folder" in " ".join(result.stdout.decode().split())
