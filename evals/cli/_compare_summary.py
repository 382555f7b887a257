"""A comparison for a terminal, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from evals.cli._compare_answers import changed_text, shortened
from evals.comparison import (
    Change,
    Comparison,
    Difference,
    PointComparison,
    Regression,
    Weakness,
)
from evals.wording import counted

_STYLES = {Change.BETTER: "green", Change.WORSE: "red"}
_POINTS = 10
_ROWS = 12
_WEAK = {
    Weakness.ALWAYS_COVERED: "always covered",
    Weakness.NEVER_COVERED: "never covered",
    Weakness.APART_FROM_THE_REST: "covered no more often in answers that are good otherwise",
}


def render_comparison(comparison: Comparison) -> None:
    """Print the result in a sentence, then what it is made of, the largest first."""
    console = Console(highlight=False)
    for letter, side in (("A", comparison.first), ("B", comparison.second)):
        described = f"{letter}  {side.name}  ({side.run.judge}: {side.run.model})"
        console.print(Text(described, style="dim"), no_wrap=True, overflow="ellipsis")
    console.print()
    console.print(Text(comparison.headline, style="bold"))
    console.print(_basis(comparison))
    for note in comparison.notes:
        console.print(Text(note, style="yellow"))
    for title, part in _parts(comparison):
        console.print()
        if title:
            console.print(Text(title, style="bold"))
        console.print(part)


def regression_text(regression: Regression) -> str:
    """Say which measure got worse, and by how much."""
    each = regression.difference
    digits = _digits(each)
    tolerated = f"; {regression.tolerance:g} is tolerated" if regression.tolerance else ""
    return (
        f"regression: {regression.measure} went from {_figure(each.first, digits)} to "
        f"{_figure(each.second, digits)} ({_signed(each.difference, digits)}, 95 % interval "
        f"{_signed(each.low, digits)} to {_signed(each.high, digits)}{tolerated})"
    )


def _basis(comparison: Comparison) -> Text:
    questions = counted(comparison.questions, "question")
    several = len(comparison.primary) > 1
    adjusted = " The p-values behind the sentence above are corrected for being several."
    return Text(
        f"{counted(comparison.answers, 'answer')} to {questions}, in both runs. Intervals and "
        f"p-values come from resampling {counted(comparison.units, comparison.unit)}."
        f"{adjusted if several else ''}",
        style="dim",
    )


def _parts(comparison: Comparison) -> Iterator[tuple[str, RenderableType]]:
    yield "", _measures(comparison.differences)
    yield "", _migration(comparison)
    yield "", _rightness(comparison)
    if points := _moved_points(comparison.points):
        yield (
            "Points that moved most: share right in A and B, verdicts that became right and wrong",
            _points(points, several=comparison.questions > 1),
        )
    if weak := _weak(comparison):
        yield f"Points that tell answers apart badly in {comparison.second.name}", weak
    if len(comparison.questions_compared) > 1:
        rows = {each.rubric_id: each for each in comparison.questions_compared[:_ROWS]}
        yield (
            f"Questions{_of(len(rows), comparison.questions)}, largest shift first",
            _breakdown({name: (row.answers, row.differences) for name, row in rows.items()}),
        )
    if comparison.slices:
        ranked = sorted(comparison.slices.items(), key=lambda item: _least_p(item[1].differences))
        yield (
            f"Slices{_of(min(_ROWS, len(ranked)), len(ranked))}, surest differences first",
            _breakdown({name: (s.answers, s.differences) for name, s in ranked[:_ROWS]}),
        )
    if comparison.changed:
        shown = len(comparison.changed_answers)
        title = f"{counted(comparison.changed, 'answer')} graded differently"
        title += f"; the {shown} largest" if 0 < shown < comparison.changed else ""
        yield title, changed_text(comparison.changed_answers)
    else:
        yield "", Text("No answer was graded differently.")


def _measures(differences: Mapping[str, Difference]) -> Table:
    table = _table("measure", "A", "B", "B − A", "95 % interval", "p")
    for each in differences.values():
        style = _STYLES.get(each.change, "")
        p_value = each.p_value if each.p_adjusted is None else each.p_adjusted
        told = "" if each.change in {Change.UNCLEAR, Change.UNDEFINED} else f" {each.change}"
        digits = _digits(each)
        table.add_row(
            each.title,
            _figure(each.first, digits),
            _figure(each.second, digits),
            Text(_signed(each.difference, digits), style=style),
            Text(_interval(each, digits), style="dim"),
            Text(f"{_p(p_value)}{told}", style=style),
        )
    return table


def _migration(comparison: Comparison) -> Table | Text:
    moves = comparison.migration
    used = [
        name
        for name in moves
        if any(moves[name].values()) or any(row[name] for row in moves.values())
    ]
    if not used:
        return Text("No point stands in both versions.")
    table = _table("verdict in A, then in B:", *used)
    for old in used:
        cells = [Text(f"{moves[old][new]:,}", style="dim" if old == new else "") for new in used]
        table.add_row(old, *cells)
    return table


def _rightness(comparison: Comparison) -> Text:
    right = comparison.rightness
    return Text(
        f"Against the labels {right.gained:,} became right and {right.lost:,} wrong (McNemar, p "
        f"{_p_equation(right.p_value)}); {right.both_right:,} stayed right, "
        f"{right.both_wrong:,} wrong."
        if right.p_value is not None
        else "No point is labelled and graded in both."
    )


def _moved_points(points: Sequence[PointComparison]) -> list[PointComparison]:
    moved = [point for point in points if point.rightness.gained + point.rightness.lost]
    moved = moved or [point for point in points if point.changed]
    return sorted(moved, key=_surest)[:_POINTS]


def _surest(point: PointComparison) -> tuple[float, int]:
    p_value = point.rightness.p_value
    return 1.0 if p_value is None else p_value, -point.changed


def _points(points: Iterable[PointComparison], *, several: bool) -> Table:
    table = _table("point", "A", "B", "gained", "lost", "changed", "p")
    for point in points:
        style = _STYLES.get(point.change, "")
        told = f" {point.change}" if point.change in _STYLES else ""
        first, second = point.accuracy or (None, None)
        table.add_row(
            shortened(f"{point.rubric_id}/{point.id}" if several else point.id),
            _figure(first),
            _figure(second),
            f"{point.rightness.gained:,}" if point.accuracy else "",
            f"{point.rightness.lost:,}" if point.accuracy else "",
            f"{point.changed:,}",
            Text(f"{_p(point.p_adjusted)}{told}", style=style),
        )
    return table


def _weak(comparison: Comparison) -> Text | None:
    lines = []
    for weakness, words in _WEAK.items():
        named = [
            f"{point.rubric_id}/{point.id}" if comparison.questions > 1 else point.id
            for point in comparison.points
            if point.second and point.second.weakness is weakness
        ]
        if named:
            more = f" and {len(named) - _POINTS} more" if len(named) > _POINTS else ""
            lines.append(f"{words}: {', '.join(named[:_POINTS])}{more}")
    return Text("\n".join(lines)) if lines else None


def _breakdown(rows: Mapping[str, tuple[int, Mapping[str, Difference]]]) -> Table:
    table = _table("", "answers", "accuracy", "p", "mean score", "p")
    for name, (answers, differences) in rows.items():
        cells: list[Text] = []
        for measure, digits in (("verdict_accuracy", 3), ("mean_score", 1)):
            each = differences.get(measure)
            style = _STYLES.get(each.change, "") if each else ""
            cells += [
                Text(_signed(each.difference, digits) if each else "", style=style),
                Text(_p(each.p_adjusted) if each else "", style=style or "dim"),
            ]
        table.add_row(shortened(name), f"{answers:,}", *cells)
    return table


def _least_p(differences: Mapping[str, Difference]) -> float:
    return min((d.p_value for d in differences.values() if d.p_value is not None), default=1.0)


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    table.add_column(first)
    for title in others:
        table.add_column(title, justify="left" if title.startswith("p") else "right", no_wrap=True)
    return table


def _interval(each: Difference, digits: int) -> str:
    if each.low is None or each.high is None:
        return ""
    return f"{_signed(each.low, digits)} … {_signed(each.high, digits)}"


def _digits(each: Difference) -> int:
    """One for scores, which go to 100; three for shares and coefficients, which go to 1."""
    return 1 if max(abs(each.first or 0), abs(each.second or 0)) > 1 else 3


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _signed(value: float | None, digits: int = 3) -> str:
    if value is None:
        return "–"
    shown = _figure(abs(value), digits)
    return shown if value == 0 else f"{'+' if value > 0 else '−'}{shown}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<.001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _p_equation(value: float) -> str:
    shown = _p(value)
    return shown if shown.startswith("<") else f"= {shown}"


def _of(shown: int, total: int) -> str:
    return f", {shown} of {total:,}" if shown < total else ""
