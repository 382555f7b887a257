from __future__ import annotations

import pytest

from grader.bank import Bank
from grader.interviewing import gives_away

HASHING = "password-hashing"


@pytest.mark.parametrize(
    ("ask", "owner"),
    [
        ("Would a purpose-built function such as bcrypt be better?", "dedicated-function"),
        ("Isn't it that every password needs its own random salt?", "unique-salt"),
        ("Should it be slow on purpose, so that guessing gets expensive?", "slow-by-design"),
        ("A single hash can still be attacked at billions of guesses.", "salt-makes-sha-enough"),
    ],
)
def test_words_of_the_answer_give_it_away(ask: str, owner: str, real_bank: Bank) -> None:
    assert gives_away(ask, real_bank.get(HASHING), owner)


@pytest.mark.parametrize(
    ("ask", "owner"),
    [
        ("Which library call would you reach for today?", "dedicated-function"),
        ("What would somebody do who has a copy of your table?", "slow-by-design"),
        ("Two people chose the same one. What do their rows look like?", "unique-salt"),
        ("", "unique-salt"),
    ],
)
def test_asking_does_not(ask: str, owner: str, real_bank: Bank) -> None:
    assert not gives_away(ask, real_bank.get(HASHING), owner)


def test_what_the_candidate_has_said_may_be_repeated(real_bank: Bank) -> None:
    rubric, ask = real_bank.get(HASHING), "You named bcrypt and a salt; what else?"
    said = "I'd take bcrypt, it brings a salt."
    assert gives_away(ask, rubric, "unique-salt")
    assert not gives_away(ask, rubric, "unique-salt", known=[said])


def test_the_banks_own_follow_ups_pass_as_what_is_known(real_bank: Bank) -> None:
    for rubric in real_bank:
        for follow_up in rubric.follow_ups:
            for target in follow_up.targets:
                assert not gives_away(follow_up.ask, rubric, target, known=[follow_up.ask])
