"""`grader doctor`: what is configured, reachable and missing."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check every configured part and say what is missing; exits with 1 if something is."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from grader.cli._open import load_settings
    from grader.doctor import examine

    findings = examine(load_settings())
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2) + "\n")
    else:
        table = Table.grid(padding=(0, 2))
        for finding in findings:
            sign = Text("✓", style="green") if finding.ok else Text("✗", style="bold red")
            table.add_row(sign, Text(finding.part, style="bold"), Text(finding.detail))
        Console(highlight=False).print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
