"""Intervals and p-values of the difference between two runs over the same answers.

Units (questions with their answers, or answers) are resampled together for both runs, so that the
difference is paired. The interval is the expanded percentile interval (Hesterberg, "What Teachers
Should Know About the Bootstrap", The American Statistician 69, 2015), which widens the percentile
interval to what Student's t asks for with so few units. The p-value comes from a permutation test:
if the runs are equally good, exchanging their results on any unit changes nothing in distribution,
so the observed difference is held against those with units exchanged at random, or in every way
there is (Fisher and Pitman; p-values after Phipson and Smyth, 2010, never zero).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.stats import binomtest, false_discovery_control, norm, t

from evals.metrics import FloatArray, IntArray, Measure

SIGNIFICANT = 0.05

# All ways to exchange so many units are tried; with more, some at random.
_EXHAUSTIVE_UNITS = 12
_CELLS_AT_ONCE = 2_000_000
_TIE = 1e-9
_LEVEL = 0.95

_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure of both runs; NaN where it is not defined."""

    first: float
    second: float
    low: float
    high: float
    p_value: float

    @property
    def difference(self) -> float:
        """Second minus first."""
        return self.second - self.first


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How units are resampled.

    Attributes:
        strata: Each unit's stratum; as many units are drawn from each stratum as it has.
        resamples: Bootstrap resamplings, and exchanges where not all are tried.
        seed: Of the random numbers.
    """

    strata: IntArray
    resamples: int
    seed: int

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.strata)

    @property
    def freedom(self) -> int:
        """Units less strata: the degrees of freedom of a mean over them."""
        return self.units - len(np.unique(self.strata))

    @property
    def is_exhaustive(self) -> bool:
        """Whether every way to exchange units is tried."""
        return self.units <= _EXHAUSTIVE_UNITS

    def draws(self) -> Iterator[IntArray]:
        """Yield how often each unit is drawn; shapes (some resamplings, units)."""
        rng = np.random.default_rng(self.seed)
        members = [np.flatnonzero(self.strata == each) for each in np.unique(self.strata)]
        for size in self._block_sizes(self.resamples):
            counts = np.zeros((size, self.units), dtype=np.int64)
            for places in members:
                shares = np.full(len(places), 1 / len(places))
                counts[:, places] = rng.multinomial(len(places), shares, size=size)
            yield counts

    def exchanges(self) -> Iterator[IntArray]:
        """Yield which units are exchanged, 0 or 1; shapes (some exchanges, units)."""
        if self.is_exhaustive:
            # The last unit stays: exchanging all units only turns the difference's sign.
            free = max(self.units - 1, 0)
            ways = (np.arange(2**free)[:, np.newaxis] >> np.arange(free)) & 1
            yield np.pad(ways, ((0, 0), (0, self.units - free)))
            return
        rng = np.random.default_rng(self.seed)
        for size in self._block_sizes(self.resamples):
            yield rng.integers(0, 2, size=(size, self.units))

    def _block_sizes(self, total: int) -> Iterator[int]:
        block = max(1, _CELLS_AT_ONCE // (2 * max(self.units, 1)))
        for start in range(0, total, block):
            yield min(block, total - start)


def estimates(measures: Mapping[_Name, Measure], design: Design) -> dict[_Name, Estimate]:
    """Take measures of both runs, with interval and p-value of their differences.

    Args:
        measures: Over both runs' units: the first run's, then, in the same order, the second's.
        design: How units are resampled.
    """
    ones = np.ones((1, design.units), dtype=np.int64)
    observed = {name: _taken(each, ones, 0 * ones) for name, each in measures.items()}
    drawn = _differences(measures, ((draws, 0 * draws) for draws in design.draws()))
    exchanged = _differences(measures, ((1 - swap, swap) for swap in design.exchanges()))
    found = {}
    for name, (first, second) in observed.items():
        value = float(second[0] - first[0])
        low, high = _interval(drawn[name], design.freedom)
        found[name] = Estimate(
            first=float(first[0]),
            second=float(second[0]),
            low=low,
            high=high,
            p_value=_p_value(value, exchanged[name], exhaustive=design.is_exhaustive),
        )
    return found


def _taken(measure: Measure, kept: IntArray, swapped: IntArray) -> tuple[FloatArray, FloatArray]:
    """Take a measure of either run, with some of its units' results and some of the other's."""
    first = measure.replicates(np.concatenate([kept, swapped], axis=1))
    return first, measure.replicates(np.concatenate([swapped, kept], axis=1))


def _differences(
    measures: Mapping[_Name, Measure], blocks: Iterable[tuple[IntArray, IntArray]]
) -> dict[_Name, FloatArray]:
    found: dict[_Name, list[FloatArray]] = {name: [] for name in measures}
    for kept, swapped in blocks:
        for name, measure in measures.items():
            first, second = _taken(measure, kept, swapped)
            found[name].append(second - first)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _interval(drawn: FloatArray, freedom: int) -> tuple[float, float]:
    drawn = drawn[~np.isnan(drawn)]
    if freedom < 1 or not len(drawn):
        return float("nan"), float("nan")
    widened = t.ppf((1 - _LEVEL) / 2, freedom) * np.sqrt((freedom + 1) / freedom)
    tail = 100 * float(norm.cdf(widened))
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)


def _p_value(observed: float, exchanged: FloatArray, *, exhaustive: bool) -> float:
    if np.isnan(observed):
        return float("nan")
    # Where an exchange leaves the measure undefined it counts against the difference.
    extreme = int((~(np.abs(exchanged) < abs(observed) - _TIE)).sum())
    if exhaustive:
        return extreme / len(exchanged)
    return (1 + extreme) / (1 + len(exchanged))


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values that are looked at together, by the false discovery rate.

    Where nothing differs at all this keeps the chance of any false alarm at the level, too
    (Benjamini and Hochberg, 1995).
    """
    known = [p for p in p_values if p is not None]
    if not known:
        return list(p_values)
    found = iter(false_discovery_control(known))
    return [None if p is None else rounded_p(float(next(found))) for p in p_values]


def exact_mcnemar(gained: int, lost: int) -> float:
    """Test whether gains and losses are equally likely (McNemar's test, exact)."""
    if not gained + lost:
        return 1.0
    return rounded_p(float(binomtest(gained, gained + lost).pvalue))


def rounded_p(p_value: float) -> float:
    """Keep three significant digits."""
    return float(f"{p_value:.3g}")
