"""Gaps and shifts with intervals and tests, from resampled questions.

The standard error is the standard deviation over resamplings of the questions (the cluster
bootstrap, as in `evals.metrics`), the interval and the test are Student's with one degree of
freedom less than there are questions, and the error is widened by √(n/(n-1)) because a bootstrap of
n clusters is too narrow by that factor (Hesterberg, "What Teachers Should Know About the
Bootstrap", The American Statistician 69, 2015).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from evals.fairness._types import Gap, Widest
from evals.metrics import FloatArray, IntArray, Measure, point_value

_LEVEL = 0.95
# Fewer questions than this tell nothing about how questions vary.
_FEWEST_QUESTIONS = 5
# A share of the resamplings may leave a figure undefined, as when a slice is not drawn at all.
_DEFINED = 0.9
_DIGITS = 4


def gap_of(value: float, replicates: FloatArray, *, count: int, questions: int) -> Gap:
    """Put an interval and a test around a difference.

    Args:
        value: The difference as measured; NaN where it is not defined.
        replicates: The same of each resampling; NaN where it is not defined.
        count: Cases it rests on.
        questions: Questions it rests on, of the side that has fewer.
    """
    if np.isnan(value):
        return Gap(value=None, count=count, questions=questions)
    known = replicates[~np.isnan(replicates)]
    if questions < _FEWEST_QUESTIONS or len(known) < _DEFINED * len(replicates):
        return Gap(value=_rounded(value), count=count, questions=questions)
    error = float(known.std(ddof=1)) * np.sqrt(questions / (questions - 1))
    if error < 1e-12:  # every question says exactly the same
        p = 1.0 if abs(value) < 1e-12 else 2.0 ** (1 - questions)
    else:
        p = 2 * float(stats.t.sf(abs(value) / error, questions - 1))
    reach = error * float(stats.t.ppf((1 + _LEVEL) / 2, questions - 1))
    return Gap(
        value=_rounded(value),
        low=_rounded(value - reach),
        high=_rounded(value + reach),
        p_value=float(f"{p:.3g}"),
        count=count,
        questions=questions,
    )


def contrast(
    one: Measure, other: Measure | None, draws: IntArray, *, count: int, questions: int
) -> Gap:
    """Compare two measures over the same resamplings, or one measure with 0."""
    total = draws.shape[1]
    value, replicates = point_value(one, total), one.replicates(draws)
    if other is not None:
        value -= point_value(other, total)
        replicates = replicates - other.replicates(draws)
    return gap_of(value, replicates, count=count, questions=questions)


def corrected(gaps: Mapping[str, Gap]) -> dict[str, Gap]:
    """Fill in `p_adjusted` by the method of Benjamini and Hochberg (1995), over the gaps with a test."""
    tested = [name for name, gap in gaps.items() if gap.p_value is not None]
    found = stats.false_discovery_control([gaps[name].p_value for name in tested]) if tested else []
    adjusted = {name: float(f"{p:.3g}") for name, p in zip(tested, found, strict=True)}
    return {
        name: gap.model_copy(update={"p_adjusted": adjusted.get(name)})
        for name, gap in gaps.items()
    }


def widest_gap(measures: Mapping[str, Measure], draws: IntArray, questions: int) -> Widest | None:
    """Find the values of a tag that lie farthest apart.

    The extremes are picked after the fact, so that the distance is held to what the distance of
    the extremes would be if all values were alike: the range of the resampled figures, each less
    its own estimate. The interval is wide enough for all pairs at once.

    Args:
        measures: One measure of each value.
        draws: Resamplings of the questions.
        questions: Questions of the value that has fewest.

    Returns:
        None with fewer than two values that have a figure.
    """
    total = draws.shape[1]
    values = {name: point_value(measure, total) for name, measure in measures.items()}
    values = {name: value for name, value in values.items() if not np.isnan(value)}
    if len(values) < 2:
        return None
    least, most = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    distance = values[most] - values[least]
    count = min(measures[name].count for name in (least, most))
    bare = Gap(value=_rounded(distance), count=count, questions=questions)
    if questions < _FEWEST_QUESTIONS:
        return Widest(least=least, most=most, gap=bare)
    apart = np.stack([measures[name].replicates(draws) - values[name] for name in values])
    apart = apart[:, ~np.isnan(apart).any(axis=0)] * np.sqrt(questions / (questions - 1))
    if apart.shape[1] < _DEFINED * len(draws):
        return Widest(least=least, most=most, gap=bare)
    chance = np.ptp(apart, axis=0)
    reach = float(np.quantile(chance, _LEVEL))
    p = (1 + int((chance >= distance).sum())) / (1 + len(chance))
    gap = bare.model_copy(
        update={
            "low": _rounded(max(0.0, distance - reach)),
            "high": _rounded(distance + reach),
            "p_value": float(f"{p:.3g}"),
            "p_adjusted": float(f"{p:.3g}"),
        }
    )
    return Widest(least=least, most=most, gap=gap)


def questions_of(places: Sequence[int] | IntArray) -> int:
    """Count the different questions among cases."""
    return len(np.unique(np.asarray(places)))


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
