"""`grader rubrics export` and `import`: rubrics in other people's formats."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.errors import Problem

_MOST_SHOWN = 20


def export(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUBRIC]...",
            help="Ids, ids with a version as in id@1.0.0, or files; the whole bank by default.",
        ),
    ] = None,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A .jsonl or .json file for HealthBench-style rubrics, .csv for a table.",
        ),
    ],
) -> None:
    """Write rubrics for other tools, or for a spreadsheet.

    An import of what was written gives the same rubrics, as drafts. What the format cannot hold, or
    other tools do not read, is said on standard error. In CSV, text that a spreadsheet would run as
    a formula has an apostrophe in front, which an import takes off again.
    """
    from grader.bank import load_bank
    from grader.bank.exchange import export_rubrics
    from grader.cli._named import rubric_named
    from grader.cli._open import load_settings
    from grader.files import write_file

    settings = load_settings()
    if names:
        chosen = [rubric_named(name, settings) for name in names]
    else:
        chosen = list(load_bank(settings.rubrics_dir, settings.corpus_dir))
    exported = export_rubrics(chosen, output.name)
    write_file(output, exported.text)
    sys.stderr.write(f"{_counted(len(chosen), 'rubric')} written to {output}\n")
    _warn(exported.losses)


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="HealthBench-style rubrics (.jsonl, .json) or a table (.csv), as 'export' "
            "writes them.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Gets TOPIC/ID.yaml, all drafts.")
    ],
    question: Annotated[
        str, typer.Option(help="For a list of criteria that comes without a question.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite earlier drafts; never a published rubric.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Turn rubrics from other tools, or from a spreadsheet, into drafts.

    All of them are written, or none: every problem is named with its line or path. Entries without
    an id get one made from their words, the same each time.

    A table has one row for each point, mistake, follow_up and option, which is its 'type', and at
    least the columns rubric_id, type and text; points and mistakes have a weight. Lists have one
    entry a line within their cell. Export a rubric to see all columns.
    """
    import json
    from dataclasses import asdict

    from grader.bank import load_corpus
    from grader.bank.exchange import import_rubrics, write_drafts
    from grader.cli._open import load_settings

    settings = load_settings()
    corpus = load_corpus(settings.corpus_dir) if settings.corpus_dir.is_dir() else {}
    imported = import_rubrics(file, question=question, corpus=corpus)
    paths = write_drafts(imported.rubrics, output, force=force)
    if as_json:
        document = {
            "drafts": [
                {"id": rubric.id, "version": rubric.version, "file": str(path)}
                for rubric, path in zip(imported.rubrics, paths, strict=True)
            ],
            "losses": [asdict(each) for each in imported.losses],
        }
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return
    drafts = _counted(len(paths), "draft")
    sys.stderr.write(f"{drafts} in {output}; check with 'grader rubrics lint {output}'\n")
    _warn(imported.losses)


def _warn(losses: Iterable[Problem]) -> None:
    """Print warnings; what is said of many places is said once, with their number."""
    from rich.console import Console
    from rich.text import Text

    by_message: dict[str, list[Problem]] = {}
    for each in losses:
        by_message.setdefault(each.message, []).append(each)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for found in list(by_message.values())[:_MOST_SHOWN]:
        more = f" (and {len(found) - 1:,} more of these)" if len(found) > 1 else ""
        console.print(Text("warning: ", style="yellow") + Text(f"{found[0]}{more}"))
    if len(by_message) > _MOST_SHOWN:
        console.print(f"and {len(by_message) - _MOST_SHOWN:,} other warnings")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
