"""Measures that can be taken of any resampling of the questions, and their intervals.

Answers to one question resemble each other, so that what is resampled is the question with all its
answers (the cluster bootstrap; Davison and Hinkley, "Bootstrap Methods and their Application",
1997, section 3.8). A resampling is told by how often each question is drawn. Two runs measured with
the same draws give paired differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from grader.types import Frozen

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RESAMPLES = 1000
SEED = 20130607
_LEVEL = 0.95


class Figure(Frozen):
    """A measured figure with its interval.

    Attributes:
        value: None where it is not defined, as a correlation of constants.
        low: Lower end of the 95 % interval; None with fewer than two questions.
        high: Upper end.
        count: Cases it rests on: points, mistakes or answers.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int


class Measure(Protocol):
    """A statistic of a set of questions, each counted so many times."""

    @property
    def count(self) -> int:
        """Cases it rests on."""
        ...

    def replicates(self, draws: IntArray) -> FloatArray:
        """Take the measure of each resampling; NaN where it is not defined.

        Args:
            draws: How often each question is counted; shape (resamplings, questions).

        Returns:
            Shape (resamplings,).
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Tallied:
    """A measure that follows from sums over cases, so that a resampling costs one product.

    Attributes:
        tallies: The sums of each question's cases; shape (questions, sums).
        formula: From sums, shape (resamplings, sums), to the measure, shape (resamplings,).
        count: Cases it rests on.
    """

    tallies: FloatArray
    formula: Callable[[FloatArray], FloatArray]
    count: int

    def replicates(self, draws: IntArray) -> FloatArray:
        """See `Measure.replicates`."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.formula(draws.astype(np.float64) @ self.tallies)


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A measure that needs the cases themselves, as all that sort do.

    Attributes:
        questions: Each case's question; shape (cases,).
        columns: What is known of each case; each of shape (cases,).
        compute: From the columns of the cases drawn to the measure.
    """

    questions: IntArray
    columns: tuple[FloatArray, ...]
    compute: Callable[..., float]

    @property
    def count(self) -> int:
        """Cases it rests on."""
        return len(self.questions)

    def replicates(self, draws: IntArray) -> FloatArray:
        """See `Measure.replicates`."""
        # What is drawn from sorted cases is sorted, and is soon sorted once more.
        order = np.argsort(-self.columns[0], kind="stable")
        cases = Ranked(
            self.questions[order], tuple(column[order] for column in self.columns), self.compute
        )
        return np.array([cases._once(draw[cases.questions]) for draw in draws])

    def _once(self, times: IntArray) -> float:
        drawn = np.repeat(np.arange(len(times)), times)
        if not len(drawn):
            return float("nan")
        return self.compute(*(column[drawn] for column in self.columns))


def tallied(
    questions: IntArray,
    total: int,
    cases: FloatArray,
    formula: Callable[[FloatArray], FloatArray],
) -> Tallied:
    """Sum cases by question.

    Args:
        questions: Each case's question; shape (cases,).
        total: Number of questions.
        cases: What each case adds to the sums; shape (cases, sums).
        formula: See `Tallied`.
    """
    sums = np.zeros((total, cases.shape[1]))
    np.add.at(sums, questions, cases)
    return Tallied(sums, formula, len(questions))


def question_draws(questions: int, resamples: int = RESAMPLES, seed: int = SEED) -> IntArray:
    """Draw so many questions out of so many, with replacement, again and again.

    Returns:
        How often each was drawn; shape (resamples, questions).
    """
    shares = np.full(questions, 1 / questions)
    return np.random.default_rng(seed).multinomial(questions, shares, size=resamples)


def point_value(measure: Measure, questions: int) -> float:
    """Take a measure of the questions as they are; NaN where it is not defined."""
    return float(measure.replicates(np.ones((1, questions), dtype=np.int64))[0])


def figure(measure: Measure, draws: IntArray) -> Figure:
    """Take a measure with its percentile interval."""
    value = point_value(measure, draws.shape[1])
    if np.isnan(value):
        return Figure(value=None, low=None, high=None, count=measure.count)
    low = high = None
    if draws.shape[1] > 1:
        replicates = measure.replicates(draws)
        replicates = replicates[~np.isnan(replicates)]
        if len(replicates):
            tail = 100 * (1 - _LEVEL) / 2
            low, high = np.percentile(replicates, [tail, 100 - tail])
    return Figure(
        value=_rounded(value),
        low=None if low is None else _rounded(low),
        high=None if high is None else _rounded(high),
        count=measure.count,
    )


def figures(measures: Mapping[str, Measure], draws: IntArray) -> dict[str, Figure]:
    """Take several measures with the same draws."""
    return {name: figure(measure, draws) for name, measure in measures.items()}


def _rounded(value: float) -> float:
    return round(float(value), 4)
