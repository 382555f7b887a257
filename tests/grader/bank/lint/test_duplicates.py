from __future__ import annotations

from typing import Any

import pytest

from grader.bank.lint import Code, lint_rubric
from grader.bank.lint._text import repeats
from tests.grader.bank.lint.examples import TECHNICAL, document, rubric

POINTS = document(TECHNICAL)["points"]
MISTAKES = document(TECHNICAL)["mistakes"]


def found(edits: dict[str, Any]) -> list[tuple[Code, str]]:
    return [(f.code, f.where) for f in lint_rubric(rubric(TECHNICAL, edits))]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("An index helps.", "an index helps"),
        (
            "Each extra index slows down the writes to a table.",
            "Writes to a table slow down with each extra index, and storage is taken up.",
        ),
    ],
)
def test_the_same_words_in_another_order_or_among_others_repeat(left: str, right: str) -> None:
    assert repeats(left, right)
    assert repeats(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The implicit grant should not be used.", "The password grant should not be used."),
        (
            "Status 401 means that the caller is not authenticated.",
            "Status 403 means that the caller is not permitted.",
        ),
        (
            "An await moves the code to another thread.",
            "An await never moves the code to another thread.",
        ),
        ("It is so.", "It is so here."),
    ],
)
def test_what_differs_in_the_word_that_matters_does_not_repeat(left: str, right: str) -> None:
    assert not repeats(left, right)


def test_two_mistakes_are_compared_as_well() -> None:
    edits = {"mistakes[1].claim": MISTAKES[0]["claim"].lower()}

    assert found(edits) == [(Code.DUPLICATE_CLAIM, "mistakes[1].claim")]


def test_an_accepted_phrasing_must_not_repeat_its_own_claim_or_another_phrasing() -> None:
    own = POINTS[1]

    for repeated in (own["claim"], own["accept"][0]):
        assert found({"points[1].accept[1]": repeated}) == [
            (Code.DUPLICATE_PHRASING, "points[1].accept[1]")
        ]


def test_a_rejected_phrasing_must_not_repeat_another_one() -> None:
    assert found({"points[1].reject[1]": POINTS[1]["reject"][0]}) == [
        (Code.DUPLICATE_PHRASING, "points[1].reject[1]")
    ]


def test_what_a_point_rejects_cannot_be_what_it_accepts() -> None:
    [finding] = lint_rubric(rubric(TECHNICAL, {"points[1].reject[1]": POINTS[1]["accept"][0]}))

    assert finding.code is Code.CONTRADICTORY_PHRASING
    assert "'gradual-rollout'" in finding.message


def test_a_mistake_cannot_be_what_makes_a_point() -> None:
    edits = {"mistakes[0].claim": POINTS[4]["claim"]}

    assert (Code.CONTRADICTORY_PHRASING, "mistakes[0].claim") in found(edits)


def test_a_reference_answer_may_refute_a_mistake_in_its_words() -> None:
    refuted = "Some say that code behind a flag needs no tests, which is wrong: both sides run."
    edits = {"reference_answer": document(TECHNICAL)["reference_answer"] + refuted}

    assert "needs no tests" in MISTAKES[1]["claim"]
    assert found(edits) == []
