"""Checking labels against the rubrics they speak of, and the data set against good practice."""

from __future__ import annotations

from collections.abc import Iterator

from evals.datasets._dataset import Dataset
from evals.datasets._labels import LabelledCase
from grader.bank import Bank
from grader.errors import Problem, RubricNotFound
from grader.types import Rubric, Verdict


def check_dataset(dataset: Dataset, bank: Bank) -> Iterator[Problem]:
    """Yield what is wrong (errors) or doubtful (warnings) in a data set that could be read."""
    texts: dict[tuple[str, str], str] = {}
    for case in dataset:
        place = f"{case.file}:{case.line}"
        text = (case.answer.rubric_id, " ".join(case.answer.answer.split()))
        before = texts.setdefault(text, place)
        if before != place:
            yield _warning(case, "answer", f"is the same as at {before}")
        try:
            rubric = bank.get(case.answer.rubric_id, case.answer.rubric_version)
        except RubricNotFound as error:
            yield Problem("rubric_id", str(error), case.file, case.line)
            continue
        yield from label_problems(case, rubric)


def label_problems(case: LabelledCase, rubric: Rubric) -> Iterator[Problem]:
    """Yield problems of one answer's labels under the rubric they were made for."""
    known = {
        "points": {point.id for point in rubric.points},
        "mistakes": {mistake.id for mistake in rubric.mistakes},
    }
    given = {"points": set(case.answer.points), "mistakes": set(case.answer.mistakes)}
    for rating in case.ratings:
        given["points"] |= set(rating.points)
        given["mistakes"] |= set(rating.mistakes)
    for kind, names in given.items():
        for name in sorted(names - known[kind]):
            message = f"{rubric.id} {rubric.version} has no such {kind[:-1]}"
            yield Problem(f"{kind}.{name}", message, case.file, case.line)
        left_out = sorted(known[kind] - names)
        if left_out:
            yield _warning(case, kind, f"not labelled: {', '.join(left_out)}")
    bare = [
        name
        for name, label in case.answer.points.items()
        if label.verdict not in (Verdict.MISSING, Verdict.UNGRADED) and not label.evidence
    ] + [name for name, label in case.answer.mistakes.items() if label.made and not label.evidence]
    if bare:
        yield _warning(case, "evidence", f"no words of the answer are given for {', '.join(bare)}")


def _warning(case: LabelledCase, where: str, message: str) -> Problem:
    return Problem(where, message, case.file, case.line, "warning")
