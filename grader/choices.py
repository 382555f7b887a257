"""What a candidate's choice decides in the judgement of a multiple-choice answer.

A point that shares its id with a correct option is about choosing it, and a mistake that shares its
id with a wrong option is made by choosing it. Those are read off the answer by code; the reasons
that the candidate gives stay with the judge.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.answers import find_choices
from grader.types import (
    Evidence,
    Judgement,
    Kind,
    MistakeFinding,
    PointFinding,
    Rubric,
    Verdict,
)

# What a finding made here names as its judge.
_JUDGE = "choice"


def with_choice(judgement: Judgement, answer: str, rubric: Rubric) -> Judgement:
    """Replace the findings that the candidate's choice decides.

    A point linked to an option that was chosen is covered, and a mistake linked to one is made, with
    the words that name it. A linked point whose option was passed over is contradicted by the choice
    of another where exactly one option is right, and missing where several are; a linked mistake
    whose option was passed over is not made.

    Args:
        judgement: What the judge found.
        answer: The candidate's words.
        rubric: The question; nothing changes unless it is multiple choice.

    Returns:
        The judgement as it was if no choice is found, or several where one option is right: then it
        is for the judge to say what the answer holds.
    """
    if rubric.kind is not Kind.MULTIPLE_CHOICE:
        return judgement
    chosen = {c.option.id: c.evidence for c in find_choices(answer, rubric.options)}
    correct = {option.id for option in rubric.options if option.correct}
    wrong = {option.id for option in rubric.options} - correct
    if not chosen or (len(correct) == 1 and len(chosen) > 1):
        return judgement
    points = tuple(
        _point(finding.point_id, chosen, only_one=len(correct) == 1)
        if finding.point_id in correct
        else finding
        for finding in judgement.points
    )
    mistakes = tuple(
        _mistake(finding.mistake_id, chosen) if finding.mistake_id in wrong else finding
        for finding in judgement.mistakes
    )
    return judgement.model_copy(update={"points": points, "mistakes": mistakes})


def _point(name: str, chosen: Mapping[str, Evidence], *, only_one: bool) -> PointFinding:
    evidence: tuple[Evidence, ...] = ()
    if name in chosen:
        verdict, evidence, why = Verdict.COVERED, (chosen[name],), "Chooses this option."
    elif only_one:
        verdict, evidence = Verdict.CONTRADICTED, tuple(chosen.values())
        why = "Chooses another option, where only one is right."
    else:
        verdict, why = Verdict.MISSING, "Does not choose this option."
    return PointFinding(
        point_id=name,
        verdict=verdict,
        probabilities={verdict: 1.0},
        evidence=evidence,
        why=why,
        judge=_JUDGE,
    )


def _mistake(name: str, chosen: Mapping[str, Evidence]) -> MistakeFinding:
    made = name in chosen
    return MistakeFinding(
        mistake_id=name,
        made=made,
        probability=float(made),
        evidence=(chosen[name],) if made else (),
        why="Chooses this option." if made else "Does not choose this option.",
        judge=_JUDGE,
    )
