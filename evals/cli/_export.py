"""`grader eval export`: a run as a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="What 'grader eval run -o' wrote.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="A .csv or a .jsonl file.")
    ],
    rows: Annotated[
        Literal["points", "mistakes", "answers"], typer.Option(help="What one row is about.")
    ] = "points",
) -> None:
    """Write a run as flat rows, for a spreadsheet (CSV) or a program (JSON lines).

    In CSV, text that a spreadsheet would run as a formula has an apostrophe in front, and the parts
    of a list are separated by ' || '.
    """
    from evals.interop import Rows, export_run
    from evals.runs import RunFile

    count = export_run(RunFile.open(run), output, Rows(rows))
    sys.stderr.write(f"{count:,} rows ({rows}): {output}\n")
