"""A run as arrays: a row for each labelled point, each labelled mistake, each answer."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from evals.metrics._formulas import auc
from evals.metrics._measure import FloatArray, IntArray
from evals.runs import MistakeRecord, PointRecord, RunRecord
from grader.types import Band, Evidence, Verdict

VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)
BANDS = (Band.DOES_NOT_MEET, Band.PARTLY_MEETS, Band.MEETS, Band.EXCEEDS)

_CODES = {verdict: code for code, verdict in enumerate(VERDICTS)}
_NAN = float("nan")

BoolArray = npt.NDArray[np.bool_]


class PointRow(NamedTuple):
    """One labelled point; verdicts are positions in `VERDICTS`.

    Attributes:
        verdict: NaN where ungraded.
        covered: Probability of covered; NaN where ungraded.
        evidence_f1: Overlap with the labelled evidence in characters; NaN unless both gave some.
        evidence_touches: Whether they overlap at all; NaN likewise.
        flips: Whether repeats gave another verdict; NaN without repeats.
    """

    question: float
    answer: float
    label: float
    verdict: float
    confidence: float
    covered: float
    evidence_f1: float
    evidence_touches: float
    flips: float


class MistakeRow(NamedTuple):
    """One labelled mistake; 0 or 1 for made, NaN where it could not be judged."""

    question: float
    answer: float
    label: float
    made: float
    flips: float


class AnswerRow(NamedTuple):
    """One answer.

    Attributes:
        score: NaN where it was withheld.
        label_score: NaN where the labels give none.
        band: Position in `BANDS`, NaN likewise.
        auc: How well the answer's points are ranked by their probability of covered; NaN unless
            some are labelled covered and some not.
        follow_up_hits: Whether the follow-up aims at what the labels show to be a gap; NaN without
            a follow-up for a gap that is labelled.
        judged: Points that were judged, labelled or not.
        covered: How many of these were judged covered.
    """

    question: float
    answer: float
    score: float
    label_score: float
    band: float
    label_band: float
    auc: float
    follow_up_hits: float
    needs_review: float
    judged: float
    covered: float
    elapsed_ms: float
    input_tokens: float
    output_tokens: float
    llm_calls: float


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Rows by column name."""

    values: Mapping[str, FloatArray]

    @classmethod
    def of(cls, names: Sequence[str], cells: array[float]) -> Self:
        """Turn rows, written one after another, into columns."""
        table = np.array(cells, dtype=np.float64).reshape(-1, len(names))
        return cls({name: table[:, place] for place, name in enumerate(names)})

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values["question"])

    def __getitem__(self, name: str) -> FloatArray:
        """Return a column."""
        return self.values[name]

    @property
    def questions(self) -> IntArray:
        """Each row's question."""
        return self.values["question"].astype(np.int64)

    def where(self, mask: BoolArray) -> Columns:
        """Keep some rows."""
        return Columns({name: column[mask] for name, column in self.values.items()})

    def known(self, *names: str) -> Columns:
        """Keep the rows in which these columns are not NaN."""
        mask = np.ones(len(self), dtype=np.bool_)
        for name in names:
            mask &= ~np.isnan(self.values[name])
        return self.where(mask)


@dataclass(frozen=True, slots=True, eq=False)
class RunTable:
    """A run as arrays.

    Attributes:
        question_ids: Rubric ids; rows refer to them by position.
        units: How many there are of what is resampled: questions, see also `by`.
        slices: For each `tag=value` the positions of its answers.
        failed: Answers that could not be graded as a whole.
        unmapped: Labels for ids that the rubric version graded under does not have.
        unlabelled: Points and mistakes that nobody labelled.
        judges: Points each judge decided, where several took part.
    """

    question_ids: tuple[str, ...]
    units: int
    points: Columns
    mistakes: Columns
    answers: Columns
    slices: Mapping[str, IntArray]
    failed: int
    unmapped: int
    unlabelled: int
    judges: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(records: Iterable[RunRecord]) -> RunTable:
        """Read a run once, keeping numbers only."""
        builder = TableBuilder()
        for record in records:
            builder.add(record)
        return builder.table()

    def by(self, column: Literal["question", "answer"]) -> RunTable:
        """Have questions or answers resampled, numbered afresh among those that have rows here."""
        places = np.unique(self.answers[column])

        def renumbered(columns: Columns) -> Columns:
            units = np.searchsorted(places, columns[column]).astype(np.float64)
            return Columns({**columns.values, "question": units})

        return replace(
            self,
            units=len(places),
            points=renumbered(self.points),
            mistakes=renumbered(self.mistakes),
            answers=renumbered(self.answers),
        )

    def of_answers(self, places: IntArray) -> RunTable:
        """Keep the rows of some answers; questions keep their positions."""

        def kept(columns: Columns) -> Columns:
            return columns.where(np.isin(columns["answer"], places))

        return replace(
            self,
            points=kept(self.points),
            mistakes=kept(self.mistakes),
            answers=kept(self.answers),
            slices={},
        )


class TableBuilder:
    """Makes a `RunTable` record by record, for callers that read several runs at once."""

    def __init__(self) -> None:
        """Begin without records."""
        self._questions: dict[str, int] = {}
        # Bare cells, one row after another: a tuple of floats for each would take five times as much.
        self._points = array("d")
        self._mistakes = array("d")
        self._answers = array("d")
        self._count = 0
        self._slices: dict[str, list[int]] = {}
        self._failed = self._unmapped = self._unlabelled = 0
        self._judges: Counter[str] = Counter()

    def add(self, record: RunRecord) -> None:
        """Keep the numbers of one record."""
        place = self._count
        self._count += 1
        question = self._questions.setdefault(record.rubric_id, len(self._questions))
        rows = [
            _point_row(point, record, question, place)
            for point in record.points
            if point.label is not None
        ]
        for row in rows:
            self._points.extend(row)
        for mistake in record.mistakes:
            if mistake.label is not None:
                self._mistakes.extend(_mistake_row(mistake, record, question, place))
        self._answers.extend(_answer_row(record, rows, question, place))
        for name, value in ({"kind": str(record.kind)} | dict(record.tags)).items():
            self._slices.setdefault(f"{name}={value}", []).append(place)
        self._failed += record.error is not None
        self._unmapped += len(record.unmapped)
        self._unlabelled += sum(p.label is None for p in record.points)
        self._unlabelled += sum(m.label is None for m in record.mistakes)
        self._judges.update(point.judge for point in record.points if point.judge)

    def table(self) -> RunTable:
        """Return what was added, as arrays."""
        return RunTable(
            question_ids=tuple(self._questions),
            units=len(self._questions),
            points=Columns.of(PointRow._fields, self._points),
            mistakes=Columns.of(MistakeRow._fields, self._mistakes),
            answers=Columns.of(AnswerRow._fields, self._answers),
            slices={name: np.array(places) for name, places in sorted(self._slices.items())},
            failed=self._failed,
            unmapped=self._unmapped,
            unlabelled=self._unlabelled,
            judges=dict(self._judges),
        )


def _point_row(point: PointRecord, record: RunRecord, question: int, place: int) -> PointRow:
    graded = point.verdict is not Verdict.UNGRADED
    overlap, touches = _overlap(point.evidence, point.label_evidence)
    return PointRow(
        question=question,
        answer=place,
        label=_NAN if point.label is None else _CODES[point.label],
        verdict=_CODES[point.verdict] if graded else _NAN,
        confidence=point.confidence if graded else _NAN,
        covered=point.probabilities.get(Verdict.COVERED, 0.0) if graded else _NAN,
        evidence_f1=overlap,
        evidence_touches=touches,
        flips=float(any(r.points.get(point.id) != point.verdict for r in record.repeats))
        if record.repeats
        else _NAN,
    )


def _mistake_row(
    mistake: MistakeRecord, record: RunRecord, question: int, place: int
) -> MistakeRow:
    return MistakeRow(
        question=question,
        answer=place,
        label=float(bool(mistake.label)),
        made=_NAN if mistake.made is None else float(mistake.made),
        flips=float(any(r.mistakes.get(mistake.id) != mistake.made for r in record.repeats))
        if record.repeats
        else _NAN,
    )


def _answer_row(
    record: RunRecord, rows: Sequence[PointRow], question: int, place: int
) -> AnswerRow:
    graded = [row for row in rows if not np.isnan(row.covered)]
    ranking = np.array([row.covered for row in graded])
    return AnswerRow(
        question=question,
        answer=place,
        score=_NAN if record.score is None else record.score,
        label_score=_NAN if record.label_score is None else record.label_score,
        band=_NAN if record.band is None else BANDS.index(record.band),
        label_band=_NAN if record.label_band is None else BANDS.index(record.label_band),
        auc=auc(np.array([row.label == 0 for row in graded], dtype=np.bool_), ranking),
        follow_up_hits=_follow_up_hits(record),
        needs_review=float(record.needs_review),
        judged=sum(point.verdict is not Verdict.UNGRADED for point in record.points),
        covered=sum(point.verdict is Verdict.COVERED for point in record.points),
        elapsed_ms=record.elapsed_ms,
        input_tokens=record.usage.input_tokens,
        output_tokens=record.usage.output_tokens,
        llm_calls=record.usage.llm_calls,
    )


def _follow_up_hits(record: RunRecord) -> float:
    gap = record.follow_up.gap if record.follow_up else None
    real: dict[str, bool] = {
        point.id: point.label is not Verdict.COVERED
        for point in record.points
        if point.label is not None
    }
    real |= {mistake.id: mistake.label for mistake in record.mistakes if mistake.label is not None}
    return float(real[gap]) if gap in real else _NAN


def _overlap(found: Iterable[Evidence], labelled: Iterable[Evidence]) -> tuple[float, float]:
    """Return F1 in characters, and whether any is shared; NaN unless both gave evidence."""
    ours = {place for span in found for place in range(span.start, span.end)}
    theirs = {place for span in labelled for place in range(span.start, span.end)}
    if not ours or not theirs:
        return _NAN, _NAN
    shared = len(ours & theirs)
    return 2 * shared / (len(ours) + len(theirs)), float(shared > 0)
