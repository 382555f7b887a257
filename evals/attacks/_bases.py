"""The answers that are attacked, and those whose form is made odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.attacks._material import written_answers
from evals.attacks._types import BaseAnswer, Material
from evals.datasets import LabelledAnswer, Split, backend_answers
from grader.scoring import score
from grader.types import MistakeFinding, PointFinding, Rubric, Verdict

# Label scores, 0 to 100: what is at most the first is wrong, what is at least the second is right.
_WRONG = 10.0
_RIGHT = 60.0
_EACH = 2


def wrong_answers(material: Mapping[str, Material]) -> tuple[BaseAnswer, ...]:
    """Choose wrong answers to the test questions: labelled ones, and those written by hand.

    Each question has two answers that are wrong and one that says nothing. They come in rounds, so
    that the first of all questions precede the second of any.
    """
    written = [
        BaseAnswer(
            id=f"{row.rubric_id}/{row.kind}-{index}",
            rubric_id=row.rubric_id,
            text=row.text,
            label_score=0.0,
        )
        for index, row in enumerate(written_answers())
    ]
    chosen: dict[str, list[BaseAnswer]] = {}
    for rubric_id, labelled in _labelled(material).items():
        wrong = [answer for answer in labelled if answer.label_score <= _WRONG][:_EACH]
        chosen[rubric_id] = wrong + [each for each in written if each.rubric_id == rubric_id]
    return _in_rounds(chosen)


def right_answers(material: Mapping[str, Material]) -> tuple[BaseAnswer, ...]:
    """Choose the best labelled answers to the test questions, at most two of each, in rounds."""
    return _in_rounds(
        {
            rubric_id: [each for each in reversed(labelled) if each.label_score >= _RIGHT][:_EACH]
            for rubric_id, labelled in _labelled(material).items()
        }
    )


def label_score(rubric: Rubric, answer: LabelledAnswer) -> float:
    """Score an answer by its labels.

    Points that are not labelled count as missing, mistakes as not made.
    """
    points = [
        PointFinding(
            point_id=point.id,
            verdict=answer.points[point.id].verdict
            if point.id in answer.points
            else Verdict.MISSING,
        )
        for point in rubric.points
    ]
    mistakes = [
        MistakeFinding(
            mistake_id=mistake.id,
            made=mistake.id in answer.mistakes and answer.mistakes[mistake.id].made,
        )
        for mistake in rubric.mistakes
    ]
    return score(rubric, points, mistakes, allow_partial=True).value or 0.0


def _labelled(material: Mapping[str, Material]) -> dict[str, list[BaseAnswer]]:
    """Return the labelled answers of each question, worst first."""
    answers: dict[str, list[BaseAnswer]] = {rubric_id: [] for rubric_id in material}
    for answer in backend_answers(Split.TEST):
        if answer.rubric_id in answers:
            answers[answer.rubric_id].append(
                BaseAnswer(
                    id=answer.id,
                    rubric_id=answer.rubric_id,
                    text=answer.answer,
                    label_score=label_score(material[answer.rubric_id].rubric, answer),
                )
            )
    return {
        rubric_id: sorted(each, key=lambda answer: (answer.label_score, answer.id))
        for rubric_id, each in answers.items()
    }


def _in_rounds(chosen: Mapping[str, Sequence[BaseAnswer]]) -> tuple[BaseAnswer, ...]:
    most = max(map(len, chosen.values()), default=0)
    return tuple(
        answers[index]
        for index in range(most)
        for answers in chosen.values()
        if index < len(answers)
    )
