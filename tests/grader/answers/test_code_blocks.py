"""Code between fences."""

from __future__ import annotations

import pytest

from tests.grader.answers.reading import read


@pytest.mark.parametrize("fence", ["```", "~~~"])
@pytest.mark.parametrize("info", ["", "js", " title=a.b "])
def test_a_fenced_code_block_is_one_segment(fence: str, info: str) -> None:
    code = f"{fence}{info}\nlet a = 1. b;\n\n- not a bullet. No.\n{fence}"
    answer = read(f"Look. Here:\n{code}\nIt blocks. Yes.")

    assert [answer.quote(s) for s in answer.segments] == [
        "Look.",
        "Here:",
        code,
        "It blocks.",
        "Yes.",
    ]
    assert [s.is_code for s in answer.segments] == [False, False, True, False, False]
    assert [s.block for s in answer.segments] == [0, 0, 1, 2, 2]


def test_code_is_not_read_together_with_its_neighbours() -> None:
    answer = read("Before.\n```\nlet a;\n```\nAfter. End.")

    assert [(w.first, w.last) for w in answer.windows if w.first != w.last] == [(2, 3)]


@pytest.mark.parametrize("end", ["", "\n", "\n~~~\n", "\n``` js\n"])
def test_code_that_is_never_closed_goes_to_the_end(end: str) -> None:
    text = "Look:\n```js\nlet a = 1. b;\nmore. code" + end

    assert [s.is_code for s in read(text).segments] == [False, True]


def test_two_code_blocks_are_two_segments() -> None:
    text = "```\nlet a;\n```\nThen:\n```\nlet b;\n```"

    assert [s.is_code for s in read(text).segments] == [True, False, True]


def test_an_indented_code_block_is_one_segment() -> None:
    assert [s.is_code for s in read("- So:\n  ```\n  a. b\n  ```\n- Next.").segments] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Look:\r\n```js\r\nlet a;\r\n```\r\nIt blocks.", id="Windows line ends"),
        pytest.param("Look:\n````\nlet a;\n````\nIt blocks.", id="four backticks"),
        pytest.param("Look:\n```\nlet a;\n`````\nIt blocks.", id="closed by more"),
    ],
)
def test_a_code_block_ends_where_it_is_closed(text: str) -> None:
    answer = read(text)

    assert [s.is_code for s in answer.segments] == [False, True, False]
    assert answer.quote(answer.segments[-1]) == "It blocks."


def test_code_in_backticks_within_a_line_is_not_a_block() -> None:
    assert not any(s.is_code for s in read("```let a = 1``` is it.\nIt blocks.").segments)


def test_prose_between_fences_is_read_as_prose() -> None:
    answer = read(
        "```\nIt is one thread that runs all of our code.\nThe kernel does the waiting.\n```"
    )

    assert not any(segment.is_code for segment in answer.segments)
    assert "`" not in "".join(answer.quote(segment) for segment in answer.segments)


def test_a_byte_order_mark_hides_no_code_block() -> None:
    answer = read("\ufeff```js\nserver.close();\n```\nThat stops new connections.")

    assert [segment.is_code for segment in answer.segments] == [True, False]
