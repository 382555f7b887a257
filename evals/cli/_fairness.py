"""`grader eval fairness`: slices, versions of one content, groups; and making such versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class _MeasuresByDefault(TyperGroup):
    """`fairness RUN` is short for `fairness measure RUN`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command in front where it is left out."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["measure", *args]
        return super().parse_args(ctx, args)


fairness = typer.Typer(
    cls=_MeasuresByDefault,
    help=(
        "Whether the judge treats alike what is alike. 'fairness RUN' is short for "
        "'fairness measure RUN'."
    ),
    no_args_is_help=True,
)


_MANNERS = "dictated, disfluent, spoken, non-native, verbose, respelt, bulleted"


@fairness.command()
def measure(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="What 'grader eval run -o RUN' wrote.")
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Slice by this tag; by default every tag with a few."),
    ] = None,
    pair: Annotated[
        str | None,
        typer.Option(
            metavar="TAG", help="Answers with the same value say the same.  [default: content]"
        ),
    ] = None,
    manner: Annotated[
        str, typer.Option(metavar="TAG", help="Tells versions of one content apart.")
    ] = "style",
    base: Annotated[
        str, typer.Option(metavar="VALUE", help="The manner that others are compared with.")
    ] = "typed",
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Names groups of people; several are also crossed."),
    ] = None,
    candidate: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="Names persons; their answers are averaged."),
    ] = None,
    threshold: Annotated[
        str, typer.Option(metavar="BAND|SCORE", help="From where on a group's answer is selected.")
    ] = "meets",
    leave_out_small: Annotated[
        bool,
        typer.Option("--leave-out-small", help="No impact ratio for groups under 2 % of the data."),
    ] = False,
    resamples: Annotated[
        int, typer.Option(min=100, max=100_000, help="Of the questions, for the intervals.")
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare slices, versions and groups.

    Slices: is the judge as reliable and as generous for every value of a tag? Versions: does the
    score move when only the manner does? Groups: how often does each pass, and what are the impact
    ratios?
    """
    from evals.cli._fairness_text import render_fairness
    from evals.fairness import (
        LEAST_SHARE,
        PAIR_TAG,
        FairnessPlan,
        PairTags,
        measure_fairness,
        parse_threshold,
    )
    from evals.runs import RunFile

    plan = FairnessPlan(
        by=tuple(by or ()),
        pairs=PairTags(pair or PAIR_TAG, manner, base),
        must_pair=pair is not None,
        groups=tuple(dict.fromkeys(group or ())),
        candidate=candidate,
        threshold=parse_threshold(threshold),
        least_share=LEAST_SHARE if leave_out_small else 0.0,
    )
    report = measure_fairness(RunFile.open(run), plan, resamples=resamples)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        render_fairness(report)


@fairness.command("counterfactuals")
def make_counterfactuals(
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the JSON lines go.")],
    data: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DATA]...",
            help="Files or folders of labelled answers; the back-end set by default.",
        ),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Only this split of splits.json beside the data.")
    ] = None,
    manner: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"One of: {_MANNERS}. By default all.")
    ] = None,
    per_question: Annotated[
        int | None, typer.Option(min=1, help="No more answers than this of each question.")
    ] = None,
) -> None:
    """Put labelled answers in other manners.

    Makes versions that say the same: by rule, always the same, labels carried over and evidence moved along. Only typed answers in
    full sentences are used. Grade the result with 'grader eval run', then measure that run.
    """
    from contextlib import ExitStack

    from evals.datasets import BACKEND, Dataset, DatasetInvalid
    from evals.fairness import FairnessInvalid
    from evals.fairness.counterfactuals import MANNERS, Made, counterfactuals
    from grader.errors import Problem

    unknown = [name for name in manner or () if name not in MANNERS]
    if unknown:
        raise FairnessInvalid(f"there is no manner '{unknown[0]}'; there are: {', '.join(MANNERS)}")
    dataset = Dataset.open(data or [BACKEND], split=split)
    if output.resolve() in {path.resolve() for path in dataset.files}:
        raise FairnessInvalid(f"{output} is among the data; name another file")
    made = Made()
    versions = counterfactuals(
        dataset, made, manners=manner or tuple(MANNERS), per_question=per_question
    )
    with ExitStack() as stack:
        try:
            file = stack.enter_context(output.open("w", encoding="utf-8"))
            for answer in versions:
                file.write(answer.model_dump_json(exclude_defaults=True) + "\n")
        except OSError as error:
            message = f"cannot be written: {error.strerror}"
            raise DatasetInvalid([Problem("", message, str(output))]) from error
    counts = ", ".join(f"{name} {count:,}" for name, count in made.versions.items())
    sys.stderr.write(
        f"{made.contents:,} answers and {made.versions.total():,} versions of them: {counts}\n"
    )
    if made.unsuited:
        sys.stderr.write(f"{made.unsuited:,} answers left out: spoken, or not in full sentences\n")
