from __future__ import annotations

from typing import Any

import pytest

from grader.interviewing import FollowUpAsked, HintGiven
from tests.grader.interviewing.factories import Played, bank_of, plan_of, rubric

pytestmark = pytest.mark.anyio
BANK = bank_of(rubric())


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def asked(*answers: str, **policy: Any) -> list[str]:
    """The follow-ups that some answers bring about."""
    play = Played(plan_of(BANK, **policy), BANK)
    for answer in answers:
        await play.say(answer)
    return play.asked[1:]


async def test_the_heaviest_gap_is_pumped_then_hinted_at_then_prompted_for() -> None:
    got = await asked("hm", "hm", "hm", max_follow_ups=3)
    assert got == ["pump-alpha", "hint-alpha", "prompt-alpha"]


async def test_once_a_gap_is_closed_or_has_no_more_follow_ups_the_next_one_is_asked_about() -> None:
    assert await asked("yes-alpha", max_follow_ups=3) == ["probe-beta"]
    got = await asked("hm", "hm", "hm", "hm", max_follow_ups=5)
    assert got[3:] == ["probe-beta"]


async def test_a_mistake_outranks_a_lighter_point() -> None:
    assert await asked("part-alpha wrong-magic") == ["probe-magic"]


async def test_no_less_help_after_more() -> None:
    document = [
        {"id": "hint-both", "ask": "Think?", "targets": ["alpha", "beta"], "style": "hint"},
        {"id": "pump-beta", "ask": "More?", "targets": ["beta"], "style": "pump"},
    ]
    bank = bank_of(rubric(follow_ups=document))
    play = Played(plan_of(bank, max_follow_ups=3), bank)
    await play.say("hm")
    await play.say("hm")
    assert play.asked[1:] == ["hint-both"], "a pump for beta would help less than the hint did"


async def test_without_escalation_nothing_helps_more_than_the_one_before() -> None:
    got = await asked("hm", "hm", "hm", hint_escalation=False, max_follow_ups=5)
    assert got == ["pump-alpha", "probe-beta"]


async def test_no_more_than_the_policy_allows() -> None:
    assert await asked("hm", max_follow_ups=0) == []
    assert await asked("hm", "hm", max_follow_ups=1) == ["pump-alpha"]


async def test_what_is_not_judged_is_not_asked_about() -> None:
    assert await asked("mumble-alpha yes-beta") == ["probe-beta"]  # for gamma


async def test_an_event_says_why() -> None:
    play = Played(plan_of(BANK, max_follow_ups=2), BANK)
    await play.say("hm")
    await play.say("hm")
    pump, hint = (e for e in play.events if isinstance(e, FollowUpAsked | HintGiven))
    assert isinstance(pump, FollowUpAsked)
    assert pump.why == "'alpha' is not covered, which costs 4 of the weight; a pump to begin with"
    assert isinstance(hint, HintGiven)
    assert hint.why.endswith("; a hint after a pump")
    assert (hint.gap, hint.targets) == ("alpha", ("alpha",))
