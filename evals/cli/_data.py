"""`grader eval data`: what is in a data set, and whether it is fit to measure with."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.wording import counted

if TYPE_CHECKING:
    from rich.console import Console

    from evals.datasets import DatasetStats
    from grader.errors import Problem

data = typer.Typer(help="Check, count and import labelled answers.", no_args_is_help=True)

_Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DATA]...",
        help="Files or folders; public sets too. The back-end set by default.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_MOST_SHOWN = 50


@data.command()
def check(
    paths: _Paths = None,
    rubrics: Annotated[
        Path | None, typer.Option(help="A folder of rubrics to use instead of the bank.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail as well.")] = False,
    as_json: _Json = False,
) -> None:
    """Check labelled answers: format, offsets, and the points of the rubrics they speak of.

    Exits with 1 when there is an error, with 2 when something cannot be read at all.
    """
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.text import Text

    from evals.datasets import Dataset, DatasetInvalid, check_dataset
    from grader.bank import load_bank
    from grader.cli._open import bank_of_folder, load_settings

    public, labelled = _told_apart(paths)
    problems: list[Problem] = []
    answers = sum(source.rows for source in public)
    if labelled:
        settings = load_settings()
        bank = (
            bank_of_folder(rubrics, settings)
            if rubrics
            else load_bank(settings.rubrics_dir, settings.corpus_dir)
        )
        try:
            dataset = Dataset.open(labelled)
        except DatasetInvalid as error:
            problems += error.problems
        else:
            answers += len(dataset)
            problems += check_dataset(dataset, bank)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        sys.stdout.write(json.dumps([asdict(problem) for problem in problems], indent=2) + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for problem in problems[:_MOST_SHOWN]:
            style = "red" if problem.severity == "error" else "yellow"
            console.print(Text(f"{problem.severity}: ", style=style) + Text(str(problem)))
        if len(problems) > _MOST_SHOWN:
            console.print(f"and {len(problems) - _MOST_SHOWN:,} more; --json lists all")
        warnings = len(problems) - errors
        found = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        console.print(f"{counted(answers, 'answer')} checked: {found}")
    if errors or (strict and problems):
        raise typer.Exit(1)


@data.command()
def stats(paths: _Paths = None, as_json: _Json = False) -> None:
    """Count verdicts, raters and tags; measure agreement, and whether labels follow style."""
    import json

    from rich.console import Console

    from evals.benchmark import BenchmarkStats, benchmark_stats
    from evals.datasets import Dataset, dataset_stats

    public, labelled = _told_apart(paths)
    found: list[BenchmarkStats] = [benchmark_stats(source) for source in public]
    own = dataset_stats(Dataset.open(labelled)) if labelled else None
    if as_json:
        documents: list[Any] = [each.model_dump(mode="json") for each in found]
        if own:
            documents.insert(0, own.model_dump(mode="json"))
        shown = documents[0] if len(documents) == 1 else documents
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    if own:
        _render(console, own)
    for each in found:
        pairs = {"answers": each.answers, "questions": each.questions, **each.labels}
        _pairs(console, each.file, {name: f"{count:,}" for name, count in pairs.items()})


@data.command("import")
def import_table(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Reviews as the service exports them (.jsonl), or a table (.csv) with columns id, "
            "rubric_id, rubric_version, answer, rater, score, point:ID, mistake:ID, evidence:ID, "
            "tag:NAME.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the JSON lines go.")],
) -> None:
    """Turn exported reviews, or a table of labels, into a data set.

    A row of a table has one rater's labels of one answer, and so has a line of exported reviews.
    """
    from evals.benchmark import is_benchmark
    from evals.datasets import REVIEW_SUFFIXES, DatasetInvalid, import_csv, import_reviews
    from grader.errors import Problem

    reviewed = table.suffix.lower() in REVIEW_SUFFIXES
    if reviewed and is_benchmark(table):
        message = (
            "a public set, which needs no import: 'grader eval benchmark' measures it as it is"
        )
        raise DatasetInvalid([Problem("", message, str(table))])
    answers = import_reviews(table) if reviewed else import_csv(table)
    lines = [answer.model_dump_json(exclude_defaults=True) + "\n" for answer in answers]
    try:
        output.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise DatasetInvalid([Problem("", message, str(output))]) from error
    sys.stderr.write(f"{len(answers):,} lines: {output}\n")


def _told_apart(paths: Sequence[Path] | None) -> tuple[list[Any], list[Path]]:
    from evals.benchmark import BenchmarkFile, is_benchmark
    from evals.datasets import BACKEND

    chosen = list(paths or [BACKEND])
    public = [path for path in chosen if not path.is_dir() and is_benchmark(path)]
    labelled = [path for path in chosen if path not in public]
    return [BenchmarkFile.open(path) for path in public], labelled


def _render(console: Console, found: DatasetStats) -> None:
    _pairs(
        console,
        "Answers",
        {
            "answers": f"{found.answers:,}",
            "questions": f"{found.questions:,}",
            "words, least to most": f"{found.words.least:g} to {found.words.most:g}, "
            f"median {found.words.median:g}",
        },
    )
    points = sum(found.verdicts.values())
    _pairs(
        console,
        f"Points ({points:,})",
        {v: f"{count:,}  {count / points:.1%}" for v, count in found.verdicts.items()},
    )
    made = found.mistakes.get("made", 0)
    _pairs(console, "Mistakes", {"made": f"{made:,} of {sum(found.mistakes.values()):,}"})
    if found.raters:
        _pairs(console, "Raters", {name: f"{count:,}" for name, count in found.raters.items()})
    if found.agreement:
        figures = found.agreement.model_dump(exclude={"raters", "points", "mistakes"})
        _pairs(
            console,
            "Agreement",
            {
                name.replace("_", " "): f"{value:.3f}"
                for name, value in figures.items()
                if value is not None
            },
        )
    for name, counts in found.tags.items():
        _pairs(console, f"Tag: {name}", {value: f"{count:,}" for value, count in counts.items()})
    if found.style:
        _pairs(
            console,
            "Style alone predicts (AUC, .5 is chance)",
            {f"{v} or not": f"{auc:.3f}" for v, auc in found.style.by_verdict.items()},
        )


def _pairs(console: Console, title: str, pairs: dict[Any, str]) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(Text(title, style="bold"))
    table = Table.grid(padding=(0, 2))
    for name, value in pairs.items():
        table.add_row(Text(f"  {name}"), Text(value))
    console.print(table)
