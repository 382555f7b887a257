"""Labels: where they are, and where ordinary words only look like them."""

from __future__ import annotations

import pytest

from grader.importing._cues import Cue, find_label, split_inner_labels
from grader.importing._document import Role


@pytest.mark.parametrize(
    ("line", "cue", "rest"),
    [
        ("Q: What is it?", Cue.QUESTION, "What is it?"),
        ("Q1 (System design): Finding the cause", Cue.QUESTION, "Finding the cause"),
        ("Question #3 - What is it?", Cue.QUESTION, "What is it?"),
        ("Question 7", Cue.QUESTION, ""),
        ("Question 7What is it good for?", Cue.QUESTION, "What is it good for?"),
        ("A: It is a queue.", Cue.ANSWER, "It is a queue."),
        ("Sample answer: It is a queue.", Cue.ANSWER, "It is a queue."),
        ("✅ Key Points to cover:", Cue.POINTS, ""),
        ("Key Points (must mention):", Cue.POINTS, ""),
        ("3. Key points", Cue.POINTS, ""),
        ("Key PointsIndexes speed up reads.", Cue.POINTS, "Indexes speed up reads."),
        ("Common MistakesForgetting indexes.", Cue.MISTAKES, "Forgetting indexes."),
        ("Red Flags 🚩", Cue.RED_FLAGS, ""),
        ("Follow-up: And then?", Cue.FOLLOW_UPS, "And then?"),
        ("Correct Answers: a, c", Cue.CORRECT, "a, c"),
        ("Interviewer (follow-up): And then?", Cue.INTERVIEWER, "And then?"),
        ("Scenario 2: A slow shop", Cue.SCENARIO, "A slow shop"),
        ("Difficulty: hard", Cue.LEVEL, "hard"),
    ],
)
def test_labels_are_found(line: str, cue: Cue, rest: str) -> None:
    label = find_label(line, Role.TEXT)
    assert label is not None
    assert (label.cue, label.rest) == (cue, rest)


@pytest.mark.parametrize(
    "line",
    [
        "Answer the question directly.",
        "Key points matter a lot.",
        "Context switching is costly",
        "Case sensitivity matters",
        "Follow up with the team.",
        "Setup scripts run first",
        "A B-tree index is sorted",
        "Questions to ask",
        "Why A is wrong: it is slower",
        "Strong answers mention locks",
        "Time complexity: O(n)",
        "Mock Interviews",
    ],
)
def test_ordinary_words_are_no_labels(line: str) -> None:
    assert find_label(line, Role.TEXT) is None


def test_weak_labels_do_not_count_in_lists() -> None:
    assert find_label("Context: gather the requirements", Role.BULLET) is None
    assert find_label("Follow-up: And then?", Role.BULLET) is not None


def test_a_is_an_answer_unless_options_follow() -> None:
    assert find_label("A: PUT", Role.TEXT, "B: POST") is None
    assert find_label("A: PUT B: POST", Role.TEXT) is None
    label = find_label("A: PUT", Role.TEXT, "Key points")
    assert label is not None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("What is it? Answer: A queue.", ["What is it?", "Answer: A queue."]),
        ("What is TLS? A: A protocol.", ["What is TLS?", "A: A protocol."]),
        ("D) None of these Correct Answer: B", ["D) None of these", "Correct Answer: B"]),
        ("It is sent again.Key Points: retries", ["It is sent again.", "Key Points: retries"]),
        ("Answer: B Explanation: it is faster", ["Answer: B", "Explanation: it is faster"]),
        ("The answer: it depends", ["The answer: it depends"]),
        ("Correct Answer: C", ["Correct Answer: C"]),
    ],
)
def test_labels_inside_a_line_split_it(line: str, parts: list[str]) -> None:
    assert split_inner_labels(line) == parts
