"""What must hold of every rubric of a bank, whatever judge grades by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.grading import Grader
from grader.types import Grade, Kind, Rubric, Verdict

REFERENCE_SCORE = 90.0
QUESTION_SCORE = 5.0
FOREIGN_SCORE = 15.0


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """One thing that should hold of a rubric and does not.

    Attributes:
        invariant: Which one, as a slug.
        rubric_id: Of which rubric.
        subject: What the answer was: the id of a point or mistake, with the number of the phrasing;
            another rubric's id; empty where the rubric has only one such answer.
    """

    invariant: str
    rubric_id: str
    subject: str = ""

    def __str__(self) -> str:
        """Render as `invariant rubric subject`, as known failures are listed."""
        return " ".join(filter(None, (self.invariant, self.rubric_id, self.subject)))


@dataclass(frozen=True, slots=True)
class _Trial:
    """An answer, and the invariants that its grade must meet."""

    answer: str
    subject: str
    checks: tuple[tuple[str, Callable[[Grade], bool]], ...]


async def check_rubrics(
    grader: Grader, rubrics: Sequence[Rubric], bank: Sequence[Rubric]
) -> AsyncIterator[tuple[Rubric, list[Failure]]]:
    """Grade each rubric's own texts by it, and yield what does not hold, rubric by rubric.

    Args:
        grader: Grades; needs no index.
        rubrics: The rubrics to check.
        bank: Where another question's reference answer is taken from: the next rubric's.
    """
    for rubric in rubrics:
        following = bank[([r.id for r in bank].index(rubric.id) + 1) % len(bank)]
        trials = list(_trials(rubric, following))
        grades = await asyncio.gather(*(grader.grade(t.answer, rubric) for t in trials))
        yield (
            rubric,
            [
                Failure(invariant, rubric.id, trial.subject)
                for trial, grade in zip(trials, grades, strict=True)
                for invariant, holds in trial.checks
                if not holds(grade)
            ],
        )


def _trials(rubric: Rubric, other: Rubric) -> Iterator[_Trial]:
    if rubric.reference_answer:
        yield _Trial(
            rubric.reference_answer,
            "",
            (
                ("reference-scores-high", lambda grade: _score(grade) >= REFERENCE_SCORE),
                ("reference-makes-no-mistake", lambda grade: not any(_made(grade).values())),
            ),
        )
    yield _Trial(
        rubric.question, "", (("question-scores-low", lambda g: _score(g) <= QUESTION_SCORE),)
    )
    if other.id != rubric.id and other.reference_answer:
        low = ("foreign-reference-scores-low", lambda g: _score(g) <= FOREIGN_SCORE)
        yield _Trial(other.reference_answer, other.id, (low,))
    yield from _point_trials(rubric)
    # Choosing a wrong option is a mistake only where the option is named, not where its belief is.
    yield from _mistake_trials(rubric)


def _point_trials(rubric: Rubric) -> Iterator[_Trial]:
    for point in rubric.points:
        phrasings = [("claim", point.claim), *(("accept", text) for text in point.accept)]
        for number, (role, text) in enumerate(phrasings):
            subject = f"{point.id}/{number}"
            yield _Trial(text, subject, ((f"{role}-covers", _verdict_is(point.id)),))
        for number, text in enumerate(point.reject, start=1):
            yield _Trial(
                text, f"{point.id}/{number}", (("reject-does-not-cover", _not_covered(point.id)),)
            )


def _mistake_trials(rubric: Rubric) -> Iterator[_Trial]:
    for mistake in rubric.mistakes:
        yield _Trial(
            mistake.claim, mistake.id, (("mistake-is-made", _mistake_made(mistake.id, made=True)),)
        )
        if mistake.correction:
            check = _mistake_made(mistake.id, made=False)
            yield _Trial(mistake.correction, mistake.id, (("correction-is-no-mistake", check),))
    if rubric.mistakes and rubric.kind is not Kind.MULTIPLE_CHOICE:
        everything = "\n".join(mistake.claim for mistake in rubric.mistakes)
        yield _Trial(everything, "", (("mistakes-score-nothing", lambda g: _score(g) == 0),))


def _verdict_is(point_id: str) -> Callable[[Grade], bool]:
    return lambda grade: _verdicts(grade)[point_id] is Verdict.COVERED


def _not_covered(point_id: str) -> Callable[[Grade], bool]:
    return lambda grade: _verdicts(grade)[point_id] is not Verdict.COVERED


def _mistake_made(mistake_id: str, *, made: bool) -> Callable[[Grade], bool]:
    return lambda grade: _made(grade)[mistake_id] is made


def _verdicts(grade: Grade) -> dict[str, Verdict]:
    return {point.id: point.verdict for point in grade.points}


def _made(grade: Grade) -> dict[str, bool | None]:
    return {mistake.id: mistake.made for mistake in grade.mistakes}


def _score(grade: Grade) -> float:
    # A withheld score meets no bound: nothing was shown to hold.
    return float("nan") if grade.score is None else grade.score
