"""`grader rubrics`: the bank."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli._exchange import export, import_file

if TYPE_CHECKING:
    from grader.bank.lint import Finding
    from grader.settings import Settings

rubrics = typer.Typer(
    help="List, show, check, compare, lock, export and import rubrics.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
rubrics.command()(export)
rubrics.command("import")(import_file)

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
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Compare meanings too: hidden duplicates, points that the reference answer does "
            "not support, mistakes that it makes. Loads the embedding model; then about a "
            "second for each rubric.",
        ),
    ] = False,
    ignore: Annotated[
        list[str] | None,
        typer.Option(help="Leave out this kind of warning, as in the brackets; may be repeated."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail as well.")] = False,
    as_json: _Json = False,
) -> None:
    """Check rubrics: the format, ids and references, good practice, published versions.

    Exits with 1 when there is an error.
    """
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.text import Text

    from grader.cli._open import load_settings

    settings = load_settings()
    left_out = _codes(ignore or [])
    checked, found = _lint(paths or [settings.rubrics_dir], settings, deep=deep)
    findings = [f for f in found if f.severity == "error" or f.code not in left_out]
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        listed = [asdict(finding) for finding in findings]
        sys.stdout.write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            style = "red" if finding.severity == "error" else "yellow"
            label, code = (f"{finding.severity}: ", style), (f" [{finding.code}]", "dim")
            console.print(Text.assemble(label, str(finding), code))
        warnings = len(findings) - errors
        seen = f"{_counted(checked, 'rubric')} checked"
        console.print(f"{seen}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}")
    if errors or (strict and findings):
        raise typer.Exit(1)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _codes(names: Sequence[str]) -> set[str]:
    from grader.bank.lint import Code
    from grader.errors import BadInput

    unknown = [name for name in names if name not in list(Code)]
    if unknown:
        raise BadInput(f"--ignore is '{unknown[0]}'; it can be: {', '.join(Code)}")
    return set(names)


def _lint(paths: Sequence[Path], settings: Settings, *, deep: bool) -> tuple[int, list[Finding]]:
    """Lint each path with the reference answers that belong to it, showing how far it is."""
    from grader.bank import INTERVIEWS
    from grader.bank.lint import TEXT_CHECKS, lint_paths, meaning_checks
    from grader.cli._open import corpus_for
    from grader.cli._progress import progress
    from grader.errors import BadInput

    checked = 0
    findings: list[Finding] = []
    with progress("loading the model", "checking rubrics") if deep else nullcontext() as show:
        checks = TEXT_CHECKS
        if deep:
            from grader.embedding import build_embedder, build_question_embedder

            embedder, plain = build_embedder(settings), build_question_embedder(settings)
            checks = (*TEXT_CHECKS, meaning_checks(embedder, plain))
        for path in paths:
            if not path.exists():
                raise BadInput(f"{path} does not exist; name rubric files, or folders of them")
            if (path if path.is_dir() else path.parent).name == INTERVIEWS:
                raise BadInput(f"{path} is about interviews; 'grader interviews lint' checks those")
            corpus = corpus_for(path if path.is_dir() else path.parent, settings)
            count, found = lint_paths([path], corpus, checks, show)
            if not count:
                raise BadInput(f"there is no .yaml file in {path}; name a folder of rubrics")
            checked += count
            findings += found
    return checked, findings


@rubrics.command()
def diff(
    old: Annotated[str, typer.Argument(help="A rubric file, an id, or an id@version.")],
    new: Annotated[str, typer.Argument(help="What to compare it with, named likewise.")],
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the two differ.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Show what changed between two versions of a rubric, and whether old grades stay comparable.

    Says which version number the change asks for: major if points or weights change, minor for
    wording that may change verdicts, patch for follow-ups, vocabulary and examples.
    """
    from grader.bank import diff_rubrics
    from grader.cli._named import rubric_named
    from grader.cli._open import load_settings
    from grader.cli._render_diff import render_diff

    settings = load_settings()
    before, after = (rubric_named(name, settings) for name in (old, new))
    found = diff_rubrics(before, after)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        render_diff(found, before, after)
    if exit_code and not found.is_empty:
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
