"""The plots of a report, each an inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evals.metrics import VERDICTS, CoveragePoint, ReliabilityBin
from evals.reports import _svg as page
from evals.reports._svg import drawing, plain, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE = 360
_ROW = 36

# Where the axes of a square plot lie in it: left, bottom, width, height.
_BOX = (0.115, 0.17, 0.865, 0.75)


Scale = Literal["share", "points", "score"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A row of a dot plot.

    Attributes:
        note: What stands at the row's right, such as the value in writing.
        tone: `good` or `bad` where the interval excludes no difference, else empty.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    note: str
    tone: str = ""


def confusion_chart(
    name: str,
    counts: Mapping[str, Mapping[str, int]],
    *,
    rows: str = "labelled",
    columns: str = "judged",
    title: str = "Verdicts by label",
    same: str = page.ACCENT,
    other: str = page.BAD,
) -> str:
    """Draw a matrix of counts, shaded by the share within a row.

    Args:
        name: Unique on the page.
        counts: By row, then by column; what is nothing but zeros beyond the four verdicts is
            left out.
        rows: What the rows are.
        columns: What the columns are.
        title: What is shown.
        same: Colour of what is the same in row and column.
        other: Colour of what is not.
    """
    from matplotlib.patches import Rectangle

    names = next(iter(counts.values()))
    across = [n for n in names if n in VERDICTS or any(row[n] for row in counts.values())]
    down = [n for n, row in counts.items() if n in VERDICTS or any(row.values())]
    cell, left, top = 73, 80, 48
    width, height = left + cell * len(across), top + 48 * len(down) + 4
    with drawing(width, height) as figure:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        axes.text(left, 14, f"{columns} →", color=page.QUIET, fontsize=10)
        axes.text(0, 14, f"{rows} ↓", color=page.QUIET, fontsize=10)
        for place, said in enumerate(across):
            axes.text(left + cell * (place + 0.5), 38, said, ha="center", fontsize=10)
        for line, label in enumerate(down):
            total = sum(counts[label].values())
            middle = top + 48 * (line + 0.5)
            axes.text(0, middle, label, va="center", fontsize=10)
            for place, said in enumerate(across):
                count = counts[label][said]
                share = count / total if total else 0
                corner = left + cell * place + 1, top + 48 * line + 1
                box = (cell - 2, 46)
                axes.add_patch(Rectangle(corner, *box, facecolor=page.RULE, alpha=0.35))
                tint = same if said == label else other
                axes.add_patch(Rectangle(corner, *box, facecolor=tint, alpha=0.42 * share))
                if said == label:
                    axes.add_patch(
                        Rectangle(corner, *box, facecolor="none", edgecolor=same, lw=1.2)
                    )
                centre = left + cell * (place + 0.5)
                if not count:
                    axes.text(centre, middle, "0", ha="center", va="center", color=page.QUIET)
                    continue
                axes.text(centre, middle - 7, f"{count:,}", ha="center", va="center", fontsize=13)
                axes.text(
                    centre,
                    middle + 11,
                    f"{100 * share:.0f} %",
                    ha="center",
                    va="center",
                    color=page.QUIET,
                    fontsize=10,
                )
        said_of = "; ".join(
            f"{label} {rows}: " + ", ".join(f"{counts[label][s]} {columns} {s}" for s in across)
            for label in down
        )
        return svg(figure, name, title, said_of)


def reliability_chart(name: str, bins: Sequence[ReliabilityBin]) -> str:
    """Draw accuracy over confidence, each dot an equal share of the verdicts."""
    with drawing(_SIDE, 300) as figure:
        axes = _axes(figure.add_axes(_BOX), "confidence →", "right ↑")
        axes.plot([0, 1], [0, 1], color=page.QUIET, lw=1, ls=(0, (4, 3)))
        sure = [each.confidence for each in bins]
        right = [each.accuracy for each in bins]
        for x, y in zip(sure, right, strict=True):
            axes.plot([x, x], [x, y], color=page.ACCENT, lw=1, alpha=0.5)
        axes.plot(sure, right, color=page.ACCENT, lw=1.5)
        axes.plot(sure, right, "o", color=page.ACCENT, ms=5.5, mec=page.PAPER, mew=1)
        said = "; ".join(f"{e.confidence:.2f}: {100 * e.accuracy:.0f} %" for e in bins)
        return svg(figure, name, "Share of verdicts that are right, by confidence", said)


def risk_chart(name: str, curve: Sequence[CoveragePoint]) -> str:
    """Draw the share of wrong verdicts among the surest, by how many of them are kept."""
    with drawing(_SIDE, 300) as figure:
        axes = _axes(figure.add_axes(_BOX), "verdicts kept, surest first →", "wrong ↑")
        coverage = [each.coverage for each in curve]
        risk = [each.risk for each in curve]
        top = min(1.0, max(0.1, max(risk) * 1.25))
        axes.set_ylim(0, top)
        axes.fill_between(coverage, risk, color=page.ACCENT, alpha=0.14, lw=0)
        axes.plot(coverage, risk, color=page.ACCENT, lw=1.8)
        last = curve[-1]
        axes.plot([last.coverage], [last.risk], "o", color=page.ACCENT, ms=5.5, clip_on=False)
        axes.annotate(
            f"all: {100 * last.risk:.0f} %",
            (last.coverage, last.risk),
            xytext=(-8, 6),
            textcoords="offset points",
            ha="right",
        )
        said = "; ".join(f"{100 * e.coverage:.0f} %: {100 * e.risk:.1f} % wrong" for e in curve)
        return svg(figure, name, "Share of verdicts that are wrong, by share kept", said)


def dot_chart(
    name: str,
    rows: Sequence[Dot],
    title: str,
    *,
    line: float | None = None,
    scale: Scale = "share",
) -> str:
    """Draw values with their 95 % intervals, one below the other.

    Args:
        name: Unique on the page.
        rows: From the top.
        title: What is shown.
        line: Where a vertical line stands, such as at no difference.
        scale: Whether values are shares, differences of shares, or differences of scores.
    """
    height = _ROW * len(rows) + 46
    with drawing(_SIDE, height) as figure:
        axes = figure.add_axes((0.02, 34 / height, 0.96, (height - 46) / height))
        axes.set(ylim=(len(rows) - 0.5, -0.6), yticks=[])
        axes.spines["left"].set_visible(False)
        low, high = _bounds(rows, line)
        axes.set_xlim(low, high)
        axes.grid(axis="x", color=page.RULE, lw=0.8)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_formatter(lambda value, _: _tick(value, scale))
        if line is not None:
            axes.axvline(line, color=page.QUIET, lw=1.2, ls=(0, (4, 3)))
        for place, row in enumerate(rows):
            colour = {"good": page.GOOD, "bad": page.BAD}.get(row.tone, page.ACCENT)
            edge = low + 0.002 * (high - low)
            axes.text(edge, place - 0.24, plain(row.label), va="center", fontsize=11)
            axes.text(high, place - 0.24, row.note, va="center", ha="right", color=page.QUIET)
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place + 0.14] * 2, color=colour, lw=2.2, alpha=0.55)
            axes.plot([row.value], [place + 0.14], "o", color=colour, ms=7, mec=page.PAPER, mew=1.2)
        said = "; ".join(f"{row.label} {row.note}" for row in rows)
        return svg(figure, name, title, said)


def _tick(value: float, scale: Scale) -> str:
    if scale == "share":
        return f"{100 * value:.0f} %"
    shown = f"{value if scale == 'score' else 100 * value:+.4g}"
    return "0" if float(shown) == 0 else shown.replace("-", "−")


def _bounds(rows: Sequence[Dot], line: float | None) -> tuple[float, float]:
    ends = [e for r in rows for e in (r.low, r.value, r.high) if e is not None]
    if line is not None:
        ends.append(line)
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low) or 0.05
    return low - room, high + room


def _axes(axes: Axes, across: str, up: str) -> Axes:
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid(color=page.RULE, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(across, loc="right", labelpad=7, fontsize=10)
    axes.text(-0.11, 1.045, up, transform=axes.transAxes, color=page.QUIET, fontsize=10)
    axes.tick_params(labelsize=10, pad=4)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
    return axes
