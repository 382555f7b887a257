from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import pytest
from pydantic import ValidationError

from evals.datasets import Split, backend_split
from evals.datasets._style_probe import StyleRow, probe_style, style_features
from evals.training._practice import (
    MISTAKES,
    POINTS,
    PracticeAnswer,
    load_practice,
    load_questions,
    load_references,
)
from evals.training._statements import PointStatements, load_statements
from grader.types import Verdict

# A run of words long enough that a covered stretch has it from the claim.
_RUN = 5


@pytest.fixture(scope="module")
def answers() -> list[PracticeAnswer]:
    return list(load_practice())


@pytest.fixture(scope="module")
def claims() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for subject in load_statements():
        for item in subject:
            if isinstance(item, PointStatements):
                found[item.subject].append(item.claim)
    return found


def runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


def test_every_answer_is_to_a_subject_of_the_statements(
    answers: list[PracticeAnswer], claims: dict[str, list[str]]
) -> None:
    subjects = {answer.subject for answer in answers}
    assert subjects <= claims.keys()
    assert subjects == load_references().keys()
    assert all(len(claims[subject]) == POINTS for subject in subjects)
    assert max(Counter(answer.id for answer in answers).values()) == 1


def test_a_subject_makes_a_rubric_that_its_answers_are_labelled_by() -> None:
    for question in load_questions():
        rubric = question.rubric(Random(0))
        points = {point.id for point in rubric.points}
        mistakes = {mistake.id for mistake in rubric.mistakes}
        assert (len(points), len(mistakes)) == (POINTS, MISTAKES)
        assert all(point.accept and point.reject for point in rubric.points)
        assert len(question.labelled()) == len(question.answers) > 0
        for answer in question.labelled():
            assert answer.rubric_id == rubric.id
            assert answer.points.keys() == points
            assert answer.mistakes.keys() == mistakes


def test_no_subject_is_a_question_to_measure_on(answers: list[PracticeAnswer]) -> None:
    held_out = {*backend_split(Split.TEST), *backend_split(Split.DEVELOPMENT)}
    assert not held_out & {answer.subject for answer in answers}


def test_what_covers_a_claim_does_not_repeat_it(
    answers: list[PracticeAnswer], claims: dict[str, list[str]]
) -> None:
    for answer in answers:
        for claim, label in zip(claims[answer.subject], answer.points, strict=True):
            if label.verdict is Verdict.COVERED:
                assert not any(runs(claim) & runs(span.quote) for span in label.evidence), answer.id


def test_labels_do_not_follow_style(answers: list[PracticeAnswer]) -> None:
    rows = [
        StyleRow(answer.subject, label.verdict, style_features(answer.answer))
        for answer in answers
        for label in answer.points
    ]
    probe = probe_style(rows)
    assert probe is not None
    assert probe.auc <= 0.60


def test_verdicts_are_spread_over_styles(answers: list[PracticeAnswer]) -> None:
    covered: defaultdict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        covered[answer.style] += [label.verdict is Verdict.COVERED for label in answer.points]
    shares = [sum(found) / len(found) for found in covered.values()]
    assert len(shares) == 16
    assert max(shares) - min(shares) < 0.15


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": "Something else."}, "does not say"),
        ({"mistakes": [{"made": True}] * MISTAKES}, "has evidence where it is made"),
        ({"points": [{"verdict": "covered"}] * POINTS}, "has evidence, unless"),
        ({"points": [{"verdict": "ungraded"}] * POINTS}, "is a verdict"),
        ({"points": [{"verdict": "missing"}]}, "at least 6"),
    ],
)
def test_labels_that_the_answer_does_not_bear_out_are_refused(
    change: dict[str, object], told: str
) -> None:
    span = {"start": 0, "end": 5, "quote": "It is"}
    line: dict[str, object] = {
        "id": "queues/1",
        "subject": "queues",
        "answer": "It is a queue.",
        "points": [{"verdict": "covered", "evidence": [span]}] * POINTS,
        "mistakes": [{"made": False}] * MISTAKES,
        "style": "terse notes",
    }
    assert PracticeAnswer.model_validate(line).subject == "queues"
    with pytest.raises(ValidationError, match=told):
        PracticeAnswer.model_validate(line | change)
