"""Whether confidence means anything: calibration and what abstaining would buy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.metrics._measure import FloatArray
from grader.types import Frozen

BINS = 15
_CURVE = 20

# Confidences are compared to this many decimals, so that a last bit cannot order two cases.
DECIMALS = 9


class ReliabilityBin(Frozen):
    """One of the equal shares of the cases, by confidence."""

    confidence: float
    accuracy: float
    count: int


class CoveragePoint(Frozen):
    """What is left of the risk when only the most confident share of cases is decided."""

    coverage: float
    risk: float


def reliability(
    confidence: FloatArray, correct: FloatArray, bins: int = BINS
) -> list[ReliabilityBin]:
    """Compare confidence with accuracy in bins of equal mass, least confident first."""
    return [
        ReliabilityBin(
            confidence=round(float(confidence[part].mean()), 4),
            accuracy=round(float(correct[part].mean()), 4),
            count=len(part),
        )
        for part in _bins(confidence, bins)
    ]


def calibration_error(confidence: FloatArray, correct: FloatArray) -> float:
    """Expected calibration error over bins of equal mass (Nguyen and O'Connor, EMNLP 2015)."""
    gaps = [
        abs(float(confidence[part].sum() - correct[part].sum())) for part in _bins(confidence, BINS)
    ]
    return sum(gaps) / len(confidence)


def risk_by_coverage(confidence: FloatArray, loss: FloatArray) -> FloatArray:
    """Return the mean loss over the k most confident cases, for each k from 1 to all.

    Cases of equal confidence share their mean loss, so that their order cannot matter.
    """
    doubt = -np.round(confidence, DECIMALS)
    order = np.argsort(doubt, kind="stable")
    begins = np.flatnonzero(np.diff(doubt[order], prepend=-np.inf))
    sizes = np.diff(begins, append=len(loss))
    ordered = np.repeat(np.add.reduceat(loss[order], begins) / sizes, sizes)
    risk: FloatArray = np.cumsum(ordered) / np.arange(1, len(loss) + 1)
    return risk


def area_under_risk(confidence: FloatArray, loss: FloatArray) -> float:
    """Area under the risk-coverage curve (Geifman and El-Yaniv, NeurIPS 2017); less is better."""
    return float(risk_by_coverage(confidence, loss).mean())


def risk_at(confidence: FloatArray, loss: FloatArray, coverage: float) -> float:
    """Mean loss over the most confident share of the cases."""
    risk = risk_by_coverage(confidence, loss)
    return float(risk[max(1, round(coverage * len(risk))) - 1])


def risk_curve(confidence: FloatArray, loss: FloatArray) -> list[CoveragePoint]:
    """Sample the risk-coverage curve at twenty coverages."""
    if not len(loss):
        return []
    risk = risk_by_coverage(confidence, loss)
    coverages = np.arange(1, _CURVE + 1) / _CURVE
    places = np.maximum(1, np.round(coverages * len(risk)).astype(int)) - 1
    return [
        CoveragePoint(coverage=round(float(coverage), 2), risk=round(float(risk[place]), 4))
        for coverage, place in zip(coverages, places, strict=True)
    ]


def _bins(confidence: FloatArray, bins: int) -> Sequence[npt.NDArray[np.intp]]:
    order = np.argsort(np.round(confidence, DECIMALS), kind="stable")
    return [part for part in np.array_split(order, bins) if len(part)]
