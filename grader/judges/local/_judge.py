"""Reads an answer with the shared encoder and decides point by point."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from grader.answers import Answer, Window, is_instruction, matchable, restates
from grader.embedding import Encoded, SharedEncoder
from grader.errors import ConfigurationError
from grader.judges._protocol import JudgeIdentity, JudgeTask
from grader.judges.local._comparison import compare
from grader.judges.local._explain import explain_mistake, explain_point
from grader.judges.local._features import OwnerFeatures, extract
from grader.judges.local._head import load_head
from grader.types import (
    Evidence,
    Judgement,
    Mistake,
    MistakeFinding,
    Point,
    PointFinding,
    Rubric,
    Verdict,
)

_MADE = 0.5


class LocalJudge:
    """Compares every window of an answer with every statement of the rubric, and decides."""

    def __init__(self, encoder: SharedEncoder) -> None:
        """Use the service's encoder.

        Raises:
            ConfigurationError: The judge was trained for another embedder than the configured one.
        """
        self._encoder = encoder
        self._head = load_head()
        if self._head.encoder != encoder.fingerprint:
            raise ConfigurationError(
                f"the local judge was trained for the embedder {self._head.encoder}, not for "
                f"{encoder.fingerprint}; leave GRADER_EMBEDDER_MODEL at its default or choose "
                "another judge with GRADER_JUDGE"
            )

    @property
    def identity(self) -> JudgeIdentity:
        """The judge's name, and its embedder with the revision of its parameters."""
        return JudgeIdentity("local", f"{self._head.encoder}+{self._head.revision}")

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake; see `Judge.judge`."""
        answer = task.answer
        texts = [matchable(answer.quote(segment)) for segment in answer.segments]
        encoded = await self._encoder.encode(texts)
        return await asyncio.to_thread(self._decide, task, encoded)

    def _decide(self, task: JudgeTask, encoded: Sequence[Encoded]) -> Judgement:
        usable = _usable(task.answer, task.rubric)
        if not usable.any():
            return _nothing_said(task.rubric)
        comparison = compare(task.answer, encoded, task.vectors)
        found = {
            features.owner: features
            for features in extract(task.answer, comparison, task.vectors, usable)
        }
        return Judgement(
            points=tuple(
                self._judge_point(point, found[point.id], task.answer)
                for point in task.rubric.points
            ),
            mistakes=tuple(
                self._judge_mistake(mistake, found[mistake.id], task.answer)
                for mistake in task.rubric.mistakes
            ),
        )

    def _judge_point(self, point: Point, features: OwnerFeatures, answer: Answer) -> PointFinding:
        probabilities = self._head.judge_point(features.values)
        verdict = _likeliest(probabilities)
        window = _evidence_window(verdict, features, answer)
        return PointFinding(
            point_id=point.id,
            verdict=verdict,
            probabilities=probabilities,
            evidence=(_evidence(answer, window),) if window else (),
            why=explain_point(point, verdict, features, answer, window),
        )

    def _judge_mistake(
        self, mistake: Mistake, features: OwnerFeatures, answer: Answer
    ) -> MistakeFinding:
        probability = self._head.judge_mistake(features.values)
        made = probability >= _MADE
        window = answer.windows[features.window]
        return MistakeFinding(
            mistake_id=mistake.id,
            made=made,
            probability=probability,
            evidence=(_evidence(answer, window),) if made else (),
            why=explain_mistake(made=made),
        )


def _usable(answer: Answer, rubric: Rubric) -> npt.NDArray[np.bool_]:
    """Tell which windows are the candidate's own statements.

    What repeats the question or speaks to the grader states nothing about the subject.
    """
    own = [
        not restates(answer.quote(segment), rubric.question)
        and not is_instruction(answer.quote(segment))
        for segment in answer.segments
    ]
    return np.array([own[window.first] and own[window.last] for window in answer.windows])


def _nothing_said(rubric: Rubric) -> Judgement:
    why = "The answer only repeats the question or speaks to the grader."
    return Judgement(
        points=tuple(
            PointFinding(
                point_id=point.id,
                verdict=Verdict.MISSING,
                probabilities={Verdict.MISSING: 1.0},
                why=why,
            )
            for point in rubric.points
        ),
        mistakes=tuple(
            MistakeFinding(mistake_id=mistake.id, made=False, probability=0.0, why=why)
            for mistake in rubric.mistakes
        ),
    )


def _likeliest(probabilities: Mapping[Verdict, float]) -> Verdict:
    # Ties go to the verdict listed first in the enumeration, whatever the order of the mapping.
    return max(Verdict, key=lambda verdict: probabilities.get(verdict, -1.0))


def _evidence_window(verdict: Verdict, features: OwnerFeatures, answer: Answer) -> Window | None:
    if verdict is Verdict.MISSING:
        return None
    index = features.window
    if verdict is Verdict.CONTRADICTED and features.against_window is not None:
        index = features.against_window
    return answer.windows[index]


def _evidence(answer: Answer, window: Window) -> Evidence:
    return Evidence(start=window.start, end=window.end, quote=answer.quote(window))
