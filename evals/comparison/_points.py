"""Verdicts of two runs, point by point: what moved, what became right, what tells answers apart."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from evals.comparison._inference import SIGNIFICANT, adjusted, exact_mcnemar
from evals.comparison._pairs import Pair
from evals.comparison._types import (
    Change,
    MistakeVerdict,
    PointComparison,
    PointVersion,
    Rightness,
    Weakness,
)
from evals.metrics import FloatArray
from evals.runs import PointRecord, RunRecord
from grader.scoring import CREDIT
from grader.types import Point, Rubric, Verdict

# With fewer answers a correlation says little, and "always" is a matter of luck.
_FEWEST_ANSWERS = 10

# An item that correlates less with the rest is a poor one (Ebel and Frisbie, "Essentials of
# Educational Measurement", 1991).
_POOR = 0.2
_ONE_SIDED = 1.645

# With fewer verdicts that became right or wrong the exact test cannot reach .05. Their number says
# nothing on which way they went, so leaving such points out of the family is no selection.
_FEWEST_TURNED = 6

_Tally = Counter[tuple[bool, bool]]
_Kind = TypeVar("_Kind", Verdict, MistakeVerdict)


@dataclass(slots=True)
class _OneVersion:
    """A point in one run: its credit and the rest of the score, answer by answer."""

    point: Point | None = None
    graded: int = 0
    credit: float = 0.0
    credits: array[float] = field(default_factory=lambda: array("d"))
    rests: array[float] = field(default_factory=lambda: array("d"))

    def described(self) -> PointVersion | None:
        if self.point is None:
            return None
        mean = self.credit / self.graded if self.graded else None
        correlation = _correlation(np.array(self.credits), np.array(self.rests))
        return PointVersion(
            claim=self.point.claim,
            weight=self.point.weight,
            graded=self.graded,
            credit=None if mean is None else round(mean, 4),
            item_rest=None if correlation is None else round(correlation, 4),
            weakness=_weakness(self.graded, mean, correlation),
        )


@dataclass(slots=True)
class _Point:
    first: _OneVersion = field(default_factory=_OneVersion)
    second: _OneVersion = field(default_factory=_OneVersion)
    right: _Tally = field(default_factory=Counter)
    changed: int = 0


class Verdicts:
    """Adds up the verdicts of pairs of records."""

    def __init__(self, first: Mapping[str, Rubric], second: Mapping[str, Rubric]) -> None:
        """Begin without any.

        Args:
            first: Rubric versions of the first run, by hash.
            second: Those of the second run.
        """
        self._rubrics = first, second
        self._points: dict[str, dict[str, _Point]] = {}
        self._right: _Tally = Counter()
        self._moves: Counter[tuple[Verdict, Verdict]] = Counter()
        self._mistake_moves: Counter[tuple[MistakeVerdict, MistakeVerdict]] = Counter()

    def add(self, pair: Pair) -> None:
        """Count one pair."""
        held = self._points.setdefault(pair.first.rubric_id, {})
        # The second version first, so that points come in its order.
        for record, rubrics, side in (
            (pair.second, self._rubrics[1], "second"),
            (pair.first, self._rubrics[0], "first"),
        ):
            _add_credit(record, rubrics[record.rubric_sha256], held, side)
        before = {point.id: point for point in pair.first.points}
        for after in pair.second.points:
            if after.id in before:
                self._compare(before[after.id], after, held[after.id])
        mistakes = {mistake.id: mistake.made for mistake in pair.first.mistakes}
        self._mistake_moves.update(
            (MistakeVerdict.of(mistakes[mistake.id]), MistakeVerdict.of(mistake.made))
            for mistake in pair.second.mistakes
            if mistake.id in mistakes
        )

    def _compare(self, before: PointRecord, after: PointRecord, held: _Point) -> None:
        self._moves[before.verdict, after.verdict] += 1
        held.changed += before.verdict is not after.verdict
        if after.label is None or Verdict.UNGRADED in {before.verdict, after.verdict}:
            return
        right = before.verdict is after.label, after.verdict is after.label
        held.right[right] += 1
        self._right[right] += 1

    def rightness(self) -> Rightness:
        """Return how many verdicts became right and how many wrong."""
        return _rightness(self._right)

    def migration(self) -> dict[str, dict[str, int]]:
        """Return points by their first verdict, then their second."""
        return _matrix(Verdict, self._moves)

    def mistake_migration(self) -> dict[str, dict[str, int]]:
        """Return mistakes by what was found first, then second."""
        return _matrix(MistakeVerdict, self._mistake_moves)

    def points(self) -> tuple[PointComparison, ...]:
        """Return the points of all rubrics, with p-values adjusted among them."""
        found = [
            (rubric_id, name, point, _rightness(point.right))
            for rubric_id, points in self._points.items()
            for name, point in points.items()
        ]
        p_values = adjusted([_testable(rightness) for *_, rightness in found])
        return tuple(
            PointComparison(
                rubric_id=rubric_id,
                id=name,
                first=point.first.described(),
                second=point.second.described(),
                rightness=rightness,
                accuracy=_accuracy(rightness),
                p_adjusted=p_value,
                changed=point.changed,
                change=_change(rightness, p_value),
            )
            for (rubric_id, name, point, rightness), p_value in zip(found, p_values, strict=True)
        )


def _add_credit(record: RunRecord, rubric: Rubric, held: dict[str, _Point], side: str) -> None:
    credit = {
        point.id: CREDIT[point.verdict]
        for point in record.points
        if point.verdict is not Verdict.UNGRADED
    }
    whole = sum(point.weight * credit.get(point.id, 0.0) for point in rubric.points)
    for point in rubric.points:
        version: _OneVersion = getattr(held.setdefault(point.id, _Point()), side)
        version.point = point
        if point.id in credit:
            version.graded += 1
            version.credit += credit[point.id]
        if len(credit) == len(rubric.points):
            version.credits.append(credit[point.id])
            version.rests.append(whole - point.weight * credit[point.id])


def _correlation(credit: FloatArray, rest: FloatArray) -> float | None:
    """Corrected item-total correlation: the point itself is not in the total."""
    if len(credit) < _FEWEST_ANSWERS or np.ptp(credit) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(credit, rest)[0, 1])


def _weakness(graded: int, mean: float | None, correlation: float | None) -> Weakness | None:
    if mean is None or graded < _FEWEST_ANSWERS:
        return None
    if mean == 1:
        return Weakness.ALWAYS_COVERED
    if mean == 0:
        return Weakness.NEVER_COVERED
    if correlation is not None and _upper_end(correlation, graded) < _POOR:
        return Weakness.APART_FROM_THE_REST
    return None


def _upper_end(correlation: float, answers: int) -> float:
    """One-sided 95 % bound by Fisher's transformation."""
    bounded = min(max(correlation, -0.999999), 0.999999)
    return float(np.tanh(np.arctanh(bounded) + _ONE_SIDED / (answers - 3) ** 0.5))


def _rightness(tally: _Tally) -> Rightness:
    gained, lost = tally[False, True], tally[True, False]
    return Rightness(
        both_right=tally[True, True],
        gained=gained,
        lost=lost,
        both_wrong=tally[False, False],
        p_value=exact_mcnemar(gained, lost) if tally.total() else None,
    )


def _testable(right: Rightness) -> float | None:
    return right.p_value if right.gained + right.lost >= _FEWEST_TURNED else None


def _accuracy(right: Rightness) -> tuple[float, float] | None:
    total = right.both_right + right.gained + right.lost + right.both_wrong
    if not total:
        return None
    both = right.both_right
    return round((both + right.lost) / total, 4), round((both + right.gained) / total, 4)


def _change(right: Rightness, p_value: float | None) -> Change:
    if right.p_value is None:
        return Change.UNDEFINED
    if p_value is None or p_value >= SIGNIFICANT:
        return Change.UNCLEAR
    return Change.BETTER if right.gained > right.lost else Change.WORSE


def _matrix(
    kinds: Iterable[_Kind], moves: Mapping[tuple[_Kind, _Kind], int]
) -> dict[str, dict[str, int]]:
    listed = tuple(kinds)
    return {str(old): {str(new): moves.get((old, new), 0) for new in listed} for old in listed}
