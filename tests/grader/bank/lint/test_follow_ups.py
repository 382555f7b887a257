from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from grader.bank.lint import Code, Finding
from grader.bank.lint._follow_ups import check_missing, check_reachable, check_revealing
from tests.grader.bank.lint.examples import TECHNICAL, document, rubric
from tests.grader.factories import weighted

FIRST, SECOND = [point["claim"] for point in document(TECHNICAL)["points"]][:2]


def unreachable(
    follow_ups: Mapping[str, Sequence[str]], styles: Mapping[str, str] | None = None
) -> list[Finding]:
    base = weighted({"a": 3, "b": 2, "c": 1}, {"m": 1}, follow_ups=follow_ups)
    styled = [
        follow_up.model_copy(update={"style": styles.get(follow_up.id, follow_up.style)})
        for styles in [styles or {}]
        for follow_up in base.follow_ups
    ]
    return list(check_reachable(base.model_copy(update={"follow_ups": tuple(styled)})))


def test_the_three_heaviest_points_and_all_mistakes_need_a_follow_up() -> None:
    bare = weighted(
        {"v": 1, "w": 3, "x": 1, "y": 2, "z": 4}, {"m": 1, "n": 1}, follow_ups={"ask": ["w", "n"]}
    )

    assert [(f.code, f.where) for f in check_missing(bare)] == [
        (Code.MISSING_FOLLOW_UP, "points[4]"),
        (Code.MISSING_FOLLOW_UP, "points[3]"),
        (Code.MISSING_FOLLOW_UP, "mistakes[0]"),
    ]


@pytest.mark.parametrize(
    "follow_ups",
    [
        {"one": ["a", "m"], "two": ["b"], "three": ["c"]},
        {"one": ["a", "b"], "two": ["b", "a"]},
        {"broad": ["a", "b", "m"], "narrow": ["a"]},  # the broad one is for b and m
    ],
)
def test_a_follow_up_that_is_first_for_something_is_reachable(
    follow_ups: dict[str, list[str]],
) -> None:
    assert unreachable(follow_ups) == []


@pytest.mark.parametrize(
    ("follow_ups", "never"),
    [
        ({"one": ["a"], "two": ["a"]}, "two"),
        ({"broad": ["a", "b"], "narrow-a": ["a"], "narrow-b": ["b"]}, "broad"),
        ({"late": ["a", "b"], "first-a": ["a"], "first-b": ["b", "c"]}, "late"),
    ],
)
def test_a_follow_up_whose_targets_all_go_to_others_is_unreachable(
    follow_ups: dict[str, list[str]], never: str
) -> None:
    [finding] = unreachable(follow_ups)

    assert finding.code is Code.UNREACHABLE_FOLLOW_UP
    assert f"'{never}' is never the first choice" in finding.message
    others = [name for name in follow_ups if name != never]
    assert all(f"'{name}'" in finding.message for name in others)


def test_one_in_another_style_is_a_further_step_for_the_same_gap() -> None:
    follow_ups = {"one": ["a"], "two": ["a"], "three": ["a"]}
    styles = {"one": "pump", "two": "hint", "three": "prompt"}

    assert unreachable(follow_ups, styles) == []
    assert len(unreachable(follow_ups, styles | {"three": "hint"})) == 1


@pytest.mark.parametrize(
    ("ask", "reveals"),
    [
        (f"Is it true that {FIRST}", True),
        (
            "Can the code lie in production switched off, and does turning it on take a deployment?",
            True,
        ),
        (f"Do you know this one: {SECOND}", False),  # says what another point is about
        ("Your team merges every day. What do the users see of a feature meanwhile?", False),
    ],
)
def test_a_follow_up_must_not_hold_what_it_asks_for(ask: str, reveals: bool) -> None:
    edited = rubric(TECHNICAL, {"follow_ups[0].ask": ask})
    codes = [finding.code for finding in check_revealing(edited)]

    assert codes == ([Code.REVEALING_FOLLOW_UP] if reveals else [])


def test_the_correction_of_a_mistake_must_not_be_given_away() -> None:
    ask = (
        "Nobody is protected by a hidden button, the server checks permissions of a caller, right?"
    )
    [finding] = check_revealing(rubric(TECHNICAL, {"follow_ups[3].ask": ask}))

    assert finding.where == "follow_ups[3].ask"


def test_words_that_the_question_holds_already_give_nothing_away() -> None:
    edits = {"question": f"Explain this: {FIRST}", "follow_ups[0].ask": f"Why is it that {FIRST}"}

    assert list(check_revealing(rubric(TECHNICAL, edits))) == []
