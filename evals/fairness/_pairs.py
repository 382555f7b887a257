"""Counterfactual pairs: the same content in another manner should get the same score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evals.fairness._estimate import contrast, corrected, questions_of
from evals.fairness._rows import FairnessInvalid, Row, Rows
from evals.fairness._types import SMALL, Counterfactuals, Flip, Manner, PairCase
from evals.metrics import Figure, IntArray, Tallied, figure, formulas, tallied
from evals.runs import RunRecord
from grader.scoring import CREDIT
from grader.types import Verdict

PAIR_TAG = "content"
MANNER_TAG = "style"
BASE = "typed"
_WORST = 20


@dataclass(frozen=True, slots=True)
class PairTags:
    """What tells versions of one content, and which of them the others are compared with.

    Attributes:
        pair: Answers with the same value, under one rubric version, say the same.
        manner: Tells the manner.
        base: The manner that others are compared with.
    """

    pair: str = PAIR_TAG
    manner: str = MANNER_TAG
    base: str = BASE


class _Pair(NamedTuple):
    """Positions of two versions."""

    base: int
    other: int


def has_pairs(rows: Rows, tags: PairTags) -> bool:
    """Whether any content comes in the base manner and another."""
    return bool(_paired(rows.each, tags))


def compare_pairs(
    rows: Rows, records: Iterable[RunRecord], tags: PairTags, draws: IntArray
) -> Counterfactuals:
    """Compare each version with the base version of the same content.

    Args:
        rows: The run.
        records: The same run once more, for the texts of the worst cases.
        tags: What tells versions.
        draws: Resamplings of the questions.

    Raises:
        FairnessInvalid: There is no such tag or manner, or nothing to compare.
    """
    rows.values(tags.pair)
    manners = rows.values(tags.manner)
    if tags.base not in manners:
        known = ", ".join(sorted(manners))
        raise FairnessInvalid(
            f"no answer has {tags.manner}={tags.base}, the manner to compare with; "
            f"choose one of them with --base: {known}"
        )
    pairs = _paired(rows.each, tags)
    if not pairs:
        raise FairnessInvalid(
            f"no two answers share a value of '{tags.pair}' under one rubric and differ in "
            f"'{tags.manner}', one of them {tags.base}"
        )
    by_manner: dict[str, list[_Pair]] = {}
    for pair in pairs:
        by_manner.setdefault(rows.each[pair.other].tags[tags.manner], []).append(pair)
    found = {name: _manner(name, chosen, rows, draws) for name, chosen in by_manner.items()}
    shifts = corrected({name: each.shift for name, each in found.items()})
    used = {place for pair in pairs for place in pair}
    carrying = sum(tags.pair in row.tags for row in rows.each)
    return Counterfactuals(
        pair_tag=tags.pair,
        manner_tag=tags.manner,
        base=tags.base,
        contents=len({pair.base for pair in pairs}),
        unpaired=carrying - len(used),
        manners=tuple(
            sorted(
                (each.model_copy(update={"shift": shifts[each.manner]}) for each in found.values()),
                key=lambda each: (each.shift.value is None, each.shift.value or 0.0, each.manner),
            )
        ),
        worst=tuple(_worst(rows, records, pairs, tags)),
    )


def _paired(rows: Sequence[Row], tags: PairTags) -> list[_Pair]:
    """Pair each version with the first base version of its content, rubric version and all."""
    contents: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        if tags.pair in row.tags and tags.manner in row.tags:
            contents.setdefault((row.rubric_sha256, row.tags[tags.pair]), []).append(place)
    pairs: list[_Pair] = []
    for places in contents.values():
        base = next((p for p in places if rows[p].tags[tags.manner] == tags.base), None)
        if base is not None:
            pairs += [_Pair(base, p) for p in places if rows[p].tags[tags.manner] != tags.base]
    return pairs


def _manner(name: str, pairs: Sequence[_Pair], rows: Rows, draws: IntArray) -> Manner:
    total = draws.shape[1]

    def mean(cases: Sequence[tuple[int, float, float]]) -> Tallied:
        table = np.array(cases, dtype=np.float64).reshape(len(cases), 3)
        return tallied(table[:, 0].astype(np.int64), total, table[:, 1:], formulas.share)

    def figure_of(cases: Sequence[tuple[int, float, float]]) -> Figure:
        return figure(mean(cases), draws)

    each = [(rows.each[pair.base], rows.each[pair.other]) for pair in pairs]
    shifts = [
        (base.question, other.score - base.score, 1.0)
        for base, other in each
        if base.score is not None and other.score is not None
    ]
    labels = [
        (base.question, other.label_score - base.label_score, 1.0)
        for base, other in each
        if base.label_score is not None and other.label_score is not None
    ]
    bands = [
        (base.question, float(base.band is not other.band), 1.0)
        for base, other in each
        if base.band is not None and other.band is not None
    ]
    earned = [
        (base.question, CREDIT[other_said] - CREDIT[said], float(said is not other_said))
        for base, other in each
        for said, other_said in zip(base.points, other.points, strict=True)
        if Verdict.UNGRADED not in (said, other_said)
    ]
    mistakes = [
        (base.question, float(made is not other_made), 1.0)
        for base, other in each
        for made, other_made in zip(base.mistakes, other.mistakes, strict=True)
        if made is not None and other_made is not None
    ]
    return Manner(
        manner=name,
        pairs=len(shifts),
        withheld=len(pairs) - len(shifts),
        questions=len({question for question, *_ in shifts}),
        small=len(shifts) < SMALL,
        shift=contrast(
            mean(shifts),
            None,
            draws,
            count=len(shifts),
            questions=questions_of([question for question, *_ in shifts]),
        ),
        size=figure_of([(question, abs(shift), one) for question, shift, one in shifts]),
        label_shift=figure_of(labels) if labels else None,
        flip_rate=figure_of([(question, flipped, 1.0) for question, _, flipped in earned]),
        up=figure_of([(question, float(gain > 0), 1.0) for question, gain, _ in earned]),
        down=figure_of([(question, float(gain < 0), 1.0) for question, gain, _ in earned]),
        mistake_flip_rate=figure_of(mistakes),
        band_changes=figure_of(bands),
    )


def _worst(
    rows: Rows, records: Iterable[RunRecord], pairs: Sequence[_Pair], tags: PairTags
) -> Iterator[PairCase]:
    shifts: list[tuple[float, _Pair]] = []
    for pair in pairs:
        base, other = rows.each[pair.base].score, rows.each[pair.other].score
        if base is not None and other is not None and base != other:
            shifts.append((other - base, pair))
    shifts.sort(key=lambda item: (-abs(item[0]), item[1]))
    chosen = shifts[:_WORST]
    wanted = {place for _, pair in chosen for place in pair}
    held = {place: record for place, record in enumerate(records) if place in wanted}
    for shift, pair in chosen:
        base_record, other_record = held[pair.base], held[pair.other]
        yield PairCase(
            content=base_record.tags[tags.pair],
            rubric_id=base_record.rubric_id,
            manner=other_record.tags[tags.manner],
            base_id=base_record.id,
            other_id=other_record.id,
            base_score=base_record.score or 0.0,
            other_score=other_record.score or 0.0,
            shift=round(shift, 4),
            flips=tuple(
                Flip(point_id=one.id, base=one.verdict, other=two.verdict)
                for one, two in zip(base_record.points, other_record.points, strict=True)
                if one.verdict is not two.verdict
            ),
            mistakes=tuple(
                one.id
                for one, two in zip(base_record.mistakes, other_record.mistakes, strict=True)
                if one.made is not two.made
            ),
            base_answer=base_record.answer,
            other_answer=other_record.answer,
        )
