"""Two versions of a rubric on the same labelled answers, as authors upload them."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from evals.comparison import compare
from evals.datasets import Dataset, DatasetInvalid
from evals.reports import comparison_html
from evals.runs import RunFile, RunHeader, RunWriter, graded_by, rubric_choice, run_answers
from grader.bank import Bank
from grader.errors import BadInput, Problem
from grader.grading import Grader
from grader.types import Frozen, Rubric

MOST_ANSWERS = 200
"""More take too long while somebody waits; `grader eval compare` has no limit."""

_NAME = "answers.jsonl"


class NothingToCompare(BadInput):
    """The labelled answers are too many, or none is an answer to the rubric."""

    code = "nothing_to_compare"


class VersionComparison(Frozen):
    """Whether one version of a rubric is better than another.

    Attributes:
        headline: The result in one or two sentences.
        notes: What a reader must know who relies on the figures.
        answers: Answers that were graded under both.
        changed: How many of them were graded differently.
        report: The whole report as an HTML page that needs nothing else; it quotes answers.
    """

    headline: str
    notes: tuple[str, ...]
    answers: int
    changed: int
    report: str


async def compare_versions(
    grader: Grader, old: Rubric, new: Rubric, answers: str
) -> VersionComparison:
    """Grade labelled answers under two versions of a rubric; nothing is kept.

    Args:
        grader: Does the grading.
        old: What there is.
        new: What is proposed.
        answers: Labelled answers, JSON lines as `grader eval run` reads them.

    Raises:
        DatasetInvalid: A line is wrong; carries the problems of all lines.
        NothingToCompare: There are too many answers, or none to this rubric.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / _NAME
        await asyncio.to_thread(data.write_text, answers, encoding="utf-8")
        dataset = await asyncio.to_thread(_open, data)
        runs = [
            await _run(grader, rubric, dataset, Path(folder) / f"{side}.jsonl")
            for side, rubric in (("old", old), ("new", new))
        ]
        return await asyncio.to_thread(_compared, runs, (old, new))


def _open(data: Path) -> Dataset:
    try:
        dataset = Dataset.open([data])
    except DatasetInvalid as error:
        # The file is called as its author knows it, not as it lies here.
        raise DatasetInvalid(
            [Problem(each.where, each.message, _NAME, each.line) for each in error.problems]
        ) from None
    if len(dataset) > MOST_ANSWERS:
        raise NothingToCompare(
            f"{len(dataset)} labelled answers; compare at most {MOST_ANSWERS} here, and more with: "
            "grader eval compare"
        )
    return dataset


async def _run(grader: Grader, rubric: Rubric, dataset: Dataset, path: Path) -> RunFile:
    choose = rubric_choice(Bank([rubric], drafts=True), latest=True)
    header = RunHeader.of(graded_by(grader), [], None)
    with RunWriter(path, header) as writer:
        report = await run_answers(
            grader, dataset, writer, choose, workers=grader.settings.concurrency
        )
    if not report.graded:
        raise NothingToCompare(
            f"none of the {len(dataset)} labelled answers could be graded by rubric '{rubric.id}': "
            f"{report.skipped} are for another rubric_id, {report.failed} failed"
        )
    return RunFile.open(path)


def _compared(runs: list[RunFile], versions: tuple[Rubric, Rubric]) -> VersionComparison:
    old, new = versions
    same = old.version == new.version
    names = f"{old.version}", f"{new.version}, as edited" if same else new.version
    found = compare(*runs, names=names)
    return VersionComparison(
        headline=found.headline,
        notes=found.notes,
        answers=found.answers,
        changed=found.changed,
        report=comparison_html(found),
    )
