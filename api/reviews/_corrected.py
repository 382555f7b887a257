"""A grade with a person's verdicts in place of a judge's; the score is made again by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.records import SubmissionRow
from api.reviews._errors import ReviewInvalid
from api.reviews._requests import Corrections, MistakeReview, PointReview
from grader.follow_up import choose_follow_up
from grader.scoring import missing_points, score
from grader.types import (
    Evidence,
    Grade,
    MistakeFinding,
    MistakeGrade,
    PointFinding,
    PointGrade,
    Rubric,
    Verdict,
)

PERSON = "person"
"""What stands as the judge of a verdict that a reviewer gave or confirmed."""

_PARTIAL_FLAG = "partial_score"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is said of every point and every mistake, and nothing else."""

    points: Mapping[str, Verdict]
    mistakes: Mapping[str, bool | None]

    @classmethod
    def of(cls, grade: Grade) -> Verdicts:
        """Take the verdicts out of a grade."""
        return cls(
            {point.id: point.verdict for point in grade.points},
            {mistake.id: mistake.made for mistake in grade.mistakes},
        )

    def differences(self, other: Verdicts) -> tuple[str, ...]:
        """List the ids of points and mistakes of which the other says something else."""
        points = [name for name, said in self.points.items() if other.points.get(name) != said]
        mistakes = [n for n, said in self.mistakes.items() if other.mistakes.get(n) != said]
        return (*points, *mistakes)


def corrected(
    grade: Grade,
    rubric: Rubric,
    submission: SubmissionRow,
    corrections: Corrections,
    *,
    must_say: Iterable[str] = (),
) -> Grade:
    """Put a person's verdicts into a grade; what they do not speak of, they confirm.

    Args:
        grade: What the person corrects.
        rubric: The version it was made under.
        submission: What was graded.
        corrections: The verdicts.
        must_say: Ids of points and mistakes that may not be left out.

    Raises:
        ReviewInvalid: The verdicts are about what is not in the rubric, quote what is not in the
            answer, or leave something out that they must say.
    """
    points, mistakes = corrections.said_of_points, corrections.said_of_mistakes
    _check(grade, submission.answer, points, mistakes, must_say)
    answer = submission.answer
    new_points = tuple(_point(each, points.get(each.id), answer) for each in grade.points)
    new_mistakes = tuple(_mistake(each, mistakes.get(each.id), answer) for each in grade.mistakes)
    found = [
        PointFinding(point_id=point.id, verdict=point.verdict, probabilities={point.verdict: 1})
        for point in new_points
    ]
    found_mistakes = [
        MistakeFinding(mistake_id=each.id, made=each.made, probability=1 if each.made else 0)
        for each in new_mistakes
    ]
    result = score(rubric, found, found_mistakes, allow_partial=submission.allow_partial)
    ungraded = any(point.verdict is Verdict.UNGRADED for point in new_points) or any(
        each.made is None for each in new_mistakes
    )
    flags = [flag for flag in grade.flags if flag != _PARTIAL_FLAG]
    if result.value is not None and ungraded:
        flags.append(_PARTIAL_FLAG)
    follow_up = choose_follow_up(rubric, found, found_mistakes, submission.asked)
    if follow_up is None and grade.follow_up is not None and grade.follow_up.source == "bank":
        follow_up = grade.follow_up
    return grade.model_copy(
        update={
            "score": result.value,
            "score_interval": result.interval,
            "band": result.band,
            "points": new_points,
            "mistakes": new_mistakes,
            "missing": missing_points(rubric, found),
            "follow_up": follow_up,
            "flags": tuple(flags),
            "needs_review": False,
            "review_reasons": (),
        }
    )


def _check(
    grade: Grade,
    answer: str,
    points: Mapping[str, PointReview],
    mistakes: Mapping[str, MistakeReview],
    must_say: Iterable[str],
) -> None:
    problems: dict[str, str] = {}
    known = {
        "points": {point.id for point in grade.points},
        "mistakes": {mistake.id for mistake in grade.mistakes},
    }
    for field, said in (("points", points), ("mistakes", mistakes)):
        for name, review in said.items():
            where = f"{field}.{name[:80]}"
            if name not in known[field]:
                listed = ", ".join(sorted(known[field])) or "none"
                problems[where] = f"the rubric has no such {field[:-1]}; it has: {listed}"
            for quote in review.quotes:
                if quote not in answer:
                    problems[f"{where}.quotes"] = (
                        f"the answer does not hold the words '{quote[:60]}'; quote it verbatim"
                    )
    for name in must_say:
        if name not in points and name not in mistakes:
            field = "points" if name in known["points"] else "mistakes"
            problems[f"{field}.{name}"] = "is left out, and this kind of review must say it"
    if problems:
        raise ReviewInvalid(problems)


def _point(point: PointGrade, said: PointReview | None, answer: str) -> PointGrade:
    verdict = point.verdict if said is None else said.verdict
    same = verdict is point.verdict
    why = said.why if said is not None else ""
    return point.model_copy(
        update={
            "verdict": verdict,
            "confidence": 0.0 if verdict is Verdict.UNGRADED else 1.0,
            "probabilities": {} if verdict is Verdict.UNGRADED else {verdict: 1.0},
            "evidence": _evidence(said, answer) or (point.evidence if same else ()),
            "why": why or (point.why if same else ""),
            "passage": None if verdict is Verdict.COVERED else point.passage,
            "judge": PERSON,
        }
    )


def _mistake(mistake: MistakeGrade, said: MistakeReview | None, answer: str) -> MistakeGrade:
    made = mistake.made if said is None else said.made
    same = made is mistake.made
    return mistake.model_copy(
        update={
            "made": made,
            "confidence": 0.0 if made is None else 1.0,
            "evidence": _evidence(said, answer) or (mistake.evidence if same else ()),
            "judge": PERSON,
        }
    )


def _evidence(said: PointReview | MistakeReview | None, answer: str) -> tuple[Evidence, ...]:
    quotes = said.quotes if said is not None else ()
    return tuple(
        Evidence(start=start, end=start + len(quote), quote=quote)
        for quote in quotes
        for start in (answer.find(quote),)
    )
