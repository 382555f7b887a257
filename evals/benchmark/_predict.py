"""Judging the rows of a public set: each reference is the one point of a rubric made for it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from evals.benchmark._rows import BenchmarkRow
from grader.answers import Answer, read_answer
from grader.embedding import SharedEncoder
from grader.errors import AnswerInvalid, JudgeUnavailable
from grader.index import RubricVectors, encode_rubric
from grader.judges import Judge, JudgeTask
from grader.ordered import in_order
from grader.scoring import CREDIT
from grader.types import Judgement, Point, PointFinding, Rubric, Verdict

_RUBRICS_IN_MEMORY = 1024


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a judge made of one row.

    Attributes:
        verdict: The best over the references; `ungraded` where the judge could not say.
        correct_probability: Probability that the best reference is covered.
        score: Best expected credit over the references, 0 to 1.
        why: Why it is ungraded.
    """

    verdict: Verdict
    correct_probability: float = 0.0
    score: float = 0.0
    why: str = ""


def reference_rubrics(row: BenchmarkRow) -> tuple[Rubric, ...]:
    """Make one rubric of one point for each of a row's references.

    References are alternatives: in one rubric they would be points that compete for the answer.
    """
    claims = dict.fromkeys(reference.text.strip() for reference in row.references)
    return tuple(_reference_rubric(row.question, claim) for claim in claims if claim)


def _reference_rubric(question: str, claim: str) -> Rubric:
    digest = hashlib.sha256(json.dumps([question, claim]).encode()).hexdigest()
    return Rubric(
        id=f"benchmark-{digest[:16]}",
        version="1.0.0",
        question=question,
        points=(Point(id="reference", claim=claim, weight=1),),
    )


class Predictor:
    """Judges rows concurrently; a question's vectors are made once."""

    def __init__(self, judge: Judge, encoder: SharedEncoder, *, max_characters: int) -> None:
        """Use a judge and the encoder it works with."""
        self._judge = judge
        self._encoder = encoder
        self._max_characters = max_characters
        self._vectors: OrderedDict[str, asyncio.Task[RubricVectors]] = OrderedDict()

    async def predict_all(
        self,
        rows: Iterable[BenchmarkRow],
        *,
        workers: int,
        limit: int | None = None,
        on_row: Callable[[], None] | None = None,
    ) -> list[tuple[BenchmarkRow, Prediction]]:
        """Judge rows, in order, with at most `workers` under way."""
        predicted = []
        results = in_order(islice(rows, limit), self._with_row, workers=workers)
        async with aclosing(results) as predictions:
            async for each in predictions:
                predicted.append(each)
                if on_row:
                    on_row()
        return predicted

    async def predict(self, row: BenchmarkRow) -> Prediction:
        """Judge one row."""
        try:
            answer = read_answer(row.answer, max_characters=self._max_characters)
        except AnswerInvalid as error:
            return Prediction(Verdict.UNGRADED, why=str(error))
        rubrics = reference_rubrics(row)
        try:
            judged = await asyncio.gather(*(self._judged(answer, rubric) for rubric in rubrics))
        except JudgeUnavailable as error:
            return Prediction(Verdict.UNGRADED, why=str(error))
        return best_prediction((point for each in judged for point in each.points), len(rubrics))

    async def _judged(self, answer: Answer, rubric: Rubric) -> Judgement:
        vectors = await self._vectors_of(rubric)
        return await self._judge.judge(JudgeTask(answer, rubric, vectors))

    async def _with_row(self, row: BenchmarkRow) -> tuple[BenchmarkRow, Prediction]:
        return row, await self.predict(row)

    async def _vectors_of(self, rubric: Rubric) -> RubricVectors:
        task = self._vectors.get(rubric.id)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(self._encode, rubric))
            self._vectors[rubric.id] = task
            while len(self._vectors) > _RUBRICS_IN_MEMORY:
                self._vectors.popitem(last=False)
        # One row's end must not end the encoding that other rows wait for.
        return await asyncio.shield(task)

    def _encode(self, rubric: Rubric) -> RubricVectors:
        return encode_rubric(rubric, self._encoder).unpack(rubric)


def best_prediction(findings: Iterable[PointFinding], references: int) -> Prediction:
    """Take the best over the references.

    An answer is correct if any reference is covered; where none is and some could not be judged,
    nothing is known.
    """
    graded = [finding for finding in findings if finding.verdict is not Verdict.UNGRADED]
    ranked = sorted(graded, key=lambda finding: _RANK[finding.verdict])
    covered = any(finding.verdict is Verdict.COVERED for finding in graded)
    if not graded or (len(graded) < references and not covered):
        return Prediction(Verdict.UNGRADED, why="The judge could not judge every reference.")
    return Prediction(
        verdict=ranked[0].verdict,
        correct_probability=max(_shares(f).get(Verdict.COVERED, 0.0) for f in graded),
        score=max(
            sum(CREDIT[verdict] * share for verdict, share in _shares(f).items()) for f in graded
        ),
    )


_RANK = {
    verdict: rank
    for rank, verdict in enumerate(
        (Verdict.COVERED, Verdict.PARTIAL, Verdict.CONTRADICTED, Verdict.MISSING)
    )
}


def _shares(finding: PointFinding) -> dict[Verdict, float]:
    """Return the probabilities of a finding; a judge that gives none is taken at its word."""
    return dict(finding.probabilities) or {finding.verdict: 1.0}
