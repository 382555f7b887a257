from __future__ import annotations

from pathlib import Path

import pytest

from grader.bank import (
    INTERVIEWS,
    Bank,
    InterviewInvalid,
    InterviewPolicy,
    QuestionOrder,
    load_interview,
    load_interviews,
)
from grader.interviewing import (
    InterviewFilter,
    InterviewPlan,
    NothingToAsk,
    plan_from_filter,
    plan_from_script,
)
from grader.types import FollowUpStyle, Level

SCRIPT = """\
id: talk
version: 1.0.0
title: A talk
level: mid
minutes: 20
setup: None.
opening: {minutes: 2, say: Welcome.}
questions:
  - {rubric: node-event-loop, minutes: 8, max_follow_ups: 1}
  - {rubric: sql-and-nosql, minutes: 7}
closing: {minutes: 3, say: Thank you.}
"""


def test_a_script_becomes_a_plan(real_bank: Bank, checkout: Path) -> None:
    for script in load_interviews(checkout / "rubrics" / INTERVIEWS, real_bank):
        plan = plan_from_script(script, real_bank)
        assert [q.rubric.id for q in plan.questions] == [q.rubric for q in script.questions]
        assert plan.minutes + script.opening.minutes + script.closing.minutes == script.minutes
        assert InterviewPlan.model_validate_json(plan.model_dump_json()) == plan


def written(tmp_path: Path, policy: str) -> Path:
    path = tmp_path / "talk.yaml"
    path.write_text(SCRIPT + policy, encoding="utf-8")
    return path


def test_a_script_says_how_to_go_on(real_bank: Bank, tmp_path: Path) -> None:
    policy = "policy: {order: adaptive, help: [probe, hint, prompt], raise_level_at: 80}\n"
    plan = plan_from_script(load_interview(written(tmp_path, policy), real_bank), real_bank)
    assert plan.policy.order is QuestionOrder.ADAPTIVE
    assert FollowUpStyle.PROBE in plan.policy.help
    assert [q.max_follow_ups for q in plan.questions] == [1, 2]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("policy:\n  order: random\n", "13: policy.order: must be 'scripted' or 'adaptive'"),
        ("policy:\n  help: [nudge]\n", "13: policy.help[0]: must be 'pump', 'hint'"),
        ("policy:\n  raise_level_at: 101\n", "13: policy.raise_level_at: must be at most 100"),
        (
            "policy:\n  raise_level_at: 50\n  lower_level_at: 60\n",
            "14: policy.lower_level_at: must be below raise_level_at, which is 50",
        ),
        ("policy:\n  oder: adaptive\n", "13: policy.oder: unknown field; did you mean 'order'?"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_line(
    policy: str, said: str, real_bank: Bank, tmp_path: Path
) -> None:
    with pytest.raises(InterviewInvalid) as caught:
        load_interview(written(tmp_path, policy), real_bank)
    assert f"talk.yaml:{said}" in str(caught.value)


def fixed(bank: Bank, seed: int, **wanted: object) -> list[str]:
    policy = InterviewPolicy(order=QuestionOrder.SCRIPTED)
    plan = plan_from_filter(InterviewFilter(**wanted), bank, policy=policy, seed=seed)
    return [question.rubric.id for question in plan.questions]


def test_a_filter_and_a_seed_settle_the_questions(real_bank: Bank) -> None:
    first = fixed(real_bank, 1, minutes=60)
    assert first == fixed(real_bank, 1, minutes=60)
    assert first != fixed(real_bank, 2, minutes=60)


def test_questions_are_spread_over_topics_within_the_time(real_bank: Bank) -> None:
    for seed in range(5):
        policy = InterviewPolicy(order=QuestionOrder.SCRIPTED)
        wanted = InterviewFilter(minutes=60)
        plan = plan_from_filter(wanted, real_bank, policy=policy, seed=seed)
        topics = [question.topic for question in plan.questions]
        assert len(set(topics)) == len(topics)
        assert sum(question.minutes for question in plan.questions) <= 60


def test_only_what_was_asked_for(real_bank: Bank) -> None:
    wanted = InterviewFilter(topics=("caching",), levels=(Level.MID, Level.SENIOR))
    plan = plan_from_filter(wanted, real_bank)
    assert plan.level is Level.MID
    for question in plan.questions:
        assert "caching" in real_bank.get(question.rubric.id).topics
        assert question.level in wanted.levels


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (InterviewFilter(topics=("cooking",)), "no question is on cooking; there are topics such"),
        (
            InterviewFilter(topics=("caching",), levels=(Level.INTERN,)),
            "no question on caching is for level intern; there are some for mid, senior",
        ),
        (InterviewFilter(minutes=2), "2 minutes are too few for any of these questions"),
    ],
)
def test_a_filter_that_nothing_fits_says_what_there_is(
    wanted: InterviewFilter, said: str, real_bank: Bank
) -> None:
    with pytest.raises(NothingToAsk, match=said):
        plan_from_filter(wanted, real_bank)
