"""`grader import`: interview guides to draft rubrics."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.embedding import Embedder
    from grader.settings import Settings


def import_command(
    guides: Annotated[
        list[Path],
        typer.Argument(metavar="GUIDE", help="Markdown, text, HTML, PDF or DOCX files."),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Gets rubrics/, corpus/ and a report."),
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite earlier drafts; never a published rubric.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Turn interview guides into draft rubrics and reference answers for a person to finish.

    Each field says which lines of which guide it comes from, and the report says of every other
    line why it was skipped. Exits with 2 if a guide cannot be read; the others are imported.
    """
    import json

    from grader.cli._import_report import render_report
    from grader.cli._open import load_settings
    from grader.importing import import_guides

    settings = load_settings()
    report = import_guides(
        guides,
        output,
        lambda: _load_embedder(settings),
        force=force,
        bank=settings.rubrics_dir,
    )
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
    else:
        render_report(report)
    if report.failures:
        raise typer.Exit(2)


def _load_embedder(settings: Settings) -> Embedder:
    from rich.console import Console

    from grader.embedding import build_embedder

    with Console(stderr=True).status("loading the model to match follow-ups with points"):
        return build_embedder(settings)
