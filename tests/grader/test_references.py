from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import Problem
from grader.references import reference_problems


def multiple_choice(*options: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "kind": "multiple_choice",
        "points": [{"id": "right"}, {"id": "reason"}],
        "mistakes": [{"id": "wrong"}],
        "follow_ups": [{"id": "ask", "targets": ["right", "wrong"]}],
        "options": list(options),
        **changes,
    }


def option(name: Any, correct: Any) -> dict[str, Any]:
    return {"id": name, "text": "Some text.", "correct": correct}


def problems(document: dict[str, Any]) -> list[Problem]:
    return list(reference_problems(document))


def test_a_correct_option_may_share_its_id_with_a_point_and_a_wrong_one_with_a_mistake() -> None:
    assert problems(multiple_choice(option("right", True), option("wrong", False))) == []


def test_an_option_may_also_have_an_id_of_its_own() -> None:
    assert problems(multiple_choice(option("a", True), option("b", False))) == []


@pytest.mark.parametrize(
    ("name", "correct", "first", "hint"),
    [
        ("wrong", True, "mistakes[0].id", "a correct option may share the id of a point"),
        ("right", False, "points[0].id", "a wrong option may share the id of a mistake"),
        ("ask", True, "follow_ups[0].id", "a correct option may share the id of a point"),
        ("ask", False, "follow_ups[0].id", "a wrong option may share the id of a mistake"),
    ],
)
def test_an_option_may_share_no_other_id(name: str, correct: bool, first: str, hint: str) -> None:
    [problem] = problems(multiple_choice(option(name, correct)))

    assert problem.where == "options[0].id"
    assert f"'{name}' is already used at {first}" in problem.message
    assert hint in problem.message


@pytest.mark.parametrize("correct", [None, "yes", 1])
def test_an_option_that_does_not_say_whether_it_is_correct_is_linked_to_nothing(
    correct: object,
) -> None:
    [problem] = problems(multiple_choice(option("right", correct)))

    assert problem.message == "id 'right' is already used at points[0].id; ids must differ"


def test_two_options_may_not_share_an_id_even_if_the_first_is_linked() -> None:
    linked = problems(multiple_choice(option("right", True), option("right", True)))
    own = problems(multiple_choice(option("a", True), option("a", False)))

    assert [(p.where, "options[0].id" in p.message) for p in [*linked, *own]] == [
        ("options[1].id", True),
        ("options[1].id", True),
    ]


@pytest.mark.parametrize("part", ["points", "mistakes", "follow_ups"])
def test_other_parts_may_still_not_share_ids(part: str) -> None:
    document = multiple_choice(option("right", True))
    document[part] = [*document[part], {"id": "right", "targets": ["right"]}]

    assert any(f"{part}[" in problem.where for problem in problems(document))


def test_options_of_another_kind_of_question_are_refused() -> None:
    [problem] = problems(multiple_choice(option("right", True), kind="technical"))

    assert problem.where == "options"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["right", "wrong", "ask"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "correct", "targets"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "points", "mistakes", "follow_ups", "options", "examples"]),
        anything,
    )
)
def test_no_document_is_too_odd_to_be_looked_at(document: dict[str, Any]) -> None:
    assert all(problem.where and problem.message for problem in problems(document))
