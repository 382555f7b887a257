"""`grader eval compare`: two rubric versions, or two judges, on the same answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from evals.comparison import Regression
    from evals.runs import RunReport

_SIDE = "A run file, a rubric file, a folder of rubrics, ID, ID@VERSION, or judge=NAME."


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help=f"What there was. {_SIDE}")],
    second: Annotated[str, typer.Argument(metavar="B", help="What is proposed; likewise.")],
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Files or folders of labelled answers, to grade what is no finished run; those "
            "of the finished run, or the back-end set, by default.",
        ),
    ] = None,
    rubrics: Annotated[
        Path | None, typer.Option(help="A folder to find ids in, instead of the bank.")
    ] = None,
    judge: Annotated[str | None, typer.Option(help="Which judge; the configured one.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Only this split of splits.json beside the data.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Keep the runs in this folder; what it holds is used again."
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Grade again what the folder holds.")
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
    unit: Annotated[
        Literal["question", "answer"] | None,
        typer.Option(help="What to resample; questions, unless there are fewer than six."),
    ] = None,
    resamples: Annotated[
        int, typer.Option(min=100, max=100_000, help="For intervals and p-values.")
    ] = 1000,
    details: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=100_000,
            help="Show so many of the changed answers.  [default: 5; with --json 50]",
        ),
    ] = None,
    fail_on: Annotated[
        Literal["regression"] | None,
        typer.Option(help="Exit with 1 if a measure got worse, beyond chance and tolerance."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Which measures may not get worse.  [default: covered_kappa, verdict_accuracy, "
            "mistake_f1, score_mae]",
        ),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X|NAME=X", help="How much worse a measure may get, in its unit.  [default: 0]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two rubric versions, judges or models on the same answers.

    Says what got better or worse against the labels, whether chance alone could do that, which
    points and answers changed, and which points tell answers apart. Without labels it says how
    scores and verdicts moved.
    """
    from rich.console import Console

    from evals.cli._compare_sources import Grading, names_of, read_source
    from evals.cli._compare_summary import render_comparison
    from evals.cli._grading import refuse_with_service
    from evals.comparison import check_measures, regressions
    from evals.comparison import compare as compare_runs
    from grader.cli._open import load_settings

    allowed = _tolerances(tolerance or [])
    check_measures([*(measure or []), *(name for name in allowed if name)])
    settings = load_settings(judge=judge, concurrency=workers)
    if service is not None:
        refuse_with_service(judge=judge, workers=workers)
    texts = first, second
    sources = read_source(first, rubrics, settings), read_source(second, rubrics, settings)
    names = names_of(texts, sources)
    with _folder(output) as folder:
        grading = Grading(
            data=data or (),
            split=split,
            folder=folder,
            settings=settings,
            service=service,
            limit=limit,
            fresh=fresh,
            kept=output is not None,
            names=names,
        )
        made = list(grading.runs(sources))
        runs, reports = [run for run, _ in made], [report for _, report in made]
        with Console(stderr=True).status("comparing"):
            comparison = compare_runs(
                runs[0],
                runs[1],
                names=names,
                unit=unit,
                resamples=resamples,
                changed_answers=details if details is not None else 50 if as_json else 5,
            )
    if as_json:
        sys.stdout.write(comparison.model_dump_json(indent=2) + "\n")
    else:
        render_comparison(comparison)
    if output is not None:
        for run, report in zip(runs, reports, strict=True):
            _note(run.path, report)
    if fail_on:
        found = regressions(
            comparison,
            measures=measure or (),
            tolerance=allowed.pop("", 0.0),
            tolerances=allowed,
        )
        _fail(found)


def _tolerances(given: Sequence[str]) -> dict[str, float]:
    """Read `X` and `NAME=X`; the one for all measures has no name."""
    from evals.comparison import ComparisonInvalid

    found: dict[str, float] = {}
    for text in given:
        name, _, value = text.rpartition("=")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = -1
        if not 0 <= found[name] < float("inf"):
            raise ComparisonInvalid(
                f"--tolerance {text}: give a number, 0 or more, or NAME=NUMBER for one measure"
            )
    return found


def _fail(found: Sequence[Regression]) -> None:
    from evals.cli._compare_summary import regression_text

    for each in found:
        sys.stderr.write(regression_text(each) + "\n")
    if found:
        raise typer.Exit(1)
    sys.stderr.write("no regression\n")


def _note(path: Path, report: RunReport | None) -> None:
    if report is not None:
        reused = f", {report.reused} of them from before" if report.reused else ""
        total = report.graded + report.reused + report.failed
        sys.stderr.write(f"{path}: {total} answers{reused}\n")


@contextmanager
def _folder(path: Path | None) -> Iterator[Path]:
    from tempfile import TemporaryDirectory

    from evals.cli._compare_sources import made_folder

    if path is not None:
        yield made_folder(path)
        return
    with TemporaryDirectory(prefix="grader-eval-") as folder:
        yield Path(folder)
