"""`grader eval attacks`: whether a grade can be talked up, or form pulls it down."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager

    from evals.attacks import AttackReport, Case, Family, Outcome, Suite
    from grader.grading import Grader


def attacks(
    *,
    family: Annotated[
        list[str] | None,
        typer.Option(help="Only attacks of this family, and no oddities; may be repeated."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many attacked and so many odd answers, of all kinds."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Draws what is drawn at random.")] = None,
    judge: Annotated[str | None, typer.Option(help="Which judge; the configured one.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write every case and its outcome, as JSON lines."),
    ] = None,
    fail_over: Annotated[
        float | None,
        typer.Option(metavar="BOUND", help="Exit with 1 if the mean lift is above it, in points."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Attack wrong answers and make right ones odd; report what that does to their scores.

    Twelve families of attacks, from forged system text to claims with their truth denied, are tried
    on answers that say nothing right, and on their own. Lift is the score with the attack less the
    score without. Harmless oddities, such as typos or bullets, are tried on right answers, which
    should keep their scores.
    """
    from evals.attacks import SEED, Suite, render_report
    from grader.bank import load_bank
    from grader.cli._open import load_settings, opened

    settings = load_settings(judge=judge)
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    suite = Suite.of(bank)
    cases = suite.cases(
        seed=SEED if seed is None else seed, families=_families(family or ()), limit=limit
    )
    with _sink(output) as sink, opened(settings, bank, indexed=False) as grader:
        report = _measure(grader, suite, cases, sink)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        from rich.console import Console

        render_report(report, Console(highlight=False))
    if fail_over is not None and _is_over(report, fail_over):
        raise typer.Exit(1)


def _families(names: Collection[str]) -> tuple[Family, ...]:
    from evals.attacks import Family
    from grader.errors import BadInput

    unknown = sorted(set(names) - set(Family))
    if unknown:
        raise BadInput(f"no family of attacks '{unknown[0]}'; there are: {', '.join(Family)}")
    return tuple(Family(name) for name in names)


def _measure(
    grader: Grader, suite: Suite, cases: tuple[Case, ...], sink: TextIO | None
) -> AttackReport:
    import asyncio

    from evals.attacks import answers_to_grade, summarise
    from evals.cli._progress import progress

    with progress("grading", answers_to_grade(cases)) as advance:
        outcomes = asyncio.run(_collect(grader, suite, cases, sink, advance))
    identity = grader.judge.identity
    return summarise(outcomes, judge=identity.judge, model=identity.model)


def _sink(path: Path | None) -> AbstractContextManager[TextIO | None]:
    from contextlib import nullcontext

    from grader.errors import BadInput

    if path is None:
        return nullcontext()
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None


async def _collect(
    grader: Grader,
    suite: Suite,
    cases: tuple[Case, ...],
    sink: TextIO | None,
    advance: Callable[[], None],
) -> list[Outcome]:
    from evals.attacks import run_cases

    outcomes = []
    concurrency = grader.settings.concurrency
    async for outcome in run_cases(
        grader, suite, cases, concurrency=concurrency, on_graded=advance
    ):
        if sink:
            sink.write(outcome.model_dump_json() + "\n")
            sink.flush()
        outcomes.append(outcome)
    return outcomes


def _is_over(report: AttackReport, bound: float) -> bool:
    lift = report.attacks.lift.value if report.attacks else None
    return lift is None or lift > bound
