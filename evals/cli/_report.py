"""`grader eval report`: a run, or two compared, to look at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="What 'grader eval run -o' wrote.")],
    other: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OTHER]", help="A second run, over the same answers, to compare with RUN."
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="A .html or a .md file."),
    ] = Path("report.html"),
    answers: Annotated[
        int, typer.Option(min=0, max=5000, help="Answers to show at most, worst first.")
    ] = 200,
    resamples: Annotated[int, typer.Option(min=100, max=100_000, help="For the intervals.")] = 1000,
) -> None:
    """Write a report of a run, or of what changed from RUN to OTHER.

    HTML is one file that needs no network and runs nothing but its own script; Markdown is for
    pull requests.
    """
    from evals.comparison import compare
    from evals.reports import (
        Format,
        comparison_html,
        comparison_markdown,
        format_of,
        run_html,
        run_markdown,
        run_report,
        write_report,
    )
    from evals.runs import RunFile

    html = format_of(output) is Format.HTML
    if other is None:
        one = run_report(run, answers=answers, resamples=resamples)
        text = run_html(one) if html else run_markdown(one)
    else:
        two = compare(
            RunFile.open(run), RunFile.open(other), resamples=resamples, changed_answers=answers
        )
        text = comparison_html(two) if html else comparison_markdown(two)
    write_report(output, text)
    size = len(text.encode())
    shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, size // 1000)} kB"
    sys.stderr.write(f"{output}, {shown}\n")
