"""From a run to a fairness report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.fairness._pairs import PairTags, compare_pairs, has_pairs
from evals.fairness._rows import FairnessInvalid, Rows
from evals.fairness._selection import CROSSED, select, units_of
from evals.fairness._slices import slice_by
from evals.fairness._types import (
    SMALL,
    Counterfactuals,
    FairnessReport,
    Selection,
    TagSlices,
    Threshold,
)
from evals.metrics import RESAMPLES, SEED, question_draws
from evals.runs import RunFile
from evals.wording import counted

# A tag with more values than this names things rather than kinds of things.
_MOST_VALUES = 30
_FEW_QUESTIONS = 15
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class FairnessPlan:
    """What to look at.

    Attributes:
        by: Tags to slice by; empty for every tag with 2 to 30 values.
        pairs: What tells versions of one content.
        must_pair: Whether it is an error that there are none.
        groups: Tags that name groups; several are also crossed.
        candidate: The tag whose values name persons; without it each answer counts as one.
        threshold: From where on one is selected; None leaves selection rates out.
        least_share: Groups with less than this share have no impact ratio.
    """

    by: tuple[str, ...] = ()
    pairs: PairTags = PairTags()  # noqa: RUF009 - frozen
    must_pair: bool = False
    groups: tuple[str, ...] = ()
    candidate: str | None = None
    threshold: Threshold | None = None
    least_share: float = 0.0


def measure_fairness(
    run: RunFile,
    plan: FairnessPlan = FairnessPlan(),
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> FairnessReport:
    """Compare slices, versions of one content, and groups.

    Raises:
        FairnessInvalid: A tag or manner is not there, or nothing has a score.
        RunInvalid: The file is broken.
    """
    rows = Rows.of(run)
    if not rows.each:
        raise FairnessInvalid(f"{run.path} holds no answers; was the run stopped at once?")
    draws = question_draws(len(rows.table.question_ids), resamples, seed)
    selections = tuple(_selections(rows, plan))
    slices = tuple(slice_by(rows, tag, draws) for tag in _sliced(rows, plan))
    pairs = None
    if plan.must_pair or has_pairs(rows, plan.pairs):
        pairs = compare_pairs(rows, run, plan.pairs, draws)
    questions = len(rows.table.question_ids)
    return FairnessReport(
        run=run.header,
        resamples=resamples,
        seed=seed,
        answers=len(rows.each),
        questions=questions,
        slices=slices,
        counterfactuals=pairs,
        selections=selections,
        notes=tuple(_notes(questions, slices, pairs, selections)),
    )


def _sliced(rows: Rows, plan: FairnessPlan) -> Sequence[str]:
    if plan.by:
        return tuple(dict.fromkeys((*plan.by, *plan.groups)))
    names = [name for name in sorted(rows.tags()) if name not in ("kind", plan.candidate)]
    return [name for name in names if 2 <= len(rows.values(name)) <= _MOST_VALUES]


def _selections(rows: Rows, plan: FairnessPlan) -> Iterator[Selection]:
    if not plan.groups:
        if plan.candidate:
            raise FairnessInvalid(
                f"persons ('{plan.candidate}') are compared by group; name a group's tag with --group"
            )
        return
    for tag in (*plan.groups, *([plan.candidate] if plan.candidate else [])):
        rows.values(tag)  # says which tags there are
    units = units_of(rows.each, plan.candidate, plan.groups)
    crossed = [(tag,) for tag in plan.groups]
    for tags in [*crossed, *([plan.groups] if len(plan.groups) > 1 else [])]:
        yield select(
            units,
            tags,
            plan.threshold,
            unit=plan.candidate or "answers",
            least_share=plan.least_share,
        )


def _notes(
    questions: int,
    slices: Sequence[TagSlices],
    pairs: Counterfactuals | None,
    selections: Sequence[Selection],
) -> Iterator[str]:
    if questions < _FEW_QUESTIONS:
        yield (
            f"The answers are to {counted(questions, 'question')} only. Intervals and p-values rest "
            "on how questions differ, and so few show little of that."
        )
    for each in slices:
        small = [value.value for value in each.values if value.small]
        if small:
            yield (
                f"Slices of '{each.tag}' with fewer than {SMALL} answers, too few to say much: "
                f"{_named(small, len(each.values))}. The widest gap leaves them out."
            )
        if each.untagged:
            yield f"Without the tag '{each.tag}': {counted(each.untagged, 'answer')}."
    if pairs:
        lost = sum(manner.withheld for manner in pairs.manners)
        if lost:
            yield (
                f"Without a score on one side or both, and so in no score figure: "
                f"{counted(lost, 'pair')}."
            )
        moved = [
            each.manner
            for each in pairs.manners
            if each.label_shift and abs(each.label_shift.value or 0) > 0.05
        ]
        if moved:
            yield (
                f"The labels themselves differ between {pairs.base} and: {', '.join(moved)}. "
                "There, a shift of the score may be right."
            )
    for selection in selections:
        yield from _group_notes(selection)


def _group_notes(selection: Selection) -> Iterator[str]:
    tags = CROSSED.join(selection.tags)
    if selection.unit == "answers":
        yield (
            f"Groups of {tags} count answers, not persons: intervals and p-values there take each "
            "answer for independent, and are too narrow where persons gave several. --candidate "
            "names the tag that tells persons."
        )
    small = [group.name for group in selection.groups if group.small]
    if small:
        yield (
            f"Groups of {tags} with fewer than {SMALL} {selection.unit}, too few to say anything: "
            f"{_named(small, len(selection.groups))}."
        )
    left_out = [
        f"{group.name} ({group.size:,}, {group.share:.1%})"
        for group in selection.groups
        if group.left_out
    ]
    if left_out:
        yield (
            f"Left out of the impact ratios of {tags}, as asked, with under "
            f"{selection.least_share:.0%} of the data: {', '.join(left_out)}."
        )
    if selection.unknown:
        yield f"{selection.unknown:,} {selection.unit} belong to no known group of {tags}."
    if selection.withheld:
        yield f"{selection.withheld:,} {selection.unit} have no score and are in no rate."


def _named(names: Sequence[str], total: int) -> str:
    """List a few names; of many, say how many."""
    if len(names) == total > 1:
        return f"all {total}"
    return ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} of {total}"
