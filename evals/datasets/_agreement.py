"""How far raters agree: the most that a judge can be asked to agree with any of them."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import krippendorff
import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from evals.datasets._labels import Rating
from grader.types import Frozen, Verdict

_VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)

# Who said what of one thing, as numbers, in the order of the raters; and how often that came up.
_Unit = tuple[tuple[str, int], ...]
_Units = Counter[_Unit]


class Agreement(Frozen):
    """Agreement between raters over what two or more of them labelled.

    Kappa is Cohen's, of three raters and more the mean over pairs, weighted by what the pairs have
    in common; alpha is Krippendorff's for nominal data. Both are None where they are not defined,
    as when nobody ever said but one thing.

    Attributes:
        points: Points labelled by two raters or more.
        mistakes: Mistakes likewise.
        same_verdict: Share of the points on which all who labelled them say the same.
        verdict_kappa: Over the four verdicts.
        covered_kappa: Over covered or not.
        mistake_kappa: Over made or not.
    """

    raters: tuple[str, ...]
    points: int
    mistakes: int
    same_verdict: float | None
    verdict_kappa: float | None
    verdict_alpha: float | None
    covered_kappa: float | None
    covered_alpha: float | None
    mistake_kappa: float | None
    mistake_alpha: float | None


class AgreementTally:
    """Counts what raters said, answer by answer; the ratings themselves are not kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._verdicts: _Units = Counter()
        self._mistakes: _Units = Counter()

    def add(self, ratings: Sequence[Rating]) -> None:
        """Count the ratings of one answer."""
        self._verdicts.update(
            _units(
                (rating.rater, name, _VERDICTS.index(label.verdict))
                for rating in ratings
                for name, label in rating.points.items()
                if label.verdict is not Verdict.UNGRADED
            )
        )
        self._mistakes.update(
            _units(
                (rating.rater, name, int(label.made))
                for rating in ratings
                for name, label in rating.mistakes.items()
            )
        )

    def agreement(self) -> Agreement | None:
        """Measure the agreement; None where no answer had two raters."""
        verdicts, mistakes = self._verdicts, self._mistakes
        if not verdicts and not mistakes:
            return None
        covered: _Units = Counter()
        for unit, count in verdicts.items():
            covered[tuple((rater, int(code == 0)) for rater, code in unit)] += count
        raters = tuple(dict.fromkeys(rater for unit in (*verdicts, *mistakes) for rater, _ in unit))
        same = sum(
            count for unit, count in verdicts.items() if len({said for _, said in unit}) == 1
        )
        return Agreement(
            raters=raters,
            points=verdicts.total(),
            mistakes=mistakes.total(),
            same_verdict=_rounded(same / verdicts.total()) if verdicts else None,
            verdict_kappa=_kappa(verdicts, raters),
            verdict_alpha=_alpha(verdicts, raters),
            covered_kappa=_kappa(covered, raters),
            covered_alpha=_alpha(covered, raters),
            mistake_kappa=_kappa(mistakes, raters),
            mistake_alpha=_alpha(mistakes, raters),
        )


def agreement(answers: Iterable[Sequence[Rating]]) -> Agreement | None:
    """Measure the agreement of raters; None where no answer has two of them.

    Args:
        answers: The ratings of each answer.
    """
    tally = AgreementTally()
    for ratings in answers:
        tally.add(ratings)
    return tally.agreement()


def _units(said: Iterable[tuple[str, str, int]]) -> Iterator[_Unit]:
    units: dict[str, dict[str, int]] = {}
    for rater, name, code in said:
        units.setdefault(name, {})[rater] = code
    return (tuple(unit.items()) for unit in units.values() if len(unit) > 1)


def _kappa(units: _Units, raters: Sequence[str]) -> float | None:
    kappas, weights = [], []
    for left, right in itertools.combinations(raters, 2):
        both: Counter[tuple[int, int]] = Counter()
        for unit, count in units.items():
            said = dict(unit)
            if left in said and right in said:
                both[said[left], said[right]] += count
        if len({code for pair in both for code in pair}) > 1:
            kappas.append(
                cohen_kappa_score(*zip(*both, strict=True), sample_weight=list(both.values()))
            )
            weights.append(both.total())
    return _rounded(np.average(kappas, weights=weights)) if kappas else None


def _alpha(units: _Units, raters: Sequence[str]) -> float | None:
    if len({code for unit in units for _, code in unit}) < 2:
        return None
    said = [dict(unit) for unit in units]
    table: npt.NDArray[np.float64] = np.array(
        [[unit.get(rater, math.nan) for unit in said] for rater in raters], dtype=np.float64
    )
    table = np.repeat(table, list(units.values()), axis=1)
    return _rounded(krippendorff.alpha(table, level_of_measurement="nominal"))


def _rounded(value: np.floating | float) -> float:
    return round(float(value), 4)
