from __future__ import annotations

from typing import Any

import pytest

from grader.bank.lint import Code, lint_rubric
from tests.grader.bank.lint.examples import CHOICE, document, rubric

RIGHT = document(CHOICE)["options"][1]
ANOTHER = {"id": "x", "text": "A clash is noticed.", "correct": True, "explanation": "By the 412."}


def found(edits: dict[str, Any]) -> list[tuple[Code, str]]:
    return [(f.code, f.where) for f in lint_rubric(rubric(CHOICE, edits))]


@pytest.mark.parametrize(
    "question",
    [
        "Which of these statements about If-Match are true?",
        "If-Match: mark all that apply, and say why.",
        "Which two statements about If-Match are true, and why?",
        "Which statements hold of If-Match?",
    ],
)
def test_several_options_may_be_correct_where_several_are_asked_for(question: str) -> None:
    assert found({"options[3]": ANOTHER, "question": question}) == []


@pytest.mark.parametrize(
    "question",
    [
        "Which statement about If-Match is true?",
        "What does If-Match do?",
        "Which of these is true?",
    ],
)
def test_several_correct_options_need_a_question_that_asks_for_several(question: str) -> None:
    edits = {"options[3]": ANOTHER, "question": question}

    assert found(edits) == [(Code.CORRECT_OPTIONS, "options")]


def test_where_everything_is_right_there_is_nothing_to_choose() -> None:
    edits = {"options": [RIGHT, ANOTHER], "question": "Mark all that apply."}

    assert found(edits) == [(Code.CORRECT_OPTIONS, "options")]


def test_a_single_option_is_no_choice() -> None:
    assert found({"options": [RIGHT]}) == [(Code.NO_OPTIONS, "options")]


@pytest.mark.parametrize(
    "text",
    ["All of the above", "None of these.", "Both A and C", "a and b", "Neither of the others"],
)
def test_an_option_must_not_speak_of_the_others(text: str) -> None:
    assert found({"options[2].text": text}) == [(Code.REVEALING_OPTION, "options[2].text")]


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("Never.", True),
        ("The write is carried out only if the document is still unchanged.", False),
        (f"{RIGHT['text']} The server refuses it with status 412 in any other case.", True),
    ],
)
def test_the_right_option_must_not_stand_out_by_its_length(text: str, noted: bool) -> None:
    expected = [(Code.REVEALING_OPTION, "options[1].text")] if noted else []

    assert found({"options[1].text": text}) == expected


def test_a_wrong_option_may_be_long() -> None:
    edits = {"options[0].text": document(CHOICE)["options"][0]["text"] + " And so it is. " * 5}

    assert found(edits) == []


def test_a_point_must_be_made_by_choosing_the_right_option() -> None:
    [finding] = lint_rubric(rubric(CHOICE, {"options[1].id": "another"}))

    assert finding.code is Code.UNLINKED_OPTION
    assert "'another'" in finding.message


def test_a_wrong_option_need_not_be_a_mistake() -> None:
    assert found({"options[2].id": "another"}) == []
