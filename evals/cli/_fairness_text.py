"""A fairness report for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.fairness import (
    Counterfactuals,
    FairnessReport,
    Gap,
    Group,
    Manner,
    PairCase,
    Rate,
    Selection,
    TagSlices,
    ValueSlice,
)
from evals.metrics import Figure

_LONGEST = 21
_WORST = 5
_SCORES = frozenset({"score_bias", "score", "label_score", "score_mae"})
_SLICED = ("score_bias", "covered_accuracy")


def render_fairness(report: FairnessReport) -> None:
    """Print slices, pairs and groups, each with what it shows, and what to know before use."""
    console = Console(highlight=False)
    console.print(Text(f"{report.run.judge}: {report.run.model}", style="dim"))
    console.print(f"{report.answers:,} answers to {report.questions:,} questions")
    if report.counterfactuals:
        _pairs(console, report.counterfactuals)
    for tag in report.slices:
        _slices(console, tag)
    for selection in report.selections:
        _selection(console, selection)
    if not (report.counterfactuals or report.slices or report.selections):
        _say(console, "No tag tells these answers apart: there is nothing to compare.")
    if report.notes:
        console.print()
        console.print(Text("Before you rely on it", style="bold"))
        for note in report.notes:
            table = Table.grid(padding=(0, 1))
            table.add_row("-", Text(note))
            console.print(table)


def _pairs(console: Console, found: Counterfactuals) -> None:
    _heading(
        console,
        f"The same content in another manner ({found.manner_tag})",
        f"Score less that of the {found.base} version, over {found.contents:,} contents. A judge "
        "that goes by content alone shows 0 everywhere.",
    )
    table = _table()
    table.add_column("manner", no_wrap=True)
    for name in ("n", "shift", "95 % interval", "p", "size", "points -/+", "bands"):
        table.add_column(name, justify="right", no_wrap=True)
    for manner in found.manners:
        table.add_row(*_manner_cells(manner))
    console.print(table)
    _say(
        console,
        "n: pairs. p: corrected for the number of manners. size: mean absolute shift. points -/+: "
        "share that earns less, and more, than in the base version. bands: pairs that land in "
        "another band.",
    )
    real = [each for each in found.manners if each.shift.is_real]
    if real:
        named = ", ".join(f"{each.manner} ({_signed(each.shift.value)})" for each in real)
        _say(console, f"Shifts that stand out: {named}.")
    elif any(each.shift.p_value is not None for each in found.manners):
        _say(
            console,
            "No mean shift stands out from chance. That is no proof of none: the intervals say how "
            "large one could be.",
        )
    if found.worst:
        console.print()
        console.print(Text("Largest shifts", style="bold"))
        for case in found.worst[:_WORST]:
            console.print(_case(case))


def _manner_cells(manner: Manner) -> list[str | Text]:
    return [
        _name(manner.manner, small=manner.small),
        f"{manner.pairs:,}",
        _coloured(_signed(manner.shift.value), manner.shift),
        _between(manner.shift, 1),
        _p(manner.shift.p_adjusted),
        _plain(manner.size.value, 1),
        f"{_percent(manner.down.value)} {_percent(manner.up.value)}",
        _percent(manner.band_changes.value),
    ]


def _case(case: PairCase) -> Table:
    flips = [f"{flip.point_id} {flip.base} to {flip.other}" for flip in case.flips]
    flips += [f"mistake {name} in one only" for name in case.mistakes]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", width=5)
    scores = f"{case.base_score:g} to {case.other_score:g}"
    table.add_row(_signed(case.shift), Text.assemble((case.other_id, "bold"), f"  {scores}"))
    table.add_row("", Text("; ".join(flips), style="dim"))
    return table


def _slices(console: Console, tag: TagSlices) -> None:
    _heading(
        console,
        f"Slices by {tag.tag}",
        "bias: the score less the labels' score; above 0 the judge is generous. right: points whose "
        "covered-or-not agrees with the label. Each gap is to all other answers, its p corrected "
        "for their number.",
    )
    table = _table()
    table.add_column("", no_wrap=True)
    for name in ("n", "bias", "gap", "95 % interval", "p", "right", "gap"):
        table.add_column(name, justify="right", no_wrap=True)
    for value in tag.values:
        table.add_row(*_slice_cells(value))
    console.print(table)
    for name, title in zip(_SLICED, ("bias", "accuracy (covered or not)"), strict=True):
        if widest := tag.widest.get(name):
            digits, factor, unit = (1, 1, "") if name in _SCORES else (0, 100, " points of 100")
            low, high = widest.gap.low, widest.gap.high
            interval = (
                "too few questions for an interval"
                if low is None or high is None
                else f"95 % interval {factor * low:.{digits}f} to {factor * high:.{digits}f}{unit}, "
                f"p {_p(widest.gap.p_value)}"
            )
            distance = factor * (widest.gap.value or 0)
            _say(
                console,
                f"Widest gap in {title}: {distance:.{digits}f}{unit}, {widest.most} over "
                f"{widest.least}; {interval}.",
            )


def _slice_cells(value: ValueSlice) -> list[str | Text]:
    bias, accuracy = (value.figures.get(name) for name in _SLICED)
    bias_gap, accuracy_gap = (value.gaps.get(name) for name in _SLICED)
    return [
        _name(value.value, small=value.small),
        f"{value.answers:,}",
        _signed(bias.value) if bias else "",
        _coloured(_signed(bias_gap.value), bias_gap) if bias_gap else "",
        _between(bias_gap, 1) if bias_gap else "",
        _p(bias_gap.p_adjusted) if bias_gap else "",
        _percent(accuracy.value) if accuracy else "",
        _coloured(_signed(accuracy_gap.value, factor=100), accuracy_gap) if accuracy_gap else "",
    ]


def _selection(console: Console, found: Selection) -> None:
    unit = "answers" if found.unit == "answers" else "persons"
    _heading(
        console,
        f"Groups by {' × '.join(found.tags)}",
        f"{found.size:,} {unit}. Ratio: a group's rate over that of the group with the highest.",
    )
    if found.threshold:
        console.print(
            Text(f"Selected: {found.threshold} or better", style="italic"),
        )
        console.print(_rates([(group, group.selection) for group in found.groups]))
        _four_fifths(console, [(group, group.selection) for group in found.groups])
        console.print()
    console.print(Text(f"Scored above the median of {found.median:g}", style="italic"))
    console.print(_rates([(group, group.scoring) for group in found.groups]))
    _four_fifths(console, [(group, group.scoring) for group in found.groups])


def _rates(rows: Sequence[tuple[Group, Rate | None]]) -> Table:
    table = _table()
    table.add_column("", no_wrap=True)
    for name in ("size", "rate", "95 % interval", "ratio", "95 % interval", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for group, rate in rows:
        if rate is None:
            continue
        ratio: str | Text = "left out" if group.left_out else ""
        if rate.ratio is not None:
            ratio = Text(f"{rate.ratio:.2f}", style="red" if rate.below_four_fifths else "")
        ends = (rate.ratio_low, rate.ratio_high)
        table.add_row(
            _name(group.name, small=group.small),
            f"{group.size:,}",
            f"{rate.rate:.1%}",
            f"{100 * rate.low:.0f} to {100 * rate.high:.0f} %",
            ratio,
            f"{ends[0]:.2f} to {ends[1]:.2f}" if None not in ends else "",
            _p(rate.p_value),
        )
    return table


def _four_fifths(console: Console, rows: Sequence[tuple[Group, Rate | None]]) -> None:
    below = [group.name for group, rate in rows if rate and rate.below_four_fifths]
    if below:
        _say(
            console,
            f"Below four fifths: {', '.join(below)}. The rule is a rule of thumb: the interval "
            "says how far chance alone could go.",
        )
    elif any(rate and rate.ratio is not None for _, rate in rows):
        _say(console, "No ratio is below four fifths.")


def _table() -> Table:
    return Table(box=None, header_style="bold", pad_edge=False)


def _heading(console: Console, title: str, meaning: str) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    _say(console, meaning)


def _say(console: Console, text: str) -> None:
    console.print(Text(text, style="dim"))


def _name(name: str, *, small: bool) -> Text:
    shown = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return Text(shown, style="dim" if small else "")


def _signed(value: float | None, *, factor: float = 1) -> str:
    return "" if value is None else f"{factor * value:+.1f}"


def _plain(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _between(figure: Gap | Figure, digits: int) -> str:
    if figure.low is None or figure.high is None:
        return "too few"
    return f"{figure.low:+.{digits}f} to {figure.high:+.{digits}f}"


def _coloured(text: str, gap: Gap) -> Text:
    return Text(text, style="red" if gap.is_real else "")


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "<.001" if value < 0.001 else f"{value:.3f}".lstrip("0")
