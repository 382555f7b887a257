from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grader.bank import InterviewPolicy, QuestionOrder
from grader.interviewing import InterviewPlan, PlannedQuestion
from grader.interviewing._choosing import Outcome, choose_question, target_level
from grader.types import Level, RubricRef

ADAPTIVE = InterviewPolicy(order=QuestionOrder.ADAPTIVE)


def question(name: str, topic: str, level: str = "mid", minutes: int = 8) -> PlannedQuestion:
    return PlannedQuestion(
        rubric=RubricRef(id=name, version="1.0.0", sha256="", structure_sha256=""),
        level=Level(level),
        topic=topic,
        minutes=minutes,
        max_follow_ups=2,
    )


POOL = (
    question("data-junior", "data", "junior"),
    question("data-mid", "data"),
    question("data-senior", "data", "senior"),
    question("web-mid", "web"),
    question("web-senior", "web", "senior"),
    question("design-senior", "design", "senior", minutes=14),
)


def plan(*questions: PlannedQuestion, seed: int = 0, **policy: Any) -> InterviewPlan:
    return InterviewPlan(
        title="x",
        level=Level.MID,
        minutes=60,
        questions=questions or POOL,
        policy=ADAPTIVE.model_copy(update=policy),
        seed=seed,
    )


def chosen(outcomes: Sequence[Outcome] = (), seconds: float = 3600, **changes: Any) -> str:
    choice = choose_question(plan(**changes), outcomes, seconds)
    return choice.question.rubric.id if choice else ""


def test_the_first_is_of_the_level_that_the_interview_is_for() -> None:
    assert {chosen(seed=seed) for seed in range(20)} == {"data-mid", "web-mid"}


def test_a_topic_not_asked_about_comes_before_the_level() -> None:
    done = [Outcome(POOL[1], 50.0), Outcome(POOL[3], 50.0)]
    assert chosen(done) == "design-senior"
    assert chosen(done, seconds=500) in {"data-junior", "data-senior", "web-senior"}


@pytest.mark.parametrize(
    ("score", "then"), [(75.0, "data-senior"), (40.0, "data-junior"), (None, "data-mid")]
)
def test_success_raises_the_level_and_failure_lowers_it(score: float | None, then: str) -> None:
    pool = (*POOL[:3], question("first", "other"))
    choice = choose_question(plan(*pool), [Outcome(pool[3], score)], 3600)
    assert choice is not None
    assert choice.question.rubric.id == then


def test_the_level_stays_within_what_there_is() -> None:
    outcomes = [Outcome(POOL[0], 100.0)] * 5
    assert target_level(Level.MID, outcomes, ADAPTIVE)[0] is Level.STAFF
    outcomes = [Outcome(POOL[0], 0.0)] * 5
    assert target_level(Level.MID, outcomes, ADAPTIVE)[0] is Level.INTERN


def test_it_says_why() -> None:
    choice = choose_question(plan(), [Outcome(POOL[3], 80.0)], 600)
    assert choice is not None
    assert choice.why == (
        "nothing on data was asked yet; the level is up to senior after 80 of 100; "
        "this one is for level senior"
    )


def test_nothing_is_begun_that_the_time_does_not_allow() -> None:
    assert chosen(seconds=239) == ""
    assert chosen(seconds=240) in {"data-mid", "web-mid"}


def test_a_script_is_kept_to_but_for_what_does_not_fit() -> None:
    scripted: dict[str, Any] = {"order": QuestionOrder.SCRIPTED}
    assert chosen(**scripted) == "data-junior"
    long_first = plan(POOL[5], POOL[1], **scripted)
    choice = choose_question(long_first, [], 300)
    assert choice is not None
    assert choice.question.rubric.id == "data-mid"
    assert choice.why == "1 before it need more time"


def test_no_question_is_asked_twice() -> None:
    outcomes: list[Outcome] = []
    while choice := choose_question(plan(), outcomes, 3600):
        outcomes.append(Outcome(choice.question, 60.0))
    names = [outcome.question.rubric.id for outcome in outcomes]
    assert sorted(names) == sorted(each.rubric.id for each in POOL)
