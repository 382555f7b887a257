"""One opened grader for a process that another framework runs."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Self

from grader.bank import load_rubric
from grader.cli._open import bank_of_folder, corpus_for, is_rubric_file, load_settings
from grader.errors import BadInput, JudgeUnavailable
from grader.grading import Grader
from grader.types import Grade, Rubric, Verdict


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade whose score is not withheld.

    Attributes:
        share: The score, 0 to 1, as other frameworks have it.
    """

    grade: Grade
    share: float


class RubricGrader:
    """Grades answers under rubrics that are named as on the command line."""

    def __init__(self, grader: Grader) -> None:
        """Use an opened grader."""
        self._grader = grader

    @classmethod
    def open(cls, rubrics: Path | None = None, judge: str | None = None) -> Self:
        """Load the model and the rubrics; blocks for some seconds.

        Args:
            rubrics: A folder to use instead of the bank; drafts in it may be graded against.
            judge: Which judge; the configured one by default.

        Raises:
            RubricInvalid: A rubric has problems.
            ConfigurationError: Some part is missing.
        """
        settings = load_settings(judge=judge)
        bank = bank_of_folder(rubrics, settings) if rubrics else None
        return cls(Grader.open(settings, bank=bank, indexed=False))

    def close(self) -> None:
        """End the grader's threads."""
        self._grader.close()

    def rubric(self, name: str) -> Rubric:
        """Find `id`, `id@version`, or read a rubric file.

        Raises:
            RubricNotFound: There is no such rubric.
            RubricInvalid: The file breaks the format.
        """
        if is_rubric_file(name):
            path = Path(name)
            return load_rubric(path, corpus_for(path.parent, self._grader.settings))
        rubric_id, _, version = name.partition("@")
        return self._grader.bank.get(rubric_id, version or None)

    async def grade(self, answer: str, rubric: str) -> Graded:
        """Grade one answer.

        Raises:
            AnswerInvalid: The answer cannot be graded as it stands.
            JudgeUnavailable: Something was left ungraded, and the score is withheld; says why.
            RubricNotFound: There is no such rubric.
        """
        grade = await self._grader.grade(answer, self.rubric(rubric))
        if grade.score is None:
            raise JudgeUnavailable(f"not graded: {' '.join(grade.review_reasons)}", grade.usage)
        return Graded(grade, grade.score / 100)


_opening = Lock()


def shared_grader(rubrics: Path | None = None, judge: str | None = None) -> RubricGrader:
    """Open a grader, or return the one that this process opened with the same arguments.

    It is closed when the process ends. Raises what `RubricGrader.open` does.
    """
    with _opening:
        return _opened(rubrics, judge)


@cache
def _opened(rubrics: Path | None, judge: str | None) -> RubricGrader:
    grader = RubricGrader.open(rubrics, judge)
    atexit.register(grader.close)
    return grader


def rubric_name(value: object, where: str) -> str:
    """Check that a framework's field names a rubric.

    Raises:
        BadInput: It is missing or is no text.
    """
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise BadInput(f"{where} names no rubric; give a rubric's id, id@version or file")


def explain(grade: Grade) -> str:
    """Put a grade in a sentence or three: the score, what is missing, what is wrong."""
    return " ".join(_sentences(grade))


def _sentences(grade: Grade) -> Iterator[str]:
    band = f", {grade.band.replace('_', ' ')}" if grade.band else ""
    yield f"{grade.score:g} of 100{band}."
    points = {point.id: point for point in grade.points}
    missing = [points[name] for name in grade.missing]
    contradicted = [p.claim for p in missing if p.verdict is Verdict.CONTRADICTED]
    lists = {
        "Missing": [p.claim for p in missing if p.verdict is Verdict.MISSING],
        "Contradicted": contradicted,
        "Mistakes made": [mistake.claim for mistake in grade.mistakes if mistake.made],
    }
    for name, claims in lists.items():
        if claims:
            yield f"{name}: {' '.join(claims)}"
    if grade.needs_review:
        yield f"A person should look at this: {' '.join(grade.review_reasons)}"
