"""A run's figures for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.metrics import TITLES, Figure, RunSummary
from evals.reports import ONE_QUESTION, left_out
from evals.wording import counted

_SLICE_COLUMNS = {
    "verdict_accuracy": "accuracy",
    "verdict_macro_f1": "macro-F1",
    "covered_kappa": "κ covered",
    "score_mae": "MAE",
}
_LONGEST_SLICE = 34


def render_summary(summary: RunSummary) -> None:
    """Print the headline, the confusion of verdicts, the slices, and what raters agree on."""
    console = Console(highlight=False)
    console.print(Text(f"{summary.run.judge}: {summary.run.model}", style="dim"))
    console.print(_counts(summary))
    console.print()
    console.print(_headline(summary))
    console.print()
    console.print(_confusion(summary))
    if summary.slices:
        console.print()
        console.print(_slices(summary))
    if summary.ceiling:
        console.print()
        console.print(_ceiling(summary))
    console.print()
    cost = summary.cost
    tokens = cost.usage.input_tokens + cost.usage.output_tokens
    spent = f"; {cost.usage.llm_calls:,} LLM calls, {tokens:,} tokens" if tokens else ""
    console.print(
        Text(
            f"{cost.median_ms:,.0f} ms from answer to grade, 95 % within {cost.p95_ms:,.0f} ms, "
            f"waiting for others included{spent}"
        )
    )


def figure_text(figure: Figure) -> str:
    """Show a figure with its interval."""
    if figure.value is None:
        return "not defined"
    digits = 1 if abs(figure.value) > 1 else 3
    value, low, high = (
        "" if each is None else f"{each:.{digits}f}".replace("-", "−")
        for each in (figure.value, figure.low, figure.high)
    )
    return f"{value}  {low} to {high}" if low and high else value


def _counts(summary: RunSummary) -> Text:
    counts = summary.counts
    text = Text(
        f"{counted(counts.answers, 'answer')} to {counted(counts.questions, 'question')}; "
        f"{counted(counts.points, 'point')} and {counted(counts.mistakes, 'mistake')} labelled"
    )
    for said in left_out(summary):
        text += Text(f"\n{said}, in no figure", style="yellow")
    if counts.questions == 1:
        text += Text(f"\n{ONE_QUESTION}", style="yellow")
    return text


def _headline(summary: RunSummary) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("measure", no_wrap=True)
    table.add_column("", justify="right")
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("cases", justify="right")
    for name, figure in summary.figures.items():
        value, _, interval = figure_text(figure).partition("  ")
        table.add_row(TITLES[name].text, value, Text(interval, style="dim"), f"{figure.count:,}")
    return table


def _confusion(summary: RunSummary) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("labelled, then judged:")
    said = list(next(iter(summary.confusion.values())))
    for name in said:
        table.add_column(name, justify="right")
    for label, row in summary.confusion.items():
        cells = [Text(f"{row[name]:,}", style="green" if name == label else "") for name in said]
        table.add_row(label, *cells)
    return table


def _slices(summary: RunSummary) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("slice", no_wrap=True)
    table.add_column("answers", justify="right")
    for title in _SLICE_COLUMNS.values():
        table.add_column(title, justify="right", no_wrap=True)
    for name, part in summary.slices.items():
        cells = []
        for measure in _SLICE_COLUMNS:
            figure = part.figures.get(measure)
            cells.append("" if figure is None else figure_text(figure).partition("  ")[0])
        shown = name if len(name) <= _LONGEST_SLICE else name[: _LONGEST_SLICE - 1] + "…"
        table.add_row(shown, f"{part.answers:,}", *cells)
    return table


def _ceiling(summary: RunSummary) -> Text:
    found = summary.ceiling
    if found is None:
        return Text()
    parts = {
        "covered or not, kappa": found.covered_kappa,
        "four verdicts, kappa": found.verdict_kappa,
        "Krippendorff's alpha": found.verdict_alpha,
        "mistakes, kappa": found.mistake_kappa,
    }
    shown = "; ".join(f"{name} {value:.3f}" for name, value in parts.items() if value is not None)
    return Text(f"Raters with each other ({', '.join(found.raters)}): {shown}")
