"""Reading takes time in proportion to the text, whatever the text."""

from __future__ import annotations

import time

import pytest

from tests.grader.answers.reading import read


def test_ten_thousand_words_give_segments_in_proportion() -> None:
    sentence = "The event loop runs callbacks one by one. "
    answer = read(sentence * 1_250, 100_000)

    assert len(answer.segments) == 1_250
    assert len(answer.windows) == 2 * 1_250 - 1
    assert {answer.quote(segment) for segment in answer.segments} == {sentence.strip()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" + "." * 3_000 + "x", id="a row of full stops"),
        pytest.param("x" + "." * 2_000 + "'" * 2_000 + "x", id="full stops and quotes"),
        pytest.param("a. " * 900, id="one abbreviation after another"),
        pytest.param("x\n" + "```\n" * 1_400, id="fences"),
        pytest.param("x" + " " * 4_000 + "x", id="spaces"),
        pytest.param("x" + "\n" * 4_000 + "x", id="empty lines"),
        pytest.param("- x y\n" * 800, id="a long list"),
        pytest.param("`" * 4_000 + "x", id="backticks"),
        pytest.param("单" * 4_000, id="no space at all"),
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    def took(answer: str) -> float:
        started = time.thread_time()
        read(answer)
        return time.thread_time() - started

    # Prose of the same length is the yardstick; where time grows with the square of the length,
    # these take some hundred times as long.
    prose = ("The loop runs callbacks one by one. " * 200)[: len(text)]
    assert min(took(text) for _ in range(3)) < 30 * min(took(prose) for _ in range(3))
