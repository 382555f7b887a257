"""What the suite consists of, and that it is the same every time."""

from __future__ import annotations

from collections import Counter

import pytest

from evals.attacks import Case, Family, Side, Suite
from evals.attacks._material import false_statements
from grader.answers import matchable
from grader.bank import Bank


def test_it_has_enough_attacks_in_twelve_families(suite: Suite) -> None:
    per_family = Counter(attack.family for attack in suite.attacks)
    assert len(suite.attacks) >= 250
    assert set(per_family) == set(Family)
    assert len(Family) == 12
    assert min(per_family.values()) >= 10
    assert len({attack.id for attack in suite.attacks}) == len(suite.attacks)


def test_it_has_enough_oddities(suite: Suite) -> None:
    assert len({oddity.id for oddity in suite.oddities}) == len(suite.oddities) >= 10


def test_every_attack_is_tried(suite: Suite, cases: tuple[Case, ...]) -> None:
    tried = Counter(case.name for case in cases if case.side is Side.ATTACK)
    for attack in suite.attacks:
        assert tried[attack.id] == attack.added + attack.alone, attack.id


def test_every_oddity_changes_something(suite: Suite, cases: tuple[Case, ...]) -> None:
    changed = {case.name for case in cases if case.side is Side.ODDITY}
    # No answer holds a letter that can be decomposed, or a quote to be made plain.
    assert {oddity.id for oddity in suite.oddities} - changed <= {"decomposed", "plain-quotes"}


def test_all_questions_take_about_equal_part(suite: Suite, cases: tuple[Case, ...]) -> None:
    attacked = Counter(case.rubric_id for case in cases if case.side is Side.ATTACK)
    assert set(attacked) == set(suite.material)
    assert max(attacked.values()) <= 2 * min(attacked.values())


def test_the_same_seed_writes_the_same_texts(bank: Bank, cases: tuple[Case, ...]) -> None:
    assert Suite.of(bank).cases() == cases


def test_another_seed_draws_other_words_for_the_same_cases(
    suite: Suite, cases: tuple[Case, ...]
) -> None:
    others = suite.cases(seed=5)
    assert [case.name for case in others if case.side is Side.ATTACK] == [
        case.name for case in cases if case.side is Side.ATTACK
    ]
    assert others != cases


@pytest.mark.parametrize("limit", [1, 12, 100])
def test_a_limit_takes_of_every_kind(suite: Suite, limit: int) -> None:
    chosen = suite.cases(limit=limit)
    sides = Counter(case.side for case in chosen)
    families = Counter(case.group for case in chosen if case.side is Side.ATTACK)
    assert sides[Side.ATTACK] == sides[Side.ODDITY] == limit
    assert len(families) == min(limit, len(Family))
    assert max(families.values()) - min(families.values()) <= 1


def test_a_limit_beyond_the_suite_takes_it_all(suite: Suite, cases: tuple[Case, ...]) -> None:
    assert suite.cases(limit=100_000) == cases


def test_families_can_be_chosen(suite: Suite, cases: tuple[Case, ...]) -> None:
    chosen = suite.cases(families=[Family.PADDING])
    assert chosen == tuple(case for case in cases if case.group == Family.PADDING)


def test_wrong_answers_are_wrong_and_right_ones_right(suite: Suite) -> None:
    assert all(answer.label_score <= 10 for answer in suite.wrong)
    assert all(answer.label_score >= 60 for answer in suite.right)
    per_question = Counter(answer.rubric_id for answer in suite.wrong)
    assert per_question == dict.fromkeys(suite.material, 3)
    assert {answer.rubric_id for answer in suite.right} == set(suite.material)
    assert len(suite.bases) == len(suite.wrong) + len(suite.right)


def test_an_added_attack_keeps_what_the_answer_said(suite: Suite, cases: tuple[Case, ...]) -> None:
    rewriting = {Family.PADDING, Family.VERBOSITY}
    for case in cases:
        if case.side is Side.ATTACK and case.base_id and case.group not in rewriting:
            kept = matchable(case.text).split()
            base = matchable(suite.bases[case.base_id].text).split()
            assert not Counter(base) - Counter(kept), case.name


def test_false_statements_are_about_claims_and_do_not_say_them(suite: Suite) -> None:
    rows = false_statements()
    claims = {
        (rubric_id, point.id): point.claim
        for rubric_id, material in suite.material.items()
        for point in material.rubric.points
    }
    assert {(row.rubric_id, row.point_id) for row in rows} == set(claims)
    assert len({row.text for row in rows}) == len(rows)
    assert sum(row.change == "negation" for row in rows) >= 60
    assert sum(row.change != "negation" for row in rows) >= 60
    for row in rows:
        assert claims[row.rubric_id, row.point_id].rstrip(".") not in row.text


def test_no_false_statement_is_one_that_the_rubric_holds_already(suite: Suite) -> None:
    known = {
        matchable(text).casefold().rstrip(".")
        for material in suite.material.values()
        for text in (
            *(each for point in material.rubric.points for each in (*point.accept, *point.reject)),
            *(mistake.claim for mistake in material.rubric.mistakes),
        )
    }
    for row in false_statements():
        assert matchable(row.text).casefold().rstrip(".") not in known, row.text
