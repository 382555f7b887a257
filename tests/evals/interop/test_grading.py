"""The grader that a process keeps, and the words for a grade."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evals.interop import _grading
from evals.interop._grading import RubricGrader, explain, rubric_name, shared_grader
from grader.errors import AnswerInvalid, BadInput, JudgeUnavailable, RubricInvalid, RubricNotFound
from grader.types import Verdict
from tests.evals.factories import ANSWER, RUBRIC, ScriptedJudge, open_grader, says

MIXED = says({"first": Verdict.CONTRADICTED, "second": Verdict.MISSING}, made=True)


@pytest.fixture
def graders(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[RubricGrader]]:
    """Those that were opened."""
    opened: list[RubricGrader] = []

    def open_one(*_: object) -> RubricGrader:
        opened.append(RubricGrader(open_grader(ScriptedJudge(MIXED))))
        return opened[-1]

    monkeypatch.setattr(RubricGrader, "open", open_one)
    _grading._opened.cache_clear()
    yield opened
    _grading._opened.cache_clear()
    for grader in opened:
        grader.close()


def test_a_process_opens_one_grader_for_all_who_ask(graders: list[RubricGrader]) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: shared_grader(), range(16)))
    assert len(graders) == 1
    assert set(given) == set(graders)
    assert shared_grader(Path("elsewhere")) is not given[0]


def explained(answer: str, rubric: str = RUBRIC.id) -> str:
    with open_grader(ScriptedJudge(MIXED)) as grader:
        return explain(asyncio.run(RubricGrader(grader).grade(answer, rubric)).grade)


def test_a_grade_is_explained_by_what_is_missing_and_wrong() -> None:
    said = explained(ANSWER)
    assert said.startswith("0 of 100, does not meet. Missing: Claim second.")
    assert "Contradicted: Claim first." in said
    assert "Mistakes made: Belief wrong." in said


def test_a_rubric_is_named_as_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(RUBRIC.model_dump_json(exclude_defaults=True))
    for name in (RUBRIC.id, f"{RUBRIC.id}@{RUBRIC.version}", str(path)):
        assert explained(ANSWER, name)
    for name, error in (
        ("queue", RubricNotFound),
        (f"{RUBRIC.id}@9.0.0", RubricNotFound),
        (str(tmp_path / "none.yaml"), RubricInvalid),
    ):
        with pytest.raises(error):
            explained(ANSWER, name)


def test_an_empty_answer_and_an_ungraded_one_have_no_grade() -> None:
    with pytest.raises(AnswerInvalid):
        explained(" ")
    german = "Eine Warteschlange entkoppelt den Sender vom Empfänger und fängt Lastspitzen ab."
    with pytest.raises(JudgeUnavailable, match=r"not graded: .*not in English"):
        explained(german)


@pytest.mark.parametrize("value", [None, "", " ", 3, ["a"]])
def test_what_names_no_rubric_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match=r"metadata\.rubric names no rubric; give"):
        rubric_name(value, "metadata.rubric")
