"""Which judged answers to show the model beside the one to judge."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from grader.answers import matchable
from grader.embedding import FloatArray, SharedEncoder
from grader.judges._protocol import JudgeTask
from grader.types import Rubric, WorkedExample

_RUBRICS_IN_MEMORY = 256


class ExampleSource(Protocol):
    """Knows answers that a person has judged under the same rubric."""

    async def nearest(self, task: JudgeTask, count: int) -> Sequence[WorkedExample]:
        """Return up to `count` of them, the nearest to the task's answer first.

        The same task must give the same examples. The answer itself is never among them.
        """
        ...


class RubricExamples:
    """The worked examples in the rubric, and the reviewed answers to it, by the cosine of answers."""

    def __init__(self, encoder: SharedEncoder) -> None:
        """Compare with the service's encoder."""
        self._encoder = encoder
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()

    async def nearest(self, task: JudgeTask, count: int) -> Sequence[WorkedExample]:
        """Choose from both; see `ExampleSource.nearest`."""
        said = matchable(task.answer.text)
        examples = task.rubric.examples
        others = [n for n, each in enumerate(examples) if matchable(each.answer) != said]
        looks_up = task.reviewed is not None and bool(task.scope)
        if count == 0 or not (others or looks_up):
            return ()
        (answer,), vectors = await asyncio.gather(
            self._encoder.encode([said]), self._encoded(task.rubric)
        )
        found = [(float(vectors[n] @ answer.vector), examples[n]) for n in others]
        if task.reviewed is not None and task.scope:
            # One more than wanted, since the answer itself may have been reviewed before.
            reviewed = await task.reviewed.nearest(
                task.scope, task.rubric, answer.vector, count + 1
            )
            found += [each for each in reviewed if matchable(each[1].answer) != said]
        # Rounded, so that the last bits, which differ between machines, decide nothing.
        ranked = sorted(found, key=lambda each: -round(each[0], 4))
        return tuple(example for _, example in ranked[:count])

    async def _encoded(self, rubric: Rubric) -> FloatArray:
        if not rubric.examples:
            return np.empty((0, 0), dtype=np.float32)
        known = self._vectors.get(rubric.sha256)
        if known is None:
            texts = [matchable(example.answer) for example in rubric.examples]
            encoded = await self._encoder.encode(texts)
            known = self._vectors[rubric.sha256] = np.stack([each.vector for each in encoded])
            while len(self._vectors) > _RUBRICS_IN_MEMORY:
                self._vectors.popitem(last=False)
        return known
