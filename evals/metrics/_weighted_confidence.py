"""Measures of confidence for any number of resamplings, after sorting the cases once.

A resampling counts each case some number of times. What `calibration_error`, `risk_at` and
`area_under_risk` find of the cases repeated so often follows from running sums over the cases in
their one order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from evals.metrics._confidence import BINS, DECIMALS
from evals.metrics._measure import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class BySureness:
    """A measure of cases sorted by confidence.

    Attributes:
        questions: Each case's question, in the order of the cases.
        columns: What is known of the cases, in the same order.
        compute: From how often each case is counted, and the columns, to the measure.
    """

    questions: IntArray
    columns: tuple[IntArray | FloatArray, ...]
    compute: Callable[..., float]

    @classmethod
    def rising(
        cls,
        questions: IntArray,
        confidence: FloatArray,
        correct: FloatArray,
        compute: Callable[[IntArray, FloatArray, FloatArray], float],
    ) -> Self:
        """Sort cases, the least confident first.

        Args:
            questions: Each case's question; shape (cases,).
            confidence: Likewise.
            correct: Whether the case is right, 0 or 1.
            compute: From times counted, confidence and correct to the measure.
        """
        order = np.argsort(np.round(confidence, DECIMALS), kind="stable")
        return cls(questions[order], (confidence[order], correct[order]), compute)

    @classmethod
    def falling(
        cls,
        questions: IntArray,
        confidence: FloatArray,
        loss: FloatArray,
        compute: Callable[[IntArray, IntArray, FloatArray], float],
    ) -> Self:
        """Sort cases, the most confident first.

        Args:
            questions: Each case's question; shape (cases,).
            confidence: Likewise.
            loss: Likewise.
            compute: From times counted, the places where a new confidence begins, and the loss to
                the measure.
        """
        doubt = -np.round(confidence, DECIMALS)
        order = np.argsort(doubt, kind="stable")
        begins = np.flatnonzero(np.diff(doubt[order], prepend=-np.inf))
        return cls(questions[order], (begins, loss[order]), compute)

    @property
    def count(self) -> int:
        """Cases it rests on."""
        return len(self.questions)

    def replicates(self, draws: IntArray) -> FloatArray:
        """See `Measure.replicates`."""
        return np.array([self._once(draw[self.questions]) for draw in draws])

    def _once(self, times: IntArray) -> float:
        if not times.any():
            return float("nan")
        return self.compute(times, *self.columns)


def weighted_calibration_error(
    times: IntArray, confidence: FloatArray, correct: FloatArray
) -> float:
    """See `calibration_error`; cases with the least confident first."""
    total = int(times.sum())
    sizes = np.full(BINS, total // BINS)
    sizes[: total % BINS] += 1
    # Copies of a case are alike, so that between cases the running sum is a straight line.
    places = np.concatenate([[0], np.cumsum(times)])
    gaps = np.concatenate([[0.0], np.cumsum(times * (confidence - correct))])
    ends = np.interp(np.concatenate([[0], np.cumsum(sizes)]), places, gaps)
    return float(np.abs(np.diff(ends)).sum() / total)


def weighted_area_under_risk(times: IntArray, steps: IntArray, loss: FloatArray) -> float:
    """See `area_under_risk`; cases with the most confident first."""
    stairs = _Stairs.of(times, steps, loss)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, stairs.ends[-1] + 1))])
    # The mean of (lost before + risk * (k - cases before)) / k over the k of each step.
    constant = stairs.lost_before - stairs.risk * stairs.begins
    areas = constant * (harmonic[stairs.ends] - harmonic[stairs.begins])
    return float((areas + stairs.risk * (stairs.ends - stairs.begins)).sum() / stairs.ends[-1])


def weighted_risk_at(times: IntArray, steps: IntArray, loss: FloatArray, coverage: float) -> float:
    """See `risk_at`; cases with the most confident first."""
    stairs = _Stairs.of(times, steps, loss)
    cases = max(1, round(coverage * int(stairs.ends[-1])))
    place = int(np.searchsorted(stairs.ends, cases))
    lost = stairs.lost_before[place] + stairs.risk[place] * (cases - stairs.begins[place])
    return float(lost / cases)


@dataclass(frozen=True, slots=True, eq=False)
class _Stairs:
    """Cases of equal confidence, which share their mean loss, as steps of one staircase.

    Attributes:
        begins: How many cases stand before each step.
        ends: The same with the step's own.
        risk: Mean loss of the step.
        lost_before: Loss of all cases before it.
    """

    begins: IntArray
    ends: IntArray
    risk: FloatArray
    lost_before: FloatArray

    @classmethod
    def of(cls, times: IntArray, steps: IntArray, loss: FloatArray) -> Self:
        sizes, lost = np.add.reduceat(times, steps), np.add.reduceat(times * loss, steps)
        drawn = sizes > 0
        sizes, lost = sizes[drawn], lost[drawn]
        ends = np.cumsum(sizes)
        return cls(ends - sizes, ends, lost / sizes, np.cumsum(lost) - lost)
