"""Comparing two runs over the same answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.comparison._breakdown import by_question, by_slice
from evals.comparison._changes import LargestChanges
from evals.comparison._labels import LabelMapping, Versions
from evals.comparison._pairs import ComparisonInvalid, Pair, PairedRuns, common
from evals.comparison._points import Verdicts
from evals.comparison._tables import NEUTRAL, PairedTables, together
from evals.comparison._types import Comparison, Side, Unit
from evals.comparison._words import headline, notes
from evals.metrics import RESAMPLES, SEED, Cost, RunTable, TableBuilder
from evals.runs import RunFile, RunRecord
from grader.types import Rubric, Verdict

# What the headline is made from: points, mistakes and scores against the labels.
PRIMARY = ("covered_kappa", "verdict_accuracy", "mistake_f1", "score_mae")
CHANGED_ANSWERS = 50

_UNPAIRED_LISTED = 100


def compare(
    first: RunFile,
    second: RunFile,
    *,
    names: tuple[str, str] | None = None,
    unit: Unit | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    changed_answers: int = CHANGED_ANSWERS,
) -> Comparison:
    """Compare two runs over the same answers.

    The files are read twice, answer by answer; what stays in memory is a few numbers for each.

    Args:
        first: What there was.
        second: What is proposed.
        names: What to call the two; by default as the runs are called.
        unit: What to resample; by default questions, or answers if there are too few questions.
        resamples: Resamplings for intervals, and permutations for p-values.
        seed: Of the random numbers.
        changed_answers: How many of the answers graded differently come with details.

    Raises:
        RunInvalid: A file is broken.
        ComparisonInvalid: The runs have no answer in common, or are over other data.
    """
    runs = PairedRuns.of(first, second)
    rubrics = first.rubrics(), second.rubrics()
    read = _Reading(rubrics, changed_answers)
    for pair in runs:
        read.add(pair)
    tables = read.tables[0].table(), read.tables[1].table()
    paired = PairedTables.of(*tables, unit)
    differences = paired.differences(resamples, seed)
    named = [name for name in PRIMARY if name in differences] or list(NEUTRAL)
    primary = together({name: differences[name] for name in named if name in differences})
    differences |= primary
    called = names or _names(first, second)
    sides = (
        _side(called[0], first, runs.only_first, tables[0], read.counts[0]),
        _side(called[1], second, runs.only_second, tables[1], read.counts[1]),
    )
    found = Comparison(
        headline="",
        notes=(),
        first=sides[0],
        second=sides[1],
        answers=len(runs.places),
        questions=len(tables[0].question_ids),
        unit=paired.unit,
        units=len(paired.strata),
        resamples=resamples,
        seed=seed,
        differences=differences,
        primary=tuple(primary),
        rightness=read.verdicts.rightness(),
        migration=read.verdicts.migration(),
        mistake_migration=read.verdicts.mistake_migration(),
        points=read.verdicts.points(),
        rubrics=read.versions.pairs(),
        labels=read.labels.labels(),
        questions_compared=by_question(tables, rubrics[1], resamples, seed),
        slices=by_slice(tables, unit, resamples, seed),
        changed=read.changes.count,
        changed_answers=read.changes.details(runs, *rubrics),
    )
    said = tuple(notes(found, read.relabelled))
    return found.model_copy(update={"headline": headline(found), "notes": said})


def _names(first: RunFile, second: RunFile) -> tuple[str, str]:
    """Name both runs, apart from each other."""
    paths = first.path, second.path
    named = (first.name, second.name), (paths[0].stem, paths[1].stem)
    return next((pair for pair in named if pair[0] != pair[1]), (str(paths[0]), str(paths[1])))


@dataclass(slots=True)
class _Counts:
    failed: int = 0
    ungraded: int = 0
    withheld: int = 0

    def add(self, record: RunRecord) -> None:
        self.failed += record.error is not None
        self.ungraded += sum(point.verdict is Verdict.UNGRADED for point in record.points)
        self.withheld += record.score is None


class _Reading:
    """What one pass over the pairs adds up."""

    def __init__(
        self, rubrics: tuple[Mapping[str, Rubric], Mapping[str, Rubric]], changed_answers: int
    ) -> None:
        self.tables = TableBuilder(), TableBuilder()
        self.counts = _Counts(), _Counts()
        self.verdicts = Verdicts(*rubrics)
        self.versions = Versions(*rubrics)
        self.labels = LabelMapping()
        self.changes = LargestChanges(changed_answers)
        self.relabelled = 0
        self._rubrics = rubrics

    def add(self, pair: Pair) -> None:
        for record, rubrics in zip((pair.first, pair.second), self._rubrics, strict=True):
            if record.rubric_sha256 not in rubrics:
                raise ComparisonInvalid(
                    f"the answer '{record.id}' was graded under a version of '{record.rubric_id}' "
                    "that its run does not hold; the file was cut or edited: grade it again"
                )
        for table, record in zip(self.tables, common(pair), strict=True):
            table.add(record)
        for counts, record in zip(self.counts, (pair.first, pair.second), strict=True):
            counts.add(record)
        for part in (self.verdicts, self.versions, self.labels, self.changes):
            part.add(pair)
        self.relabelled += pair.relabelled


def _side(name: str, run: RunFile, alone: Sequence[str], table: RunTable, counts: _Counts) -> Side:
    return Side(
        name=name,
        run=run.header,
        answers=len(table.answers) + len(alone),
        unpaired=len(alone),
        unpaired_ids=tuple(alone[:_UNPAIRED_LISTED]),
        failed=counts.failed,
        ungraded_points=counts.ungraded,
        withheld_scores=counts.withheld,
        cost=Cost.of(table.answers),
    )
