"""Answers that two runs grade differently: the largest changes, read again for their details."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from evals.comparison._pairs import Pair, PairedRuns, Places
from evals.comparison._types import (
    ChangedAnswer,
    ChangedFinding,
    ChangedGrade,
    Finding,
    MistakeVerdict,
)
from evals.runs import MistakeRecord, PointRecord, RunRecord
from grader.scoring import CREDIT
from grader.types import Mistake, Point, Rubric

_Record = TypeVar("_Record", PointRecord, MistakeRecord)


class _Size(NamedTuple):
    """How large a change is; the earlier answer is the larger of two alike."""

    shift: float
    moved: int
    order: int


class LargestChanges:
    """Keeps the places of the largest changes, and counts all."""

    def __init__(self, limit: int) -> None:
        """Begin without any; keep at most `limit`."""
        self.count = 0
        self._limit = limit
        self._seen = 0
        self._kept: list[tuple[_Size, Places]] = []

    def add(self, pair: Pair) -> None:
        """Look at one pair."""
        self._seen += 1
        moved = _moved(pair)
        shift = _shift(pair.first, pair.second)
        if not moved and not shift and pair.first.band == pair.second.band:
            return
        self.count += 1
        size = _Size(abs(_credit_shift(pair) if shift is None else shift), moved, -self._seen)
        if len(self._kept) < self._limit:
            heapq.heappush(self._kept, (size, pair.places))
        elif self._limit:
            heapq.heappushpop(self._kept, (size, pair.places))

    def details(
        self, runs: PairedRuns, first: Mapping[str, Rubric], second: Mapping[str, Rubric]
    ) -> tuple[ChangedAnswer, ...]:
        """Read the kept answers again, largest change first.

        Args:
            runs: What was compared.
            first: Rubric versions of the first run, by hash.
            second: Those of the second run.
        """
        places = tuple(place for _, place in sorted(self._kept, reverse=True))
        return tuple(
            _details(pair, first[pair.first.rubric_sha256], second[pair.second.rubric_sha256])
            for pair in runs.at(places)
        )


def _details(pair: Pair, first: Rubric, second: Rubric) -> ChangedAnswer:
    return ChangedAnswer(
        id=pair.first.id,
        rubric_id=second.id,
        question=second.question,
        answer=pair.first.answer,
        tags=pair.first.tags,
        shift=_shift(pair.first, pair.second),
        first=_grade(pair.first),
        second=_grade(pair.second),
        findings=tuple(_findings(pair, first, second)),
    )


def _grade(record: RunRecord) -> ChangedGrade:
    return ChangedGrade(
        rubric_version=record.rubric_version,
        score=record.score,
        band=record.band,
        label_score=record.label_score,
        error=record.error,
    )


def _moved(pair: Pair) -> int:
    """Count the points and mistakes of both versions that are found differently."""
    points = sum(
        old.verdict is not new.verdict
        for _, old, new in _matched(pair.first.points, pair.second.points)
        if old and new
    )
    return points + sum(
        old.made is not new.made
        for _, old, new in _matched(pair.first.mistakes, pair.second.mistakes)
        if old and new
    )


def _findings(pair: Pair, first: Rubric, second: Rubric) -> Iterator[ChangedFinding]:
    ours, theirs = ({point.id: point for point in rubric.points} for rubric in (first, second))
    for name, old, new in _matched(pair.first.points, pair.second.points):
        if old is None or new is None or old.verdict is not new.verdict:
            label = next((each.label for each in (new, old) if each), None)
            yield ChangedFinding(
                id=name,
                part="point",
                label=label,
                first=_point(old, ours[old.id]) if old else None,
                second=_point(new, theirs[new.id]) if new else None,
            )
    before, after = ({each.id: each for each in rubric.mistakes} for rubric in (first, second))
    for name, was, now in _matched(pair.first.mistakes, pair.second.mistakes):
        # A mistake that one version alone looks for matters only where it may have been made.
        found = {each.made if each else False for each in (was, now)}
        if len(found) > 1:
            made = next((each.label for each in (now, was) if each), None)
            yield ChangedFinding(
                id=name,
                part="mistake",
                label=None if made is None else MistakeVerdict.of(made),
                first=_mistake(was, before[was.id]) if was else None,
                second=_mistake(now, after[now.id]) if now else None,
            )


def _point(record: PointRecord, point: Point) -> Finding:
    return Finding(
        claim=point.claim,
        weight=point.weight,
        verdict=record.verdict,
        confidence=record.confidence,
        evidence=record.evidence,
        why=record.why,
    )


def _mistake(record: MistakeRecord, mistake: Mistake) -> Finding:
    return Finding(
        claim=mistake.claim,
        weight=mistake.penalty,
        verdict=MistakeVerdict.of(record.made),
        confidence=record.confidence,
        evidence=record.evidence,
    )


def _matched(
    ours: Sequence[_Record], theirs: Sequence[_Record]
) -> Iterator[tuple[str, _Record | None, _Record | None]]:
    """Match records by id, in the second version's order, then those of the first alone."""
    before, after = ({each.id: each for each in records} for records in (ours, theirs))
    for name in {**after, **before}:
        yield name, before.get(name), after.get(name)


def _shift(first: RunRecord, second: RunRecord) -> float | None:
    if first.score is None or second.score is None:
        return None
    return round(second.score - first.score, 4)


def _credit_shift(pair: Pair) -> float:
    """Stand in for a shift of the score where one is withheld: by points that both runs judged."""
    before = {p.id: p.verdict for p in pair.first.points if p.verdict in CREDIT}
    moves = [
        CREDIT[point.verdict] - CREDIT[before[point.id]]
        for point in pair.second.points
        if point.verdict in CREDIT and point.id in before
    ]
    return 100 * sum(moves) / len(moves) if moves else 0.0
