"""From verdicts to a score. Only code scores; a judge never does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.types import Band, MistakeFinding, PointFinding, Rubric, Verdict

CREDIT: Mapping[Verdict, float] = {
    Verdict.COVERED: 1.0,
    Verdict.PARTIAL: 0.5,
    Verdict.MISSING: 0.0,
    Verdict.CONTRADICTED: 0.0,
}

# Lower bounds, best first.
_BANDS = (
    (90.0, Band.EXCEEDS),
    (70.0, Band.MEETS),
    (40.0, Band.PARTLY_MEETS),
    (0.0, Band.DOES_NOT_MEET),
)

# The interval leaves out this much probability at either end: 90 % in all.
_TAIL = 0.05


class Score(NamedTuple):
    """A score with what it rests on; all None when it is withheld.

    Attributes:
        value: 0 to 100, one decimal.
        interval: 5 % and 95 % quantiles of the score under the verdicts' probabilities, widened
            where need be to hold the score itself.
    """

    value: float | None
    interval: tuple[float, float] | None
    band: Band | None


WITHHELD = Score(None, None, None)


def score(
    rubric: Rubric,
    points: Sequence[PointFinding],
    mistakes: Sequence[MistakeFinding],
    *,
    allow_partial: bool = False,
) -> Score:
    """Score what a judge found.

    100 times the weighted credit less the penalties of mistakes made, over the weight, all over the
    points that were graded; not below 0.

    Args:
        rubric: Gives the weights and penalties.
        points: One finding per point, in any order.
        mistakes: One finding per mistake, in any order.
        allow_partial: Score the rest when something is ungraded, instead of withholding.

    Returns:
        `WITHHELD` when something is ungraded and that is not allowed, or nothing was graded.
    """
    weights = {point.id: point.weight for point in rubric.points}
    penalties = {mistake.id: mistake.penalty for mistake in rubric.mistakes}
    graded = [finding for finding in points if finding.verdict is not Verdict.UNGRADED]
    decided = [finding for finding in mistakes if finding.made is not None]
    complete = len(graded) == len(weights) and len(decided) == len(penalties)
    if not graded or not (complete or allow_partial):
        return WITHHELD
    # fsum rounds once, so the order of points cannot change the score.
    total = math.fsum(weights[finding.point_id] for finding in graded)
    earned = math.fsum(weights[finding.point_id] * CREDIT[finding.verdict] for finding in graded)
    lost = math.fsum(penalties[finding.mistake_id] for finding in decided if finding.made)
    value = _percent(earned - lost, total)
    low, high = _deviations(
        [_point_outcomes(finding, weights[finding.point_id]) for finding in graded]
        + [_mistake_outcomes(finding, penalties[finding.mistake_id]) for finding in decided],
        total,
    )
    interval = _percent(earned - lost + low, total), _percent(earned - lost + high, total)
    return Score(value, interval, _band(rubric, points, value))


def missing_points(rubric: Rubric, points: Sequence[PointFinding]) -> tuple[str, ...]:
    """List the points missing or contradicted, heaviest first, ties in rubric order."""
    verdicts = {finding.point_id: finding.verdict for finding in points}
    absent = [
        point
        for point in rubric.points
        if verdicts.get(point.id) in (Verdict.MISSING, Verdict.CONTRADICTED)
    ]
    return tuple(point.id for point in sorted(absent, key=lambda point: -point.weight))


def band_of(value: float) -> Band:
    """Return the band a score lies in, required points aside."""
    return next(band for bound, band in _BANDS if value >= bound)


def _band(rubric: Rubric, points: Sequence[PointFinding], value: float) -> Band:
    verdicts = {finding.point_id: finding.verdict for finding in points}
    short = any(
        point.required and verdicts.get(point.id) is not Verdict.COVERED for point in rubric.points
    )
    band = band_of(value)
    return Band.MEETS if short and band is Band.EXCEEDS else band


def _percent(earned: float, total: float) -> float:
    return round(min(100.0, max(0.0, 100 * earned / total)), 1)


# In thousandths of the weight: a gain or loss beyond it takes any score to its bound, and counting
# it in full would only spread the sums over a grid too large to walk.
_WIDEST = 2000

# Probabilities of what a finding might have added to the sum, relative to what it did add.
_Outcomes = Mapping[float, float]


def _point_outcomes(finding: PointFinding, weight: float) -> _Outcomes:
    given = CREDIT[finding.verdict]
    outcomes: dict[float, float] = {}
    for verdict, share in finding.probabilities.items():
        gain = weight * (CREDIT[verdict] - given)
        outcomes[gain] = outcomes.get(gain, 0.0) + share
    return outcomes or {0.0: 1.0}


def _mistake_outcomes(finding: MistakeFinding, penalty: float) -> _Outcomes:
    if finding.made:
        return {0.0: finding.probability, penalty: 1 - finding.probability}
    return {0.0: 1 - finding.probability, -penalty: finding.probability}


def _deviations(parts: Sequence[_Outcomes], total: float) -> tuple[float, float]:
    """Return the outer quantiles of the sum of independent outcomes, never past 0.

    Outcomes are convolved on a grid of a thousandth of the total.
    """
    unit = total / 1000
    distribution: dict[int, float] = {0: 1.0}
    for outcomes in parts:
        following: dict[int, float] = {}
        for value, share in distribution.items():
            for gain, probability in outcomes.items():
                step = value + round(min(_WIDEST, max(-_WIDEST, gain / unit)))
                following[step] = following.get(step, 0.0) + share * probability
        distribution = following
    mass = math.fsum(distribution.values())
    ranked = sorted(distribution)
    low = _quantile(ranked, distribution, _TAIL * mass)
    high = _quantile(ranked, distribution, (1 - _TAIL) * mass)
    return min(0, low) * unit, max(0, high) * unit


def _quantile(ranked: Sequence[int], distribution: Mapping[int, float], mass: float) -> int:
    below = 0.0
    for value in ranked:
        below += distribution[value]
        if below >= mass:
            return value
    return ranked[-1]
