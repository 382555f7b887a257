"""Two runs as arrays, paired, and what can be measured of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evals.comparison._inference import (
    SIGNIFICANT,
    Design,
    Estimate,
    adjusted,
    estimates,
    rounded_p,
)
from evals.comparison._types import Change, Difference, Unit
from evals.metrics import TITLES, Columns, IntArray, Measure, RunTable, formulas, measures, tallied

# With fewer no exchange of their results could give p < .05: 2 / 2**5 is more.
FEWEST_UNITS = 6

MEAN_SCORE = "mean_score"
COVERED_SHARE = "covered_share"

# What needs no labels and has no good direction.
NEUTRAL = {MEAN_SCORE: "mean score", COVERED_SHARE: "points covered, share"}


@dataclass(frozen=True, slots=True, eq=False)
class Sized:
    """A measure over both runs' units, and the cases it has in the run with fewer."""

    measure: Measure
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class PairedTables:
    """Two runs as arrays; rows of one answer have the same answer and unit in both.

    Attributes:
        strata: The question of each unit, where units are answers; else one for all.
    """

    first: RunTable
    second: RunTable
    unit: Unit
    strata: IntArray

    @classmethod
    def of(cls, first: RunTable, second: RunTable, unit: Unit | None = None) -> PairedTables:
        """Choose what is resampled, unless that is given: questions, or answers if those are few.

        Args:
            first: The first run; its answers may be some of the run's only.
            second: The second run, with the same answers.
            unit: What to resample.
        """
        questions = first.answers.questions
        chosen = unit or _unit(len(np.unique(questions)))
        units, where = np.unique(first.answers[chosen], return_index=True)
        strata = np.zeros(len(units), dtype=np.int64) if chosen == "question" else questions[where]
        return cls(first.by(chosen), second.by(chosen), chosen, strata)

    def measures(self) -> dict[str, Sized]:
        """Return the measures that both runs have cases for."""
        stacked = _stacked(self.first, self.second)
        both, first, second = (_all_measures(each) for each in (stacked, self.first, self.second))
        return {
            name: Sized(both[name], min(first[name].count, second[name].count))
            for name in both
            if name in first and name in second
        }

    def differences(
        self, resamples: int, seed: int, names: Sequence[str] | None = None
    ) -> dict[str, Difference]:
        """Compare the runs by all measures that both have, or by some of them."""
        sized = {
            name: each for name, each in self.measures().items() if names is None or name in names
        }
        design = Design(self.strata, resamples, seed)
        found = estimates({name: each.measure for name, each in sized.items()}, design)
        return {name: difference(name, found[name], each.count) for name, each in sized.items()}


def difference(name: str, estimate: Estimate, count: int) -> Difference:
    """Put an estimate into words and rounded figures."""
    title = TITLES.get(name)
    better = title.better if title else None
    p_value = _known(estimate.p_value)
    return Difference(
        title=title.text if title else NEUTRAL[name],
        better=better,
        first=_rounded(estimate.first),
        second=_rounded(estimate.second),
        difference=_rounded(estimate.difference),
        low=_rounded(estimate.low) if p_value is not None else None,
        high=_rounded(estimate.high) if p_value is not None else None,
        p_value=None if p_value is None else rounded_p(p_value),
        count=count,
        change=change(estimate.difference, p_value, better),
    )


def change(
    value: float | None, p_value: float | None, better: Literal["more", "less"] | None
) -> Change:
    """Say what a difference comes to."""
    if value is None or p_value is None:
        return Change.UNDEFINED
    if p_value >= SIGNIFICANT or value == 0:
        return Change.UNCLEAR
    if better is None:
        return Change.HIGHER if value > 0 else Change.LOWER
    return Change.BETTER if (value > 0) == (better == "more") else Change.WORSE


def together(found: Mapping[str, Difference]) -> dict[str, Difference]:
    """Adjust the p-values of differences that are looked at together, and judge by these."""
    p_values = adjusted([each.p_value for each in found.values()])
    return {
        name: each.model_copy(
            update={
                "p_adjusted": p_value,
                "change": change(each.difference, p_value, each.better),
            }
        )
        for (name, each), p_value in zip(found.items(), p_values, strict=True)
    }


def _unit(questions: int) -> Unit:
    return "question" if questions >= FEWEST_UNITS else "answer"


def _stacked(first: RunTable, second: RunTable) -> RunTable:
    """Put the second run's rows below the first's, its units numbered on."""

    def joined(ours: Columns, theirs: Columns) -> Columns:
        shifted = {**theirs.values, "question": theirs["question"] + first.units}
        return Columns({name: np.concatenate([ours[name], shifted[name]]) for name in ours.values})

    return replace(
        first,
        units=first.units + second.units,
        points=joined(first.points, second.points),
        mistakes=joined(first.mistakes, second.mistakes),
        answers=joined(first.answers, second.answers),
    )


def _all_measures(table: RunTable) -> dict[str, Measure]:
    return measures(table) | {name: each for name, each in _neutral(table).items() if each.count}


def _neutral(table: RunTable) -> dict[str, Measure]:
    scored, judged = table.answers.known("score"), table.answers
    judged = judged.where(judged["judged"] > 0)
    score = np.stack([scored["score"], np.ones(len(scored))], axis=1)
    covered = np.stack([judged["covered"], judged["judged"]], axis=1)
    shares = tallied(judged.questions, table.units, covered, formulas.share)
    return {
        MEAN_SCORE: tallied(scored.questions, table.units, score, formulas.share),
        COVERED_SHARE: replace(shares, count=int(judged["judged"].sum())),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4) + 0.0  # never minus nothing
