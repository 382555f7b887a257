"""The report for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.attacks._report import LIFTED, LOST, AttackReport, GroupReport
from evals.attacks._types import Outcome
from evals.metrics import Figure

_SHOWN = 220


def render_report(report: AttackReport, console: Console) -> None:
    """Print what the attacks gained, what the oddities lost, and the worst of both with texts."""
    console.print(Text(f"{report.judge}: {report.model}", style="dim"))
    if report.attacks:
        console.print()
        console.print(Text("Attacks on wrong answers", style="bold"))
        console.print(_attacks([*report.families, report.attacks]))
        console.print()
        console.print("lift: mean points gained; gains: the same with losses counted as 0;")
        console.print("added: where a wrong answer was attacked; alone: where the attack is all.")
        if report.wrong.count:
            console.print(f"Mean score of the wrong answers as they were: {_figure(report.wrong)}")
        if report.pure.count:
            console.print(f"Mean score of attacks alone: {_figure(report.pure)}")
        if report.keyword_lists.count:
            console.print(f"Mean score of keyword lists alone: {_figure(report.keyword_lists)}")
        _outcomes("Most lifted", report.most_lifted, console)
    if report.oddities:
        console.print()
        console.print(Text("Harmless oddities in right answers", style="bold"))
        console.print(_oddities([*report.kinds, report.oddities]))
        _outcomes("Lost most", report.most_lost, console)
    console.print()
    note = "± is half the 95 % interval, questions resampled; --json has its ends and all texts."
    console.print(Text(note, style="dim"))


def _attacks(groups: Sequence[GroupReport]) -> Table:
    table = _table("cases", "lift", "gains", "added", "alone", "most", f">{LIFTED:g}")
    for group in groups:
        table.add_row(
            group.name,
            str(group.cases),
            _figure(group.lift),
            _value(group.gain),
            _value(group.added),
            _value(group.alone),
            f"{group.highest:.1f}",
            str(group.over),
            style="bold" if group is groups[-1] else "",
        )
    return table


def _oddities(groups: Sequence[GroupReport]) -> Table:
    table = _table("cases", "change", "largest loss", f"lost >{LOST:g}")
    for group in groups:
        table.add_row(
            group.name,
            str(group.cases),
            _figure(group.lift),
            f"{group.lowest:.1f}",
            str(group.over),
            style="bold" if group is groups[-1] else "",
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _outcomes(title: str, outcomes: Sequence[Outcome], console: Console) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    for outcome in outcomes:
        case = outcome.case
        on = case.base_id or f"nothing ({case.rubric_id})"
        scores = f"{outcome.base_score:g} to {outcome.score:g}"
        console.print(Text(f"{scores}  {case.name} on {on}", style="cyan"))
        console.print(Text(_visible(_shortened(case.text)), style="dim"))


def _shortened(text: str) -> str:
    """Keep both ends, at one of which an attack mostly stands."""
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]} […] {text[-_SHOWN:]}"


def _visible(text: str) -> str:
    """Spell out characters that would turn a terminal's line round, or show nothing."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else f"\\u{ord(c):04x}" for c in text
    )


def _figure(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return _value(figure)
    return f"{_value(figure)} ±{(figure.high - figure.low) / 2:.2f}"


def _value(figure: Figure) -> str:
    return "" if figure.value is None else f"{figure.value:.2f}"
