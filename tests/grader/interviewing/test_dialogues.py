"""Dialogues written by hand, pooled with the real judge.

What is held is what the design rests on: that short replies are understood, that nothing is credited
for saying nothing, that the interviewer's words earn nothing, and that mistakes can be taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.interviewing import Ask, AskedQuestion, PlannedQuestion, Turn
from grader.interviewing._corrections import correction_rubric
from grader.interviewing._standing import Standing, standing
from grader.judges import build_judge
from grader.settings import Settings
from grader.types import Level, Rubric, Verdict
from tests.grader.interviewing.factories import ref, styles

DIALOGUES = sorted((Path(__file__).parents[2] / "data" / "interviews").glob("*.yaml"))
HELPING = styles("hint", "prompt")
REACHED = (Verdict.COVERED, Verdict.PARTIAL)


@pytest.fixture(scope="module")
def pooled(
    real_bank: Bank, settings: Settings, encoder: SharedEncoder
) -> Mapping[str, tuple[dict[str, Any], Standing]]:
    """What each dialogue comes to, by its file's name."""
    judge = build_judge(settings, encoder)
    grader = Grader(settings, bank=real_bank, encoder=encoder, judge=judge, index=None)

    async def hold(dialogue: dict[str, Any], rubric: Rubric) -> Standing:
        question = AskedQuestion(planned=planned(rubric), why="", turns=(asked(rubric, None, 1),))
        for number, said in enumerate(dialogue["turns"], start=1):
            turn = asked(rubric, said.get("follow_up"), number)
            turn = turn.model_copy(update={"answer": said["answer"]})
            earlier = question.turns[: number - 1]
            question = question.model_copy(update={"turns": (*earlier, turn)})
            before = standing(rubric, question, HELPING)
            made = [m.id for m in before.mistakes if m.made and not m.corrected]
            corrections = correction_rubric(rubric, made)
            graded = {
                "grade": await grader.grade(question.said, rubric),
                "corrections": await grader.grade(said["answer"], corrections)
                if corrections
                else None,
            }
            turn = turn.model_copy(update=graded)
            question = question.model_copy(update={"turns": (*earlier, turn)})
        return standing(rubric, question, HELPING)

    async def hold_all() -> Mapping[str, tuple[dict[str, Any], Standing]]:
        found = {}
        for path in DIALOGUES:
            dialogue = yaml.safe_load(path.read_text(encoding="utf-8"))
            rubric = real_bank.get(dialogue["rubric"])
            found[path.stem] = (dialogue, await hold(dialogue, rubric))
        return found

    return asyncio.run(hold_all())


def planned(rubric: Rubric) -> PlannedQuestion:
    return PlannedQuestion(
        rubric=ref(rubric), level=Level.MID, topic=rubric.topics[0], minutes=8, max_follow_ups=9
    )


def asked(rubric: Rubric, follow_up: str | None, number: int) -> Turn:
    found = next((f for f in rubric.follow_ups if f.id == follow_up), None)
    ask = Ask(id=rubric.id, text=rubric.question)
    if found is not None:
        ask = Ask(id=found.id, text=found.ask, style=found.style, targets=found.targets)
    return Turn(number=number, ask=ask, asked_at=0.0)


def expected(dialogue: dict[str, Any]) -> dict[str, Verdict]:
    """The last word on each point that any turn speaks of."""
    return {
        name: Verdict(verdict)
        for turn in dialogue["turns"]
        for name, verdict in turn["points"].items()
    }


def test_most_points_stand_as_a_person_would_have_them(
    pooled: Mapping[str, tuple[dict[str, Any], Standing]],
) -> None:
    right = total = 0
    for dialogue, found in pooled.values():
        wanted = expected(dialogue)
        for point in found.points:
            total += 1
            reached = wanted.get(point.id, Verdict.MISSING) in REACHED
            right += (point.verdict in REACHED) == reached
    assert right / total >= 0.75


def test_short_replies_are_understood(
    pooled: Mapping[str, tuple[dict[str, Any], Standing]],
) -> None:
    verdicts = {point.id: point.verdict for point in pooled["short-replies"][1].points}
    replies = pooled["short-replies"][0]["turns"][1:]
    wanted = {name for turn in replies for name in turn["points"]}
    assert sum(verdicts[name] in REACHED for name in wanted) >= len(wanted) - 1


def test_saying_nothing_new_earns_nothing(
    pooled: Mapping[str, tuple[dict[str, Any], Standing]],
) -> None:
    _, found = pooled["nothing-new"]
    later = [point.id for point in found.points if (point.reached or 0) > 1]
    assert [name for name in later if name != "nosql-families"] == []
    assert not any(mistake.made for mistake in found.mistakes)


def test_a_mistake_taken_back_no_longer_stands(
    pooled: Mapping[str, tuple[dict[str, Any], Standing]],
) -> None:
    _, found = pooled["corrected-mistake"]
    salted = next(m for m in found.mistakes if m.id == "salt-makes-sha-enough")
    assert (salted.made, salted.corrected, salted.stands) == (1, 2, False)


def test_bait_that_is_refused_is_no_mistake(
    pooled: Mapping[str, tuple[dict[str, Any], Standing]],
) -> None:
    assert not any(mistake.made for mistake in pooled["refused-bait"][1].mistakes)
