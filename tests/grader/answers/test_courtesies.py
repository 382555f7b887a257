from __future__ import annotations

import pytest

from grader.answers import is_courtesy


@pytest.mark.parametrize(
    "text",
    [
        "Hope that helps.",
        "Best regards",
        "Hi there, thanks for the question!",
        "Good morning, and thank you for having me.",
        "I hope this was helpful 🙂",
    ],
)
def test_greetings_and_leave_are_courtesies(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "Good question: it runs on one thread.",
        "I look at the traces first.",
        "Idempotency keys help.",
        "The.",
        "Time to live.",
    ],
)
def test_what_says_something_is_none(text: str) -> None:
    assert not is_courtesy(text)


def test_a_long_stretch_is_none_whatever_its_words() -> None:
    assert not is_courtesy("thanks " * 20)
