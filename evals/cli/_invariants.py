"""`grader eval invariants`: a bank's own texts graded by its own rubrics."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def invariants(
    rubric_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUBRIC]...", help="Ids; the whole bank by default."),
    ] = None,
    rubrics: Annotated[
        Path | None, typer.Option(help="Folder of rubrics; the bank by default.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option(help="File of known failures, one a line; only others fail.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Grade each rubric's reference, claims, phrasings and mistakes by the rubric itself.

    The reference answer must score 90 or more and make no mistake; a claim and each accepted
    phrasing must cover their point, a rejected one must not; a mistake's claim must count as made
    and its correction must not; the question must score 5 or less, all mistakes together 0, and
    another question's reference 15 or less. Exits with 1 when something fails.
    """
    import asyncio
    import json
    from collections import Counter

    from rich.console import Console

    from evals.cli._progress import progress
    from evals.invariants import Failure, check_rubrics
    from grader.bank import load_bank
    from grader.cli._open import load_settings
    from grader.errors import BadInput
    from grader.grading import Grader

    settings = load_settings()
    if rubrics is not None:
        settings = settings.model_copy(update={"rubrics_dir": rubrics})
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    chosen = [bank.get(name) for name in rubric_ids] if rubric_ids else list(bank)
    if known is not None and not known.is_file():
        raise BadInput(f"{known} does not exist; --known names a file with one failure a line")
    listed = set(known.read_text("utf-8").splitlines()) if known else set()

    async def run() -> list[Failure]:
        failures: list[Failure] = []
        with (
            Grader.open(settings, bank=bank, indexed=False) as grader,
            progress("checking", len(chosen)) as advance,
        ):
            async for _, found in check_rubrics(grader, chosen, list(bank)):
                failures += found
                advance()
        return sorted(failures)

    found = [failure for failure in asyncio.run(run()) if str(failure) not in listed]
    if as_json:
        sys.stdout.write(json.dumps([str(failure) for failure in found], indent=2) + "\n")
    else:
        for failure in found:
            sys.stdout.write(f"{failure}\n")
        console = Console(stderr=True, highlight=False)
        for name, count in Counter(failure.invariant for failure in found).most_common():
            console.print(f"{count:5}  {name}")
        console.print(f"{len(chosen)} rubrics checked, {len(found)} failures")
    if found:
        raise typer.Exit(1)
