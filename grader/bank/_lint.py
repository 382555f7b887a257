"""What a good rubric has beyond a valid one; warnings for its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.bank._bank import Bank, rubric_files
from grader.bank._corpus import ReferenceAnswer
from grader.bank._lock import LockFile, lock_problems
from grader.bank._parse import load_rubric, locate
from grader.errors import Problem, RubricInvalid
from grader.types import Kind, Rubric, Status

_POINTS = range(5, 9)
_REFERENCE_WORDS = range(120, 251)
_HEAVIEST = 3


def lint_paths(
    paths: Sequence[Path], corpus: Mapping[str, ReferenceAnswer]
) -> tuple[int, list[Problem]]:
    """Check files and folders of rubrics; a folder's lock file is checked with it.

    Returns:
        How many rubric files were looked at, and all errors and warnings, file by file.
    """
    problems: list[Problem] = []
    checked = 0
    for path in paths:
        files = rubric_files(path) if path.is_dir() else [path]
        checked += len(files)
        found: dict[tuple[str, str], Path] = {}
        rubrics: list[Rubric] = []
        for file in files:
            try:
                rubric = load_rubric(file, corpus)
            except RubricInvalid as error:
                problems.extend(error.problems)
                continue
            problems.extend(locate(lint_rubric(rubric), file))
            first = found.setdefault((rubric.id, rubric.version), file)
            if first is not file:
                message = f"'{rubric.id}' {rubric.version} is already defined in {first}"
                problems += locate([Problem("id", message)], file)
            rubrics.append(rubric)
        if path.is_dir() and (path / LockFile.NAME).exists():
            problems.extend(lock_problems(Bank(rubrics, files=found), LockFile.read(path)))
    return checked, problems


def lint_rubric(rubric: Rubric) -> list[Problem]:
    """Find weaknesses of a rubric that would make its grades worse.

    Returns:
        Warnings with the field each is about; empty for a rubric in good order.
    """
    return [
        Problem(where, message, severity="warning")
        for check in (_sizes, _follow_ups, _labels)
        for where, message in check(rubric)
    ]


def _sizes(rubric: Rubric) -> Iterator[tuple[str, str]]:
    if rubric.kind is not Kind.MULTIPLE_CHOICE and len(rubric.points) not in _POINTS:
        yield "points", f"{len(rubric.points)} points; 5 to 8 make a fair score"
    words = len(rubric.reference_answer.split())
    if not words:
        yield "reference", "no reference answer; the points have no source"
    elif words not in _REFERENCE_WORDS:
        yield "reference", f"the reference answer has {words} words; aim for 120 to 250"
    heaviest = max(point.weight for point in rubric.points)
    if heaviest > rubric.total_weight / 2 and len(rubric.points) > 1:
        yield "points", "one point carries more than half of the weight"
    if rubric.status is Status.PUBLISHED and not rubric.topics:
        yield "topics", "no topics; nobody will find this question by topic"


def _follow_ups(rubric: Rubric) -> Iterator[tuple[str, str]]:
    targeted = {target for follow_up in rubric.follow_ups for target in follow_up.targets}
    ranked = sorted(enumerate(rubric.points), key=lambda pair: -pair[1].weight)
    for position, point in ranked[:_HEAVIEST]:
        if point.id not in targeted:
            yield f"points[{position}]", f"no follow-up targets '{point.id}', one of the heaviest"
    for position, mistake in enumerate(rubric.mistakes):
        if mistake.id not in targeted:
            yield f"mistakes[{position}]", f"no follow-up targets '{mistake.id}'"
        if not mistake.correction:
            yield f"mistakes[{position}].correction", "no correction to show the candidate"


def _labels(rubric: Rubric) -> Iterator[tuple[str, str]]:
    for position, example in enumerate(rubric.examples):
        unlabelled = [point.id for point in rubric.points if point.id not in example.points]
        if unlabelled:
            yield f"examples[{position}].points", f"no verdict for {', '.join(unlabelled)}"
