"""How labels map, by the ids of points and mistakes, onto two versions of a rubric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from evals.comparison._pairs import Pair, entries
from evals.comparison._types import LabelGap, Labels, RubricPair
from evals.runs import RunRecord
from grader.bank import diff_rubrics
from grader.types import Rubric

_Gaps = Counter[tuple[str, str]]


class LabelMapping:
    """Adds up the labels that have no point, and the points that have no label."""

    def __init__(self) -> None:
        """Begin without any."""
        self._unmapped: tuple[_Gaps, _Gaps] = Counter(), Counter()
        self._unlabelled: tuple[_Gaps, _Gaps] = Counter(), Counter()

    def add(self, pair: Pair) -> None:
        """Count one pair; an answer without any label has no gaps."""
        if not (_is_labelled(pair.first) or _is_labelled(pair.second)):
            return
        for side, record in enumerate((pair.first, pair.second)):
            self._unmapped[side].update((record.rubric_id, name) for name in record.unmapped)
            self._unlabelled[side].update(
                (record.rubric_id, each.id) for each in entries(record) if each.label is None
            )

    def labels(self) -> Labels:
        """Return the gaps."""
        return Labels(
            unmapped_first=_listed(self._unmapped[0]),
            unmapped_second=_listed(self._unmapped[1]),
            unlabelled_first=_listed(self._unlabelled[0]),
            unlabelled_second=_listed(self._unlabelled[1]),
        )


class Versions:
    """Adds up which rubric versions answers were graded under."""

    def __init__(self, first: Mapping[str, Rubric], second: Mapping[str, Rubric]) -> None:
        """Begin without any; rubrics come by hash."""
        self._rubrics = first, second
        self._answers: Counter[tuple[str, str]] = Counter()

    def add(self, pair: Pair) -> None:
        """Count one pair."""
        self._answers[pair.first.rubric_sha256, pair.second.rubric_sha256] += 1

    def pairs(self) -> tuple[RubricPair, ...]:
        """Return the pairs of versions, with what changed."""
        first, second = self._rubrics
        return tuple(
            RubricPair(
                rubric_id=second[new].id,
                first_version=first[old].version,
                second_version=second[new].version,
                answers=answers,
                diff=None if old == new else diff_rubrics(first[old], second[new]),
            )
            for (old, new), answers in self._answers.items()
        )


def _is_labelled(record: RunRecord) -> bool:
    return bool(record.unmapped) or any(each.label is not None for each in entries(record))


def _listed(gaps: _Gaps) -> tuple[LabelGap, ...]:
    return tuple(
        LabelGap(rubric_id=rubric_id, id=name, answers=answers)
        for (rubric_id, name), answers in gaps.items()
    )
