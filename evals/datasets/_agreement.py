"""How far raters agree: the most that a judge can be asked to agree with any of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import krippendorff
import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from evals.datasets._labels import Rating
from grader.types import Frozen, Verdict

_VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)

# Of each thing labelled: who said what, as a number.
_Unit = Mapping[str, int]


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


def agreement(answers: Iterable[Sequence[Rating]]) -> Agreement | None:
    """Measure the agreement of raters; None where no answer has two of them.

    Args:
        answers: The ratings of each answer.
    """
    verdicts: list[_Unit] = []
    mistakes: list[_Unit] = []
    for ratings in answers:
        verdicts += _units(
            (rating.rater, name, _VERDICTS.index(label.verdict))
            for rating in ratings
            for name, label in rating.points.items()
            if label.verdict is not Verdict.UNGRADED
        )
        mistakes += _units(
            (rating.rater, name, int(label.made))
            for rating in ratings
            for name, label in rating.mistakes.items()
        )
    if not verdicts and not mistakes:
        return None
    covered = [{rater: int(code == 0) for rater, code in unit.items()} for unit in verdicts]
    raters = tuple(dict.fromkeys(rater for unit in (*verdicts, *mistakes) for rater in unit))
    return Agreement(
        raters=raters,
        points=len(verdicts),
        mistakes=len(mistakes),
        same_verdict=_rounded(np.mean([len(set(unit.values())) == 1 for unit in verdicts]))
        if verdicts
        else None,
        verdict_kappa=_kappa(verdicts, raters),
        verdict_alpha=_alpha(verdicts, raters),
        covered_kappa=_kappa(covered, raters),
        covered_alpha=_alpha(covered, raters),
        mistake_kappa=_kappa(mistakes, raters),
        mistake_alpha=_alpha(mistakes, raters),
    )


def _units(said: Iterable[tuple[str, str, int]]) -> list[_Unit]:
    units: dict[str, dict[str, int]] = {}
    for rater, name, code in said:
        units.setdefault(name, {})[rater] = code
    return [unit for unit in units.values() if len(unit) > 1]


def _kappa(units: Sequence[_Unit], raters: Sequence[str]) -> float | None:
    kappas, weights = [], []
    for left, right in itertools.combinations(raters, 2):
        both = [(unit[left], unit[right]) for unit in units if left in unit and right in unit]
        if len({code for pair in both for code in pair}) > 1:
            kappas.append(cohen_kappa_score(*zip(*both, strict=True)))
            weights.append(len(both))
    return _rounded(np.average(kappas, weights=weights)) if kappas else None


def _alpha(units: Sequence[_Unit], raters: Sequence[str]) -> float | None:
    if len({code for unit in units for code in unit.values()}) < 2:
        return None
    table: npt.NDArray[np.float64] = np.array(
        [[unit.get(rater, math.nan) for unit in units] for rater in raters], dtype=np.float64
    )
    return _rounded(krippendorff.alpha(table, level_of_measurement="nominal"))


def _rounded(value: np.floating | float) -> float:
    return round(float(value), 4)
