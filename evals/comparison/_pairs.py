"""The same answers in two runs, read side by side without holding either run in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

from evals.runs import MistakeRecord, PointRecord, RunFile, RunRecord
from grader.errors import BadInput
from grader.types import Verdict

_Labelled = TypeVar("_Labelled", PointRecord, MistakeRecord)


class ComparisonInvalid(BadInput):
    """Two runs that cannot be compared, or nothing that could be."""

    code = "comparison_invalid"


class Places(NamedTuple):
    """Where one answer stands in either file, in bytes."""

    first: int
    second: int


class Pair(NamedTuple):
    """One answer as both runs graded it, labelled alike."""

    places: Places
    first: RunRecord
    second: RunRecord
    relabelled: bool


@dataclass(frozen=True, slots=True)
class PairedRuns:
    """Two run files, and where the answers stand that both hold.

    Attributes:
        places: By answer, in the order of the first run.
        only_first: Ids of the answers that the second run lacks.
        only_second: Ids of the answers that the first run lacks.
    """

    first: RunFile
    second: RunFile
    places: tuple[Places, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @classmethod
    def of(cls, first: RunFile, second: RunFile) -> Self:
        """Pair answers by their id and their rubric's.

        Raises:
            RunInvalid: A file is broken.
            ComparisonInvalid: The runs have no answer in common.
        """
        ours, theirs = first.places(), second.places()
        shared = [name for name in ours if name in theirs]
        if not shared:
            raise ComparisonInvalid(_nothing_shared(first, second, list(ours), list(theirs)))
        return cls(
            first=first,
            second=second,
            places=tuple(Places(ours[name], theirs[name]) for name in shared),
            only_first=tuple(name for name, rubric in ours if (name, rubric) not in theirs),
            only_second=tuple(name for name, rubric in theirs if (name, rubric) not in ours),
        )

    def __iter__(self) -> Iterator[Pair]:
        """Yield every pair.

        Raises:
            RunInvalid: A file is broken.
            ComparisonInvalid: An id stands for another answer in the second run.
        """
        yield from self.at(self.places)

    def at(self, places: tuple[Places, ...]) -> Iterator[Pair]:
        """Yield the pairs at some places; raises what iterating does."""
        firsts = self.first.records_at(place.first for place in places)
        seconds = self.second.records_at(place.second for place in places)
        for place, first, second in zip(places, firsts, seconds, strict=True):
            if first.answer != second.answer:
                raise ComparisonInvalid(
                    f"the answer '{first.id}' to '{first.rubric_id}' reads differently in "
                    f"{self.first.path} and {self.second.path}; they are runs over other data: "
                    "grade the same answers twice"
                )
            yield _labelled_alike(place, first, second)


def common(pair: Pair) -> tuple[RunRecord, RunRecord]:
    """Keep what measures can compare.

    These are the points and mistakes that both versions have and both runs judged, and the scores
    that both runs give, so that neither run gains by leaving out what is hard.
    """
    first, second = pair.first, pair.second
    points = _judged_points(first) & _judged_points(second)
    mistakes = _judged_mistakes(first) & _judged_mistakes(second)
    blank: dict[str, None] = {}
    if first.score is None or second.score is None:
        blank = {"score": None, "band": None}
    if first.label_score is None or second.label_score is None:
        blank |= {"label_score": None}
    if first.label_band is None or second.label_band is None:
        blank |= {"label_band": None}
    return _kept(first, points, mistakes, blank), _kept(second, points, mistakes, blank)


def entries(record: RunRecord) -> tuple[PointRecord | MistakeRecord, ...]:
    """Return what was found of an answer, points first."""
    return (*record.points, *record.mistakes)


def _kept(
    record: RunRecord, points: set[str], mistakes: set[str], blank: dict[str, None]
) -> RunRecord:
    return record.model_copy(
        update={
            "points": tuple(point for point in record.points if point.id in points),
            "mistakes": tuple(each for each in record.mistakes if each.id in mistakes),
            **blank,
        }
    )


def _judged_points(record: RunRecord) -> set[str]:
    return {point.id for point in record.points if point.verdict is not Verdict.UNGRADED}


def _judged_mistakes(record: RunRecord) -> set[str]:
    return {mistake.id for mistake in record.mistakes if mistake.made is not None}


def _labelled_alike(places: Places, first: RunRecord, second: RunRecord) -> Pair:
    """Give both the second run's labels, and the first's where the second has none."""
    ours, theirs = _labels(first), _labels(second)
    if all(theirs[name] == label for name, label in ours.items() if name in theirs):
        return Pair(places, first, second, relabelled=False)
    points = {each.id: each for each in (*first.points, *second.points) if each.label is not None}
    mistakes = {
        each.id: each for each in (*first.mistakes, *second.mistakes) if each.label is not None
    }

    def relabelled(record: RunRecord) -> RunRecord:
        return record.model_copy(
            update={
                "points": tuple(_with_label_of(p, points.get(p.id)) for p in record.points),
                "mistakes": tuple(_with_label_of(m, mistakes.get(m.id)) for m in record.mistakes),
            }
        )

    return Pair(places, relabelled(first), relabelled(second), relabelled=True)


def _labels(record: RunRecord) -> dict[str, Verdict | bool | None]:
    return {each.id: each.label for each in entries(record)}


def _with_label_of(record: _Labelled, other: _Labelled | None) -> _Labelled:
    if other is None:
        return record
    return record.model_copy(update={"label": other.label, "label_evidence": other.label_evidence})


def _nothing_shared(
    first: RunFile, second: RunFile, ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> str:
    for run, names in ((first, ours), (second, theirs)):
        if not names:
            return f"{run.path} holds no answer, so there is nothing to compare"
    (our_id, our_rubric), (their_id, their_rubric) = ours[0], theirs[0]
    return (
        f"{first.path} and {second.path} have no answer in common: the one begins with '{our_id}' "
        f"to '{our_rubric}', the other with '{their_id}' to '{their_rubric}'; "
        "compare runs over the same data"
    )
