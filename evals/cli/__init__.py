"""`grader eval`: labelled answers, public sets. Each command imports what it needs when it runs."""

from __future__ import annotations

import typer

from evals.attacks._command import attacks
from evals.cli._benchmark import benchmark
from evals.cli._compare import compare
from evals.cli._data import data
from evals.cli._export import export
from evals.cli._fairness import fairness
from evals.cli._invariants import invariants
from evals.cli._report import report
from evals.cli._run import run

app = typer.Typer(
    help="Measure judges and rubrics on labelled answers and public sets.",
    no_args_is_help=True,
)
app.command()(run)
app.command()(compare)
app.command()(benchmark)
app.command()(export)
app.command()(report)
app.command()(attacks)
app.command()(invariants)
app.add_typer(data, name="data")
app.add_typer(fairness, name="fairness")
