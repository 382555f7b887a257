"""`grader bench`: speed on this machine."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def bench(
    answers: Annotated[int, typer.Option(min=10, help="Answers for the throughput figure.")] = 200,
    large_bank: Annotated[
        int, typer.Option(min=10, help="Rubrics in the large synthetic bank.")
    ] = 5000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Time grading on this machine: a 150-word answer, 6 points, 3 mistakes.

    Ratios compare things timed in turn in the same run, so that they hold on a busy machine.
    """
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from grader.bench import run
    from grader.cli._open import load_settings

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        figures = run(load_settings(), answers=answers, large_bank=large_bank, on_progress=show)
    if as_json:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
        return
    table = Table.grid(padding=(0, 2))
    for figure in figures:
        table.add_row(figure.name, f"[bold]{figure.value:g}[/bold] {figure.unit}", figure.bound)
    Console(highlight=False).print(table)
