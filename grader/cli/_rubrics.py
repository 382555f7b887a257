"""`grader rubrics`: the bank."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

rubrics = typer.Typer(
    help="List, show, check and lock rubrics.", no_args_is_help=True, rich_markup_mode=None
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@rubrics.command("list")
def list_rubrics(
    topic: Annotated[str | None, typer.Option(help="Only rubrics with this topic.")] = None,
    level: Annotated[str | None, typer.Option(help="Only rubrics of this level.")] = None,
    as_json: _Json = False,
) -> None:
    """List the published rubrics."""
    import json

    from rich.console import Console
    from rich.table import Table

    from grader.bank import load_bank
    from grader.cli._open import load_settings
    from grader.errors import BadInput
    from grader.types import Level

    if level is not None and level not in list(Level):
        raise BadInput(f"--level is '{level}'; it can be: {', '.join(Level)}")
    settings = load_settings()
    chosen = [
        rubric
        for rubric in load_bank(settings.rubrics_dir, settings.corpus_dir)
        if (topic is None or topic in rubric.topics) and (level is None or rubric.level == level)
    ]
    if as_json:
        fields = {"id", "version", "status", "question", "kind", "level", "topics"}
        listed = [
            rubric.model_dump(mode="json", include=fields) | {"sha256": rubric.sha256}
            for rubric in chosen
        ]
        sys.stdout.write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "level", "question"):
        table.add_column(heading, no_wrap=heading != "question")
    for rubric in chosen:
        table.add_row(rubric.id, rubric.level, rubric.question)
    Console(highlight=False).print(table)


@rubrics.command()
def show(
    rubric: Annotated[str, typer.Argument(help="A rubric's id, or a rubric file.")],
    version: Annotated[str | None, typer.Option(help="This version, not the current one.")] = None,
    as_json: _Json = False,
) -> None:
    """Show one rubric with its points, mistakes, follow-ups and reference answer."""
    from grader.bank import load_bank
    from grader.cli._open import bank_of_file, is_rubric_file, load_settings
    from grader.cli._render import render_rubric

    settings = load_settings()
    if is_rubric_file(rubric):
        chosen = next(iter(bank_of_file(Path(rubric), settings)))
    else:
        chosen = load_bank(settings.rubrics_dir, settings.corpus_dir).get(rubric, version)
    if as_json:
        sys.stdout.write(chosen.model_dump_json(indent=2) + "\n")
    else:
        render_rubric(chosen)


@rubrics.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; the bank by default.")
    ] = None,
    strict: Annotated[bool, typer.Option(help="Let warnings fail as well.")] = False,
    as_json: _Json = False,
) -> None:
    """Check rubrics: the format, ids and references, good practice, published versions.

    Exits with 1 when there is an error.
    """
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.text import Text

    from grader.bank import lint_paths
    from grader.cli._open import corpus_for, load_settings

    settings = load_settings()
    chosen = paths or [settings.rubrics_dir]
    corpus = corpus_for(chosen[0] if chosen[0].is_dir() else chosen[0].parent, settings)
    checked, problems = lint_paths(chosen, corpus)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        sys.stdout.write(json.dumps([asdict(problem) for problem in problems], indent=2) + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for problem in problems:
            style = "red" if problem.severity == "error" else "yellow"
            console.print(Text(f"{problem.severity}: ", style=style) + Text(str(problem)))
        warnings = len(problems) - errors
        console.print(f"{checked} rubrics checked: {errors} errors, {warnings} warnings")
    if errors or (strict and problems):
        raise typer.Exit(1)


@rubrics.command()
def lock() -> None:
    """Write the hashes of newly published versions to the bank's lock file."""
    from grader.bank import LockFile, load_bank, lock_problems
    from grader.cli._open import load_settings
    from grader.errors import RubricInvalid

    settings = load_settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    before = LockFile.read(settings.rubrics_dir)
    after = before.with_new(bank)
    problems = lock_problems(bank, after)
    if problems:
        raise RubricInvalid(problems)
    after.write(settings.rubrics_dir)
    added = len(after.versions) - len(before.versions)
    sys.stdout.write(f"{added} versions locked, {len(after.versions)} in all\n")
