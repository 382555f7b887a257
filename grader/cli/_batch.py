"""`grader batch`: many answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def batch(
    answers: Annotated[
        Path, typer.Argument(help='JSON lines: {"custom_id", "rubric_id", "answer"}.')
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the grades go.")],
    rubrics: Annotated[
        Path | None, typer.Option(help="A folder of rubrics to use instead of the bank.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=256, help="Answers graded at the same time.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Grade a file of answers, line by line.

    A line that fails yields an error line and the rest goes on. Run it again with the same files to
    go on where it stopped.
    """
    import asyncio
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from grader.batch import count_lines, grade_file
    from grader.cli._open import bank_of_folder, load_settings, opened

    settings = load_settings(concurrency=concurrency)
    total = count_lines(answers)
    bank = bank_of_folder(rubrics, settings) if rubrics else None
    console = Console(stderr=True)
    columns = ("grading", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        opened(settings, bank, indexed=bank is None) as grader,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        task = progress.add_task("grading", total=total)
        report = asyncio.run(
            grade_file(
                grader,
                answers,
                output,
                concurrency=settings.concurrency,
                on_line=lambda done: progress.update(task, completed=done),
            )
        )
    if as_json:
        sys.stdout.write(json.dumps(asdict(report)) + "\n")
        return
    resumed = f", {report.resumed} done before" if report.resumed else ""
    console.print(f"{report.graded} graded, {report.failed} failed{resumed}: {output}")
