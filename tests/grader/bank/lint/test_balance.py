from __future__ import annotations

from typing import Any

import pytest

from grader.bank.lint import Code, lint_rubric
from tests.grader.bank.lint.examples import CHOICE, TECHNICAL, document, rubric


def found(edits: dict[str, Any]) -> list[tuple[Code, str]]:
    return [(f.code, f.where) for f in lint_rubric(rubric(TECHNICAL, edits))]


def plain_points(count: int) -> dict[str, Any]:
    """So many points of the same weight, with hardly a word in common."""
    letters = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota")
    names = letters[:count]
    return {
        "points": [
            {"id": n, "claim": f"Component {n} speaks protocol {n}.", "weight": 1} for n in names
        ],
        "follow_ups": [
            {"id": "ask", "ask": "And?", "targets": [*names[:3], "hiding-is-protection"]},
            {"id": "ask-more", "ask": "What else?", "targets": ["no-more-tests"]},
        ],
    }


@pytest.mark.parametrize(("count", "noted"), [(4, True), (5, False), (8, False), (9, True)])
def test_five_to_eight_points_are_fine(count: int, noted: bool) -> None:
    assert found(plain_points(count)) == ([(Code.POINT_COUNT, "points")] if noted else [])


def test_a_multiple_choice_question_may_have_few_points() -> None:
    assert len(document(CHOICE)["points"]) == 3
    assert lint_rubric(rubric(CHOICE)) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (0, Code.NO_REFERENCE),
        (119, Code.REFERENCE_LENGTH),
        (120, None),
        (250, None),
        (251, Code.REFERENCE_LENGTH),
    ],
)
def test_the_length_of_the_reference_answer_is_looked_at(words: int, expected: Code | None) -> None:
    assert found({"reference_answer": "word " * words}) == (
        [(expected, "reference")] if expected else []
    )


def test_half_of_the_weight_is_not_too_much_for_a_point() -> None:
    others = sum(point["weight"] for point in document(TECHNICAL)["points"][1:])

    assert found({"points[0].weight": others}) == []
    assert found({"points[0].weight": others + 1}) == [(Code.DOMINANT_WEIGHT, "points[0].weight")]


def test_a_single_point_may_carry_all_the_weight() -> None:
    edits = {"points": document(CHOICE)["points"][:1], "follow_ups[0].targets": ["a"]}
    edits["points"][0]["id"] = "a"
    edits |= {"follow_ups": [{"id": "ask", "ask": "And?", "targets": ["a"]}], "mistakes": []}

    assert found(edits) == [(Code.POINT_COUNT, "points")]


def test_a_mistake_may_cost_half_of_the_weight_and_no_more() -> None:
    total = sum(point["weight"] for point in document(TECHNICAL)["points"])

    assert found({"mistakes[0].penalty": total / 2}) == []
    [finding] = lint_rubric(rubric(TECHNICAL, {"mistakes[0].penalty": total * 2}))
    assert "costs 100 of 100" in finding.message


def test_equal_penalties_fit_any_severity() -> None:
    edits = {"mistakes[0].severity": "critical", "mistakes[0].penalty": 1}

    assert found(edits) == []


def test_topics_are_wanted_of_what_is_published() -> None:
    assert found({"topics": []}) == [(Code.NO_TOPICS, "topics")]
    assert found({"topics": [], "status": "draft"}) == []


def test_an_example_without_labels_names_the_points_that_lack_one() -> None:
    points = [point["id"] for point in document(TECHNICAL)["points"]]
    labels = dict.fromkeys(points[:-2], "missing")
    [finding] = lint_rubric(rubric(TECHNICAL, {"examples": [{"answer": "So.", "points": labels}]}))

    assert finding.message.startswith(f"no verdict for {', '.join(points[-2:])};")
