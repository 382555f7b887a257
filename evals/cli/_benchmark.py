"""`grader eval benchmark`: the public sets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.benchmark import BenchmarkReport

_WORKERS = 32

_PLUS_MINUS = "± is half the 95 % interval, questions resampled; --json has its ends."


def benchmark(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="JSON lines: {question_id, question, references, answer, correct|score}.",
        ),
    ],
    judge: Annotated[str | None, typer.Option(help="Which judge; the configured one.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only the first so many rows of each file.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Answers judged at the same time.")
    ] = _WORKERS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table, as in docs/benchmarks.md.")
    ] = False,
) -> None:
    """Measure the judge on public answer-grading sets.

    Each reference answer is one point of a rubric made for its question; an answer is correct if
    any of them is covered.
    """
    import asyncio
    import json
    import time

    from evals.benchmark import BenchmarkFile, Predictor, report_file
    from evals.cli._progress import progress
    from grader.cli._open import load_settings
    from grader.embedding import SharedEncoder, build_embedder
    from grader.judges import SupportsClose, build_judge

    sources = [BenchmarkFile.open(path) for path in files]
    settings = load_settings(judge=judge)
    encoder = SharedEncoder(build_embedder(settings))
    reports = []
    try:
        chosen = build_judge(settings, encoder)
        try:
            for source in sources:
                total = min(source.rows, limit or source.rows)
                started = time.perf_counter()
                with progress(source.path.name, total) as advance:
                    predictor = Predictor(
                        chosen, encoder, max_characters=settings.max_answer_characters
                    )
                    predicted = asyncio.run(
                        predictor.predict_all(source, workers=workers, limit=limit, on_row=advance)
                    )
                seconds = time.perf_counter() - started
                reports.append(report_file(source, predicted, seconds))
        finally:
            if isinstance(chosen, SupportsClose):
                chosen.close()
    finally:
        encoder.close()
    if as_json:
        document = {
            "judge": chosen.identity._asdict(),
            "files": [report.model_dump(mode="json") for report in reports],
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    judged_by = f"{chosen.identity.judge}: {chosen.identity.model}"
    if as_markdown:
        _write_markdown(reports, judged_by)
    else:
        _render(reports, judged_by)


def _render(reports: list[BenchmarkReport], judge: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(judge, style="dim"))
    console.print()
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", no_wrap=True)
    for report in reports:
        table.add_column(Path(report.file).stem, justify="right", no_wrap=True)
    for name, cells in _rows(reports).items():
        table.add_row(name, *cells)
    console.print(table)
    console.print()
    console.print(Text(_PLUS_MINUS, style="dim"))


def _write_markdown(reports: list[BenchmarkReport], judge: str) -> None:
    heads = [f"`{Path(report.file).stem}`" for report in reports]
    lines = [["", *heads], ["---", *("---:" for _ in reports)]]
    lines += [[name.strip(), *cells] for name, cells in _rows(reports).items()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    sys.stdout.write(f"{table}\n\nJudge: `{judge}`. {_PLUS_MINUS}\n")


def _rows(reports: list[BenchmarkReport]) -> dict[str, list[str]]:
    """Write the figures, a cell for each file; without the rows that no file has."""
    shown = {
        "rows": [f"{report.rows:,}" for report in reports],
        "questions": [f"{report.questions:,}" for report in reports],
        "ungraded": [f"{report.ungraded:,}" for report in reports],
        "accuracy": [_figure(report, "accuracy") for report in reports],
        "  of the commoner label": [_plain(report.baseline) for report in reports],
        "macro-F1": [_figure(report, "macro_f1") for report in reports],
        "weighted F1": [_figure(report, "weighted_f1") for report in reports],
        "AUC": [_figure(report, "auc") for report in reports],
        "accuracy, 3 levels": [_three_way(report, "accuracy") for report in reports],
        "macro-F1, 3 levels": [_three_way(report, "macro_f1") for report in reports],
        "Pearson's r": [_figure(report, "r") for report in reports],
        "RMSE (of 1)": [_figure(report, "rmse") for report in reports],
        "quadratic kappa": [_figure(report, "qwk") for report in reports],
        "accuracy, surest 60 %": [
            _plain(each.confident if (each := report.risk_coverage) else None) for report in reports
        ],
        "area under risk": [
            _plain(each.area if (each := report.risk_coverage) else None) for report in reports
        ],
        "seconds": [f"{report.seconds:.0f}" for report in reports],
    }
    return {name: cells for name, cells in shown.items() if any(cells)}


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _figure(report: BenchmarkReport, name: str) -> str:
    return _with_interval(getattr(report, name), report.intervals.get(name))


def _three_way(report: BenchmarkReport, name: str) -> str:
    value = report.three_way[name] if report.three_way else None
    return _with_interval(value, report.intervals.get(f"three_way_{name}"))


def _with_interval(value: float | None, interval: tuple[float | None, float | None] | None) -> str:
    low, high = interval or (None, None)
    if value is None or low is None or high is None:
        return _plain(value)
    return f"{value:.3f} ±{(high - low) / 2:.3f}"
