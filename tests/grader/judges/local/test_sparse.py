from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from grader.answers import read_answer
from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError
from grader.index import encode_rubric
from grader.judges import JudgeTask
from grader.judges.local import LocalJudge
from grader.judges.local._head import load_head
from grader.judges.local._sparse import Doubt, load_doubt, sparseness
from grader.types import Judgement, Verdict

SHARES = {
    Verdict.CONTRADICTED: 0.1,
    Verdict.COVERED: 0.6,
    Verdict.MISSING: 0.2,
    Verdict.PARTIAL: 0.1,
}
TAKEN = {
    Verdict.CONTRADICTED: 0.0,
    Verdict.COVERED: 1.0,
    Verdict.MISSING: -1.0,
    Verdict.PARTIAL: 0.0,
}
DOUBT = Doubt(TAKEN, {**TAKEN, Verdict.COVERED: 5.0}, "r")

ONE_POINT = "Every index has to be updated by each insert, so writes get slower."


def test_one_who_speaks_of_the_other_points_is_not_doubted_however_long_the_answer() -> None:
    assert sparseness([0.0, 0.9, 0.9, 0.8], words=10_000)[0] == 0


def test_one_who_makes_a_point_and_stops_is_not_doubted() -> None:
    assert not sparseness([0.95, 0.3, 0.1, 0.1], words=12).any()


def test_the_longer_an_answer_that_says_little_the_more_it_is_doubted() -> None:
    touched = [0.9, 0.2, 0.1, 0.1]
    short, longer, longest = (sparseness(touched, words)[0] for words in (12, 40, 60))
    assert 0 == short < longer < longest


def test_what_else_is_said_counts_not_the_point_itself() -> None:
    lone, *others = sparseness([0.9, 0.1, 0.1], words=200)
    assert all(lone > other for other in others)


def test_a_rubric_of_one_point_has_no_others() -> None:
    assert sparseness([0.4], words=500).tolist() == [0]
    assert sparseness([], words=500).tolist() == []


def test_doubt_moves_probability_from_covered_to_missing() -> None:
    (found,) = DOUBT.lowered({"p": SHARES}, {"p": 1.0}, bare=()).values()
    assert found[Verdict.COVERED] < SHARES[Verdict.COVERED]
    assert found[Verdict.MISSING] > SHARES[Verdict.MISSING]
    assert sum(found.values()) == pytest.approx(1, abs=0.001)


def test_without_doubt_probabilities_are_as_they_were() -> None:
    (found,) = DOUBT.lowered({"p": SHARES}, {"p": 0.0}, bare=()).values()
    assert found == SHARES


def test_points_with_a_claim_alone_are_doubted_by_numbers_of_their_own() -> None:
    found = DOUBT.lowered({"p": SHARES, "q": SHARES}, {"p": 1.0, "q": 1.0}, bare={"q"})
    assert found["q"][Verdict.COVERED] < found["p"][Verdict.COVERED]


def test_what_is_installed_doubts_what_is_covered_and_believes_what_is_missing() -> None:
    doubt = load_doubt()
    for taken in (doubt.point, doubt.bare_point):
        assert taken[Verdict.COVERED] > 0 > taken[Verdict.MISSING]
        assert np.isfinite(list(taken.values())).all()


def test_numbers_that_were_fitted_for_another_head_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = replace(load_head(), revision="another")
    monkeypatch.setattr("grader.judges.local._sparse.load_head", lambda: other)
    load_doubt.cache_clear()
    with pytest.raises(ConfigurationError, match=r"not for another; .*evals\.training\.sparse"):
        load_doubt()


def judged(few: Bank, encoder: SharedEncoder, answer: str) -> Judgement:
    rubric = few.get("database-indexes")
    vectors = encode_rubric(rubric, encoder).unpack(rubric)
    task = JudgeTask(read_answer(answer, max_characters=5_000), rubric, vectors)
    return asyncio.run(LocalJudge(encoder).judge(task))


def test_a_point_clearly_made_is_found_among_an_answer_to_another_question(
    few: Bank, encoder: SharedEncoder
) -> None:
    elsewhere = few.get("hard-technical-problem").reference_answer
    judgement = judged(few, encoder, f"{elsewhere} {ONE_POINT}")
    found = {point.point_id for point in judgement.points if point.verdict is Verdict.COVERED}
    assert found == {"slower-writes"}
