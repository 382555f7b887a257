from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.bank import Bank, LockFile, lint_paths, lint_rubric, parse_rubric
from tests.grader.factories import document


def good(**changes: Any) -> dict[str, Any]:
    """A rubric with nothing to warn about."""
    names = ["first", "second", "third", "fourth", "fifth"]
    return (
        document(
            status="published",
            topics=["messaging"],
            reference_answer=" ".join(["word"] * 150),
            points=[{"id": name, "claim": f"The {name} claim.", "weight": 1} for name in names],
            mistakes=[
                {"id": "wrong", "claim": "A belief.", "penalty": 1, "correction": "The truth."},
            ],
            follow_ups=[{"id": "ask", "ask": "And?", "targets": [*names[:3], "wrong"]}],
            examples=[{"answer": "It does.", "points": dict.fromkeys(names, "missing")}],
        )
        | changes
    )


def warnings(**changes: Any) -> list[tuple[str, str]]:
    found = lint_rubric(parse_rubric(good(**changes)))
    assert all(problem.severity == "warning" for problem in found)
    return [(problem.where, problem.message) for problem in found]


def points(*weights: float) -> list[dict[str, Any]]:
    return [{"id": f"p{i}", "claim": "A claim.", "weight": w} for i, w in enumerate(weights)]


def asking(*targets: str) -> list[dict[str, Any]]:
    return [{"id": "ask", "ask": "And?", "targets": list(targets)}]


def test_a_rubric_in_good_order_has_no_warnings() -> None:
    assert warnings() == []


@pytest.mark.parametrize("count", [4, 9])
def test_too_few_or_too_many_points_are_noted(count: int) -> None:
    found = warnings(
        points=points(*[1] * count), follow_ups=asking("p0", "p1", "p2", "wrong"), examples=[]
    )

    assert found == [("points", f"{count} points; 5 to 8 make a fair score")]


@pytest.mark.parametrize("count", [5, 8])
def test_five_to_eight_points_are_fine(count: int) -> None:
    changes = {
        "points": points(*[1] * count),
        "follow_ups": asking("p0", "p1", "p2", "wrong"),
        "examples": [],
    }

    assert warnings(**changes) == []


def test_a_multiple_choice_question_may_have_few_points() -> None:
    changes = {
        "kind": "multiple_choice",
        "points": points(1, 1),
        "follow_ups": asking("p0", "p1", "wrong"),
        "examples": [],
    }

    assert warnings(**changes) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [(0, "no reference answer"), (119, "119 words"), (120, None), (250, None), (251, "251 words")],
)
def test_the_length_of_the_reference_answer_is_looked_at(words: int, expected: str | None) -> None:
    found = warnings(reference_answer="word " * words)

    assert [where for where, _ in found] == (["reference"] if expected else [])
    assert all(expected and expected in message for _, message in found)


def test_a_point_with_more_than_half_of_the_weight_is_noted() -> None:
    targets = asking("p0", "p1", "p2", "wrong")

    assert warnings(points=points(4, 1, 1, 1, 1), follow_ups=targets, examples=[]) == []
    assert warnings(points=points(5, 1, 1, 1, 1), follow_ups=targets, examples=[]) == [
        ("points", "one point carries more than half of the weight")
    ]


def test_the_three_heaviest_points_need_a_follow_up() -> None:
    found = warnings(points=points(1, 3, 1, 2, 4), follow_ups=asking("p1", "wrong"), examples=[])

    assert found == [
        ("points[4]", "no follow-up targets 'p4', one of the heaviest"),
        ("points[3]", "no follow-up targets 'p3', one of the heaviest"),
    ]


def test_every_mistake_needs_a_follow_up_and_a_correction() -> None:
    bare = {"id": "also-wrong", "claim": "A belief.", "penalty": 1}

    found = warnings(mistakes=[*good()["mistakes"], bare])

    assert found == [
        ("mistakes[1]", "no follow-up targets 'also-wrong'"),
        ("mistakes[1].correction", "no correction to show the candidate"),
    ]


def test_topics_are_wanted_of_what_is_published() -> None:
    assert [where for where, _ in warnings(topics=[])] == ["topics"]
    assert warnings(topics=[], status="draft") == []


def test_an_example_should_label_every_point() -> None:
    found = warnings(examples=[{"answer": "It does.", "points": {"first": "covered"}}])

    assert found == [("examples[0].points", "no verdict for second, third, fourth, fifth")]


def test_files_are_checked_and_warnings_have_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "rubric.yaml"
    text = yaml.safe_dump(good(topics=[]), sort_keys=False)
    path.write_text(text, encoding="utf-8")

    checked, [problem] = lint_paths([path], {})

    assert checked == 1
    assert (problem.file, problem.severity) == (str(path), "warning")
    assert text.splitlines()[problem.line - 1] == "topics: []"


def test_a_folder_gives_errors_and_warnings_of_all_its_files(tmp_path: Path) -> None:
    contents = {
        "a.yaml": good(topics=[]),
        "b.yaml": good(id="other", version="one"),
        "c.yaml": good(id="third"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(yaml.safe_dump(content), encoding="utf-8")

    checked, problems = lint_paths([tmp_path], {})

    assert checked == 3
    assert [(Path(p.file).name, p.where, p.severity) for p in problems] == [
        ("a.yaml", "topics", "warning"),
        ("b.yaml", "version", "error"),
    ]


def test_the_lock_file_of_a_folder_is_checked_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(good()), encoding="utf-8")
    LockFile({}).with_new(Bank([parse_rubric(good())])).write(tmp_path)
    assert lint_paths([tmp_path], {}) == (1, [])

    (tmp_path / "a.yaml").write_text(yaml.safe_dump(good(question="Else?")), encoding="utf-8")
    _, [problem] = lint_paths([tmp_path], {})

    assert "has changed" in problem.message
    assert problem.severity == "error"
    assert problem.file == str(tmp_path / "a.yaml")


def test_the_same_id_and_version_in_two_files_is_reported(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(yaml.safe_dump(good()), encoding="utf-8")

    _, problems = lint_paths([tmp_path], {})

    assert any("already defined" in problem.message for problem in problems)
