from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from grader.answers import read_answer
from grader.bank import Bank
from grader.cross_encoder import ClaimAndPassage
from grader.embedding import FloatArray, SharedEncoder
from grader.index import encode_rubric
from grader.judges import JudgeTask
from grader.judges.local import LocalJudge, SecondReader
from grader.judges.local._head import load_head
from grader.judges.local._mixture import Mix, Mixture
from grader.types import Judgement, Rubric, Verdict

ANSWER = "Every insert has to update the index as well. Reads by that column get fast."
# In the order of the head's classes: contradicted, covered, missing, partial.
CERTAIN = Mix(np.eye(4, 1, dtype=np.float32) * 50, np.zeros(4, dtype=np.float32))
GUILTY = Mix(np.array([[0], [50]], dtype=np.float32), np.zeros(2, dtype=np.float32))
MIXTURE = Mixture(CERTAIN, CERTAIN, GUILTY, "r")


class Insistent:
    """Gives one score to everything, and keeps what it was asked."""

    fingerprint = "insistent/1"

    def __init__(self, score: float) -> None:
        self.value = score
        self.asked: list[ClaimAndPassage] = []

    def score(self, pairs: Sequence[ClaimAndPassage]) -> FloatArray:
        self.asked += pairs
        return np.full((len(pairs), 1), self.value, dtype=np.float32)


def judged(few: Bank, encoder: SharedEncoder, answer: str, by: Insistent | None) -> Judgement:
    return judged_by(few.get("database-indexes"), encoder, answer, by)


def judged_by(
    rubric: Rubric, encoder: SharedEncoder, answer: str, by: Insistent | None
) -> Judgement:
    reader = SecondReader(by, MIXTURE, load_head()) if by else None
    vectors = encode_rubric(rubric, encoder).unpack(rubric)
    task = JudgeTask(read_answer(answer, max_characters=1_000), rubric, vectors)
    judge = LocalJudge(encoder, reader)
    try:
        return asyncio.run(judge.judge(task))
    finally:
        judge.close()


def test_what_is_read_again_can_change_every_verdict(few: Bank, encoder: SharedEncoder) -> None:
    cross_encoder = Insistent(1.0)
    judgement = judged(few, encoder, ANSWER, cross_encoder)
    assert {point.verdict for point in judgement.points} == {Verdict.CONTRADICTED}
    assert all(mistake.made for mistake in judgement.mistakes)
    claims = [pair.claim for pair in cross_encoder.asked]
    rubric = few.get("database-indexes")
    assert claims == [
        *(point.claim for point in rubric.points),
        *(mistake.claim for mistake in rubric.mistakes),
    ]
    assert all(part in ANSWER for pair in cross_encoder.asked for part in pair.passage)


def test_a_score_of_nothing_changes_nothing(few: Bank, encoder: SharedEncoder) -> None:
    alone = judged(few, encoder, ANSWER, None)
    again = judged(few, encoder, ANSWER, Insistent(0.0))
    assert [p.verdict for p in again.points] == [p.verdict for p in alone.points]
    for first, second in zip(alone.points, again.points, strict=True):
        for verdict, share in first.probabilities.items():
            assert second.probabilities[verdict] == pytest.approx(share, abs=0.001)
    made = [mistake.probability for mistake in alone.mistakes]
    assert [mistake.probability for mistake in again.mistakes] == pytest.approx(made, abs=0.001)


def test_what_needs_no_judging_is_not_read_again(few: Bank, encoder: SharedEncoder) -> None:
    cross_encoder = Insistent(1.0)
    point = few.get("database-indexes").points[0]
    judgement = judged(few, encoder, point.claim, cross_encoder)
    assert judgement.points[0].verdict is Verdict.COVERED
    assert point.claim not in [pair.claim for pair in cross_encoder.asked]


def test_a_lone_reference_answer_is_not_read_again(few: Bank, encoder: SharedEncoder) -> None:
    cross_encoder = Insistent(1.0)
    rubric = few.get("database-indexes")
    bare = rubric.points[0].model_copy(update={"accept": (), "reject": ()})
    lone = rubric.model_copy(update={"points": (bare,), "reference_answer": ""})
    judged_by(lone, encoder, ANSWER, cross_encoder)
    assert [pair.claim for pair in cross_encoder.asked] == [m.claim for m in rubric.mistakes]


def test_the_grade_tells_by_what_it_was_read(encoder: SharedEncoder) -> None:
    reader = SecondReader(Insistent(1.0), MIXTURE, load_head())
    identity = LocalJudge(encoder, reader).identity
    assert identity.model == f"{LocalJudge(encoder).identity.model}, insistent/1+r"
