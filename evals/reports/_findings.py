"""What a run's report shows beside its figures, gathered in one pass that keeps little."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from evals.metrics import Figure, figure, formulas, question_draws, tallied
from evals.reports._spans import Piece, marks_of, pieces
from evals.runs import MistakeRecord, PointRecord, RunFile, RunRecord
from grader.types import Evidence, Mistake, Point, Rubric, Verdict

_CREDIT = {Verdict.COVERED: 1.0, Verdict.PARTIAL: 0.5}

# A verdict that is wrong and costs no credit, as missing for contradicted, still counts a little.
_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class Finding:
    """A labelled point or mistake that the judge saw otherwise.

    Attributes:
        claim: As the rubric has it; empty where the run does not carry the rubric.
        weight: The point's weight or the mistake's penalty.
        also: Other wordings that make the point.
        against: Wordings that contradict it.
        others: What else the judge weighed, likeliest first.
    """

    kind: Literal["point", "mistake"]
    id: str
    claim: str
    weight: float
    label: str
    verdict: str
    confidence: float
    why: str
    evidence: tuple[Evidence, ...]
    label_evidence: tuple[Evidence, ...]
    also: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer that the report shows, with what was judged otherwise than labelled."""

    record: RunRecord
    question: str
    findings: tuple[Finding, ...]

    @property
    def pieces(self) -> list[Piece]:
        """The answer, cut where the findings' evidence begins and ends."""
        marks = []
        for number, finding in enumerate(self.findings, start=1):
            marks += marks_of(finding.label_evidence, "label", number)
            marks += marks_of(finding.evidence, "judge", number)
        return pieces(self.record.answer, marks)


@dataclass(frozen=True, slots=True)
class PointTally:
    """How one point of one rubric version was judged over all answers.

    Attributes:
        labelled: Answers in which it is labelled and judged.
        right: Of these, with the label's verdict.
        covered: Of these, labelled covered.
        called: Of these, judged covered.
    """

    question: str
    id: str
    claim: str
    labelled: int
    right: int
    covered: int
    called: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a report shows beside the figures.

    Attributes:
        wrong: Findings in the whole run, shown or not.
        wrong_answers: Answers with such.
        shown: The answers furthest from their labels, furthest first; of a run without labels
            those the judge was least sure of.
        questions: Share of verdicts that match the label, by question, with an interval from
            resampled answers; lowest first.
        points: By point, least often right first.
        errors: Answers that could not be graded, by what was said of it.
    """

    wrong: int
    wrong_answers: int
    labelled: bool
    shown: tuple[ShownAnswer, ...]
    questions: tuple[tuple[str, Figure], ...]
    points: tuple[PointTally, ...]
    errors: tuple[tuple[str, int], ...]


def gather(run: RunFile, most: int) -> Findings:
    """Read a run once.

    Args:
        run: The run.
        most: Answers to show at most.

    Raises:
        RunInvalid: The file is broken.
    """
    gathering = _Gathering(run.rubrics(), most)
    for order, record in enumerate(run):
        gathering.add(record, order)
    return gathering.done()


@dataclass(slots=True)
class _Gathering:
    rubrics: Mapping[str, Rubric]
    most: int
    wrong: int = 0
    wrong_answers: int = 0
    labelled: bool = False
    kept: list[tuple[float, int, ShownAnswer]] = field(default_factory=list)
    unsure: list[tuple[float, int, ShownAnswer]] = field(default_factory=list)
    by_question: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    by_point: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, record: RunRecord, order: int) -> None:
        rubric = self.rubrics.get(record.rubric_sha256)
        if record.error is not None:
            self.errors[record.error.message] += 1
        self._tally(record)
        found = tuple(_findings(record, rubric))
        question = rubric.question if rubric else record.rubric_id
        shown = ShownAnswer(record, question, found)
        if found:
            self.wrong += len(found)
            self.wrong_answers += 1
            self._keep(self.kept, (_distance(found, rubric), -order, shown))
        elif not self.labelled and record.error is None:
            sure = min((p.confidence for p in record.points), default=1.0)
            self._keep(self.unsure, (1 - sure, -order, shown))

    def done(self) -> Findings:
        chosen = self.kept if self.labelled else self.unsure
        rates = [(name, _accuracy(rows)) for name, rows in self.by_question.items()]
        points = [
            PointTally(question, name, self._claim(sha256, name), *counts)
            for (question, sha256, name), counts in self.by_point.items()
        ]
        return Findings(
            wrong=self.wrong,
            wrong_answers=self.wrong_answers,
            labelled=self.labelled,
            shown=tuple(answer for *_, answer in sorted(chosen, key=lambda e: e[:2], reverse=True)),
            questions=tuple(sorted(rates, key=lambda each: (each[1].value or 0, each[0]))),
            points=tuple(sorted(points, key=lambda p: (p.right / p.labelled, p.question, p.id))),
            errors=tuple(self.errors.most_common()),
        )

    def _tally(self, record: RunRecord) -> None:
        self.labelled = (
            self.labelled
            or any(point.label is not None for point in record.points)
            or any(mistake.label is not None for mistake in record.mistakes)
        )
        judged = [
            point
            for point in record.points
            if point.label is not None and point.verdict is not Verdict.UNGRADED
        ]
        if judged:
            right = sum(point.label is point.verdict for point in judged)
            self.by_question.setdefault(record.rubric_id, []).append((right, len(judged)))
        for point in judged:
            key = record.rubric_id, record.rubric_sha256, point.id
            counts = self.by_point.setdefault(key, [0, 0, 0, 0])
            counts[0] += 1
            counts[1] += point.label is point.verdict
            counts[2] += point.label is Verdict.COVERED
            counts[3] += point.verdict is Verdict.COVERED

    def _keep(
        self,
        heap: list[tuple[float, int, ShownAnswer]],
        entry: tuple[float, int, ShownAnswer],
    ) -> None:
        if len(heap) < self.most:
            heapq.heappush(heap, entry)
        elif heap and entry[:2] > heap[0][:2]:
            heapq.heapreplace(heap, entry)

    def _claim(self, sha256: str, name: str) -> str:
        rubric = self.rubrics.get(sha256)
        return next((p.claim for p in rubric.points if p.id == name), "") if rubric else ""


def _findings(record: RunRecord, rubric: Rubric | None) -> Iterator[Finding]:
    points = {point.id: point for point in rubric.points} if rubric else {}
    mistakes = {mistake.id: mistake for mistake in rubric.mistakes} if rubric else {}
    for point in record.points:
        judged = point.label is not None and point.verdict is not Verdict.UNGRADED
        if judged and point.label is not point.verdict:
            yield _of_point(point, points.get(point.id))
    for mistake in record.mistakes:
        judged = mistake.label is not None and mistake.made is not None
        if judged and mistake.label is not mistake.made:
            yield _of_mistake(mistake, mistakes.get(mistake.id))


def _of_point(point: PointRecord, text: Point | None) -> Finding:
    others = [(str(v), share) for v, share in point.probabilities.items() if v != point.verdict]
    return Finding(
        kind="point",
        id=point.id,
        claim=text.claim if text else "",
        weight=text.weight if text else 1,
        label=str(point.label),
        verdict=str(point.verdict),
        confidence=point.confidence,
        why=point.why,
        evidence=point.evidence,
        label_evidence=point.label_evidence,
        also=text.accept if text else (),
        against=text.reject if text else (),
        others=tuple(sorted(others, key=lambda each: -each[1])),
    )


def _of_mistake(mistake: MistakeRecord, text: Mistake | None) -> Finding:
    return Finding(
        kind="mistake",
        id=mistake.id,
        claim=text.claim if text else "",
        weight=text.penalty if text else 1,
        label="made" if mistake.label else "not made",
        verdict="made" if mistake.made else "not made",
        confidence=mistake.confidence,
        why="",
        evidence=mistake.evidence,
        label_evidence=mistake.label_evidence,
    )


def _distance(found: tuple[Finding, ...], rubric: Rubric | None) -> float:
    """Weigh what was judged otherwise, as a share of the rubric's weight."""
    total = rubric.total_weight if rubric else len(found)
    return sum(each.weight * _lost(each) for each in found) / total


def _lost(finding: Finding) -> float:
    if finding.kind == "mistake":
        return 1
    label, verdict = Verdict(finding.label), Verdict(finding.verdict)
    return max(_LEAST, abs(_CREDIT.get(label, 0) - _CREDIT.get(verdict, 0)))


def _accuracy(rows: list[tuple[int, int]]) -> Figure:
    cases = np.array(rows, dtype=np.float64)
    places = np.arange(len(rows))
    return figure(tallied(places, len(rows), cases, formulas.share), question_draws(len(rows)))
