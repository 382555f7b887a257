"""What a comparison's report shows, arranged as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evals.comparison import ChangedAnswer, ChangedFinding, Comparison, PointComparison
from evals.comparison import Difference as Compared
from evals.reports._spans import Piece, marks_of, pieces
from evals.reports._words import Unit, in_order, number, span, words_of
from grader.types import Verdict

_ARROWS = {"better": "▲", "worse": "▼", "higher": "↗", "lower": "↘"}
_TONES = {"better": "better", "worse": "worse"}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One measure of both runs in writing.

    Attributes:
        p_value: Adjusted where it was tested among others.
        arrow: Whether it got better or worse; empty where that is not clear.
        tone: `better`, `worse` or empty.
    """

    name: str
    title: str
    meaning: str
    group: str
    first: str
    second: str
    difference: str
    interval: str
    p_value: float | None
    count: int
    arrow: str
    tone: str
    change: str


@dataclass(frozen=True, slots=True)
class ChangedView:
    """A changed answer with its words marked by what either run quotes for a changed finding."""

    changed: ChangedAnswer

    @property
    def pieces(self) -> list[Piece]:
        """The answer, cut where the findings' evidence begins and ends."""
        marks = []
        for place, finding in enumerate(self.changed.findings, start=1):
            for source, found in (("first", finding.first), ("second", finding.second)):
                if found is not None:
                    marks += marks_of(found.evidence, source, place)
        return pieces(self.changed.answer, marks)

    @property
    def rows(self) -> list[FindingRow]:
        """What changed in it, point by point."""
        return [FindingRow(finding) for finding in self.changed.findings]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding that the runs differ on."""

    finding: ChangedFinding

    @property
    def claim(self) -> str:
        """As the newer version has it."""
        found = self.finding.second or self.finding.first
        return found.claim if found else ""

    @property
    def claims(self) -> tuple[str, str] | None:
        """Both wordings, where there are two."""
        first, second = self.finding.first, self.finding.second
        if first and second and first.claim != second.claim:
            return first.claim, second.claim
        return None

    @property
    def label(self) -> str:
        """What the raters said; empty where they did not."""
        return _said(self.finding.label) if self.finding.label else ""

    @property
    def first(self) -> str:
        """The first verdict."""
        return _said(self.finding.first.verdict) if self.finding.first else "not in it"

    @property
    def second(self) -> str:
        """The second verdict."""
        return _said(self.finding.second.verdict) if self.finding.second else "not in it"

    @property
    def outcome(self) -> str:
        """`better` where only the second agrees with the label, `worse` where only the first."""
        if not self.label or (self.first == self.label) == (self.second == self.label):
            return ""
        return "better" if self.second == self.label else "worse"


def difference_rows(differences: Mapping[str, Compared]) -> list[DifferenceRow]:
    """Write differences, in the order in which they are read."""
    return [_row(name, differences[name]) for name in in_order(list(differences))]


def difference_row(name: str, differences: Mapping[str, Compared]) -> DifferenceRow | None:
    """Write one difference, if it is there."""
    return _row(name, differences[name]) if name in differences else None


def moved_points(comparison: Comparison) -> list[PointComparison]:
    """Points that changed for any answer or exist on one side only; what is clearest first."""
    moved = [
        point
        for point in comparison.points
        if point.changed or point.first is None or point.second is None
    ]
    order = {"worse": 0, "better": 1}
    return sorted(
        moved,
        key=lambda p: (
            order.get(p.change, 2),
            1.0 if p.p_adjusted is None else p.p_adjusted,
            -p.changed,
            p.rubric_id,
            p.id,
        ),
    )


def claim_of(point: PointComparison) -> str:
    """A point's claim, as the second version has it where it has the point."""
    side = point.second or point.first
    return side.claim if side else ""


def weak_points(comparison: Comparison) -> list[PointComparison]:
    """Points that tell answers apart badly under the second version, or under its only one."""
    return [p for p in comparison.points if (side := p.second or p.first) and side.weakness]


def without_ungraded(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Leave `ungraded` out of a migration matrix where nothing is."""
    kept = [
        name
        for name, row in counts.items()
        if name != Verdict.UNGRADED or any(row.values()) or any(r[name] for r in counts.values())
    ]
    return {name: {to: counts[name][to] for to in kept} for name in kept}


def _row(name: str, found: Compared) -> DifferenceRow:
    words = words_of(name)
    unit = words.unit
    ends = ""
    if found.low is not None and found.high is not None:
        ends = span(found.low, found.high, unit, signed=True)
    return DifferenceRow(
        name=name,
        title=words.title,
        meaning=words.meaning,
        group=words.group,
        first=number(found.first, unit),
        second=number(found.second, unit),
        difference=_difference(found.difference, unit),
        interval=ends.removesuffix(" %"),
        p_value=found.p_value if found.p_adjusted is None else found.p_adjusted,
        count=found.count,
        arrow=_ARROWS.get(found.change, ""),
        tone=_TONES.get(found.change, ""),
        change=str(found.change),
    )


def _difference(value: float | None, unit: Unit) -> str:
    # A difference of shares is in percentage points, not in per cent.
    return number(value, unit, signed=True).removesuffix(" %")


def _said(verdict: str) -> str:
    return str(verdict).replace("_", " ")
