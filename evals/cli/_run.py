"""`grader eval run`: a judge and a bank over labelled answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.cli._grading import Place
    from grader.settings import Settings


def run(
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Files or folders of labelled answers; the back-end set by default.",
        ),
    ] = None,
    rubrics: Annotated[
        Path | None, typer.Option(help="A folder of rubrics to use instead of the bank.")
    ] = None,
    judge: Annotated[str | None, typer.Option(help="Which judge; the configured one.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Only this split of splits.json beside the data.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Keep the run here; what it holds is not graded again."
        ),
    ] = None,
    latest: Annotated[
        bool,
        typer.Option("--latest", help="Current rubric versions, whichever the labels are for."),
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what the output holds.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Answers graded at the same time.")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Have a grading service grade, as batches in its queue; GRADER_API_KEY is the key.",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    repeats: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="Grade each answer so often; shows flips.  [default: 1]"),
    ] = None,
    resamples: Annotated[
        int, typer.Option(min=100, max=100_000, help="Of the questions, for the intervals.")
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Grade labelled answers and measure how far the judge agrees with the labels.

    Figures come with 95 % intervals, from resampling questions. Run it again with the same output
    file to go on where it stopped; only what changed is graded.
    """
    from evals.cli._grading import Here, NewRun, refuse_with_service, service_at
    from evals.cli._summary import render_summary
    from evals.datasets import BACKEND, Dataset
    from evals.metrics import summarise
    from evals.runs import RunFile, RunInvalid, check_output, rubric_choice
    from grader.bank import load_bank
    from grader.cli._open import bank_of_folder, load_settings, opened

    if service is not None:
        refuse_with_service(judge=judge, workers=workers, repeats=repeats)
    chosen = data or [BACKEND]
    dataset = Dataset.open(chosen, split=split)
    settings = _uncached(load_settings(judge=judge, concurrency=workers), repeats)
    bank = (
        bank_of_folder(rubrics, settings)
        if rubrics
        else load_bank(settings.rubrics_dir, settings.corpus_dir)
    )
    choose = rubric_choice(bank, latest=latest)
    total = min(len(dataset), limit or len(dataset))
    # Said at once, not after the model has been loaded or the service has graded.
    if not any(choose(case.answer) for case in islice(dataset, limit)):
        where = rubrics or settings.rubrics_dir
        raise RunInvalid(f"none of the {total} answers has its rubric in {where}")
    if output is not None:
        check_output(output)
    with _output(output) as path, ExitStack() as stack:
        place: Place
        if service is not None:
            place = stack.enter_context(service_at(service))
        else:
            grader = stack.enter_context(opened(settings, bank, indexed=False))
            place = Here(grader, settings.concurrency, repeats or 1)
        new = NewRun(path, chosen, split, total, limit, fresh, kept=output is not None)
        report = new.make(place, dataset, choose)
        summary = summarise(RunFile.open(path), resamples=resamples)
    if as_json:
        sys.stdout.write(summary.model_dump_json(indent=2) + "\n")
    else:
        render_summary(summary)
    _note(report.skipped, "answers left out: the bank has no rubric for them")
    _note(report.reused, f"answers taken from {output} as they were")


def _uncached(settings: Settings, repeats: int | None) -> Settings:
    """Have every repeat judged anew; a cached reply cannot flip."""
    if repeats in (None, 1):
        return settings
    llm = settings.llm.model_copy(update={"cache": False})
    return settings.model_copy(update={"llm": llm})


@contextmanager
def _output(path: Path | None) -> Iterator[Path]:
    from tempfile import TemporaryDirectory

    if path is not None:
        yield path
        return
    with TemporaryDirectory(prefix="grader-eval-") as folder:
        yield Path(folder) / "run.jsonl"


def _note(count: int, text: str) -> None:
    if count:
        sys.stderr.write(f"{count} {text}\n")
