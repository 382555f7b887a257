"""How slices differ from the rest of the answers, in writing."""

from __future__ import annotations

from dataclasses import dataclass

from evals.fairness import FairnessReport, Gap, ValueSlice
from evals.reports._words import Unit, number, span, words_of

_BIAS = "score_bias"
_RIGHT = "verdict_accuracy"


@dataclass(frozen=True, slots=True)
class GapText:
    """One gap in writing; all empty where there is none.

    Attributes:
        order: What to sort by.
        real: Whether it stands out after correction.
    """

    value: str = ""
    interval: str = ""
    p_value: float | None = None
    order: float | None = None
    real: bool = False


@dataclass(frozen=True, slots=True)
class GapRow:
    """One value of a tag.

    Attributes:
        bias: Mean of score less the labels' score, against all other answers with the tag.
        right: Share of verdicts that match the label, likewise.
    """

    tag: str
    slice: ValueSlice
    bias: GapText
    right: GapText


def gap_rows(report: FairnessReport) -> list[GapRow]:
    """List what slices show against the rest, the largest difference in scores first."""
    rows = [
        GapRow(tags.tag, part, _text(part, _BIAS), _text(part, _RIGHT))
        for tags in report.slices
        for part in tags.values
    ]
    return sorted(
        (row for row in rows if row.bias.value or row.right.value),
        key=lambda row: (-abs(row.bias.order or 0), row.tag, row.slice.value),
    )


def _text(part: ValueSlice, measure: str) -> GapText:
    gap: Gap | None = part.gaps.get(measure)
    if gap is None or gap.value is None:
        return GapText()
    unit = Unit.SCORE if measure == _BIAS else words_of(measure).unit
    ends = "" if gap.low is None or gap.high is None else span(gap.low, gap.high, unit, signed=True)
    return GapText(
        value=number(gap.value, unit, signed=True).removesuffix(" %"),
        interval=ends.removesuffix(" %"),
        p_value=gap.p_value if gap.p_adjusted is None else gap.p_adjusted,
        order=gap.value,
        real=gap.is_real,
    )
