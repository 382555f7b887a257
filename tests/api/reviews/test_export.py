from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.datasets import SETTLED, Dataset, DatasetInvalid
from grader.types import Verdict
from tests.api.reviews.play import HALF, graded, review
from tests.api.support import Caller, Service

AGREED = {"decouples": "covered", "buffers": "partial"}


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")


def exported(caller: Caller, query: str = "") -> str:
    response = caller("GET", f"/v1/reviews/export?{query}")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("application/x-ndjson")
    return str(response.text)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_reviewed_answer_is_a_labelled_answer(acme: Caller, tmp_path: Path) -> None:
    grade_id = graded(acme)["id"]
    quotes = ["lets the producer"]
    points = {"buffers": {"verdict": "partial", "quotes": quotes}}
    review(acme, grade_id, points=points, mistakes={"exactly-once": True})
    graded(acme, "unsure, and not reviewed")
    waiting = graded(acme, "unsure, and waiting for another person")["id"]
    review(acme, waiting, second_review=True)

    place = tmp_path / "reviews.jsonl"
    place.write_text(exported(acme), encoding="utf-8")
    (case,) = Dataset.open([place])
    assert (case.answer.id, case.answer.answer, case.answer.rater) == (grade_id, HALF, "ada")
    assert case.answer.points["buffers"].verdict is Verdict.PARTIAL
    assert [span.quote for span in case.answer.points["buffers"].evidence] == quotes
    assert case.answer.mistakes["exactly-once"].made
    assert exported(acme, "rubric_id=other") == ""


def test_several_raters_and_what_was_settled(acme: Caller, tmp_path: Path) -> None:
    grade_id = graded(acme)["id"]
    review(acme, grade_id, points={"buffers": "covered"}, second_review=True)
    blind = {"kind": "blind", "points": AGREED, "mistakes": {"exactly-once": False}}
    review(acme, grade_id, reviewer="bob", **blind)
    review(acme, grade_id, reviewer="cy", kind="settling", points={"buffers": "missing"})

    place = tmp_path / "reviews.jsonl"
    place.write_text(exported(acme), encoding="utf-8")
    assert [line["rater"] for line in lines(place.read_text())] == ["ada", "bob", SETTLED]
    (case,) = Dataset.open([place])
    assert [rating.rater for rating in case.ratings] == ["ada", "bob"]
    assert case.answer.points["buffers"].verdict is Verdict.MISSING


def test_a_rater_who_says_something_else_later_is_taken_at_the_latest(acme: Caller) -> None:
    grade_id = graded(acme)["id"]
    review(acme, grade_id, points={"buffers": "covered"})
    review(acme, grade_id, points={"buffers": "missing"})
    (line,) = lines(exported(acme))
    assert line["points"]["buffers"]["verdict"] == "missing"


def test_more_than_a_page_is_exported(acme: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reviews._export._AT_A_TIME", 2)
    made = [graded(acme, f"unsure {number}")["id"] for number in range(5)]
    for grade_id in made:
        review(acme, grade_id)
    assert [line["id"] for line in lines(exported(acme))] == made


def test_the_command_imports_what_was_exported(acme: Caller, tmp_path: Path) -> None:
    review(acme, graded(acme)["id"], points=AGREED)
    place, output = tmp_path / "reviews.jsonl", tmp_path / "set.jsonl"
    place.write_text(exported(acme), encoding="utf-8")
    result = CliRunner().invoke(app, ["data", "import", str(place), "-o", str(output)])
    assert result.exit_code == 0, result.output
    (before,), (after,) = Dataset.open([place]), Dataset.open([output])
    assert after.answer == before.answer
    assert after.ratings == before.ratings


def test_the_command_says_which_line_is_wrong(tmp_path: Path) -> None:
    place = tmp_path / "reviews.jsonl"
    place.write_text('{"id": "x"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["data", "import", str(place), "-o", str(tmp_path / "o")])
    assert isinstance(result.exception, DatasetInvalid)
    assert f"{place}:1: points: is missing" in str(result.exception)
