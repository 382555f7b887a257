from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.errors import AnswerInvalid
from grader.interviewing import (
    CloseReason,
    FinishReason,
    FollowUpAsked,
    HintGiven,
    InterviewConflict,
    InterviewEngine,
    InterviewState,
    InterviewStateInvalid,
    Phase,
    QuestionAsked,
    for_candidate,
)
from tests.grader.interviewing.factories import Played, bank_of, grade_words, plan_of, rubric

pytestmark = pytest.mark.anyio
BANK = bank_of()
ALL = "yes-alpha yes-beta yes-gamma"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def game(**changes: Any) -> Played:
    return Played(plan_of(BANK, **changes), BANK)


async def test_from_the_first_question_to_the_last() -> None:
    play = game()
    await play.say(ALL)
    await play.say("hm")
    await play.say("hm")
    await play.say("hm")
    assert play.asked == ["caches", "queues", "pump-alpha", "hint-alpha"]
    assert play.types() == [
        *["started", "question_asked", "answer_received", "graded", "question_closed"],
        *["question_asked", "answer_received", "graded", "follow_up_asked"],
        *["answer_received", "graded", "hint_given"],
        *["answer_received", "graded", "question_closed", "finished"],
    ]
    assert [q.closed for q in play.state.questions] == [CloseReason.COVERED, CloseReason.EXHAUSTED]
    assert play.state.finished is FinishReason.COMPLETE


async def test_events_are_numbered_without_gaps() -> None:
    play = game()
    await play.say("hm")
    play.took(play.engine.pause(play.state, at=play.now))
    assert [event.number for event in play.events] == list(range(1, len(play.events) + 1))
    assert play.state.events == len(play.events)


async def test_each_answer_is_graded_with_what_was_said_before() -> None:
    play = game()
    await play.say("part-alpha")
    await play.say("the rest")
    assert play.grader.graded == [("caches", "part-alpha"), ("caches", "part-alpha\n\nthe rest")]
    assert play.grader.asked == [(), ("pump-alpha",)]


async def test_corrections_are_judged_where_a_mistake_stands_and_nowhere_else() -> None:
    play = game(max_follow_ups=4)
    await play.say("wrong-magic")
    await play.say("right-magic")
    await play.say("hm")
    asked = [name for name, _ in play.grader.graded]
    assert asked == ["caches", "caches", "corrections", "caches"]
    assert play.grader.graded[2][1] == "right-magic", "the words that made it are not read again"


async def test_without_a_correction_nothing_is_asked_about_one() -> None:
    play = game()
    await play.say("wrong-free")
    await play.say("hm")
    assert [name for name, _ in play.grader.graded] == ["caches", "caches"]


async def test_only_the_time_to_answer_counts() -> None:
    play = game()
    play.now += 30
    received = play.engine.receive(play.state, "hm", turn=1, at=play.now)
    play.now += 500  # a slow judge
    play.took(await play.interviewer.settle(received.state))
    play.now += 5
    play.took(play.engine.pause(play.state, at=play.now))
    play.now += 9000
    play.took(play.engine.resume(play.state, at=play.now))
    play.now += 1
    play.took(play.engine.tick(play.state, at=play.now))
    assert play.state.elapsed == 36


async def test_a_clock_that_goes_back_takes_no_time_away() -> None:
    play = game()
    play.took(play.engine.tick(play.state, at=play.now + 20))
    play.took(play.engine.tick(play.state, at=play.now - 500))
    assert play.state.elapsed == 20


async def test_a_late_answer_counts_and_ends_the_question() -> None:
    play = game()
    await play.say("yes-alpha", seconds=601)
    first = play.state.questions[0]
    assert first.closed is CloseReason.OUT_OF_TIME
    assert play.engine.standing(play.state, first).prompted.value == pytest.approx(57.1)


async def test_time_that_runs_down_closes_the_question_and_then_the_interview() -> None:
    play = game()
    play.took(play.engine.tick(play.state, at=play.now + 599))
    assert play.state.current is not None
    play.took(play.engine.tick(play.state, at=play.now + 600))
    assert [q.closed for q in play.state.questions] == [CloseReason.OUT_OF_TIME, None]
    play.took(play.engine.tick(play.state, at=play.now + 1200))
    assert play.state.phase is Phase.FINISHED


async def test_a_question_is_not_begun_with_too_little_time() -> None:
    play = game()
    play.took(play.engine.tick(play.state, at=play.now + 550))
    await play.say("hm", seconds=940)
    assert play.state.finished is FinishReason.OUT_OF_TIME
    assert len(play.state.questions) == 1


async def test_passing_without_a_word_scores_nothing() -> None:
    play = game()
    play.took(play.engine.skip(play.state, turn=1, at=play.now))
    first = play.state.questions[0]
    assert first.closed is CloseReason.PASSED
    assert play.engine.standing(play.state, first).prompted.value == 0


async def test_passing_a_follow_up_keeps_what_was_said() -> None:
    play = game()
    await play.say("yes-alpha")
    play.took(play.engine.skip(play.state, turn=2, at=play.now))
    first = play.state.questions[0]
    assert play.engine.standing(play.state, first).prompted.value == pytest.approx(57.1)


async def test_no_answer_before_the_time_was_up_is_no_score() -> None:
    play = game()
    play.took(play.engine.tick(play.state, at=play.now + 600))
    assert play.engine.standing(play.state, play.state.questions[0]).prompted.value is None


async def test_a_judge_that_fails_ends_the_question_without_a_score() -> None:
    play = game()
    everything = ["alpha", "beta", "gamma", "magic", "free"]
    await play.say(" ".join(f"mumble-{name}" for name in everything))
    first = play.state.questions[0]
    assert first.closed is CloseReason.NOT_JUDGED
    assert play.engine.standing(play.state, first).prompted.value is None
    assert play.state.finished is None


async def test_two_tabs_cannot_answer_the_same_turn() -> None:
    play = game()
    before = play.state
    await play.say("hm")
    with pytest.raises(
        InterviewConflict, match="turn 1 is answered already; the interview is at turn 2"
    ):
        play.engine.receive(play.state, "me too", turn=1, at=play.now)
    waiting = play.engine.receive(before, "hm", turn=1, at=play.now).state
    with pytest.raises(InterviewConflict, match="being graded"):
        play.engine.receive(waiting, "me too", turn=1, at=play.now)


async def test_what_does_not_fit_the_moment_is_refused() -> None:
    play = game()
    engine, now = play.engine, play.now
    waiting = engine.receive(play.state, "hm", turn=1, at=now).state
    paused = engine.pause(play.state, at=now).state
    over = engine.finish(play.state, at=now).state
    refused: list[Callable[[], object]] = [
        lambda: engine.finish(waiting, at=now),
        lambda: engine.advance(waiting, at=now),
        lambda: engine.receive(paused, "hm", turn=1, at=now),
        lambda: engine.pause(paused, at=now),
        lambda: engine.resume(play.state, at=now),
        lambda: engine.pause(over, at=now),
        lambda: engine.finish(over, at=now),
        lambda: engine.skip(over, turn=1, at=now),
        lambda: engine.judged(waiting, grade_words("hm", rubric("others"))),
        lambda: engine.task(play.state),
    ]
    for attempt in refused:
        with pytest.raises(InterviewConflict):
            attempt()


async def test_an_answer_that_cannot_be_graded_leaves_the_turn_open() -> None:
    play = game()
    engine = InterviewEngine(BANK, max_answer_characters=20)
    with pytest.raises(AnswerInvalid, match="empty"):
        engine.receive(play.state, "  ", turn=1, at=play.now)
    await play.say("fourteen chars")
    with pytest.raises(AnswerInvalid, match="26 characters together; the limit is 20"):
        engine.receive(play.state, "ten of it.", turn=2, at=play.now)


async def test_a_stored_interview_goes_on_before_its_grade() -> None:
    play = game()
    stored = play.engine.receive(play.state, "yes-alpha", turn=1, at=play.now).state
    again = InterviewState.from_json(stored.model_dump_json())
    step = await play.interviewer.settle(again)
    assert step.state.turn is not None
    assert step.state.turn.number == 2


async def test_a_grade_may_come_while_paused_and_nothing_more_is_asked() -> None:
    play = game()
    waiting = play.engine.receive(play.state, "hm", turn=1, at=play.now).state
    paused = play.engine.pause(waiting, at=play.now).state
    settled = (await play.interviewer.settle(paused)).state
    assert (settled.phase, settled.paused) == (Phase.CHOOSING, True)
    resumed = play.engine.resume(settled, at=play.now).state
    assert (await play.interviewer.settle(resumed)).state.phase is Phase.ANSWERING


async def test_a_rubric_changed_behind_the_interview_is_noticed() -> None:
    play = game()
    changed = bank_of(rubric("caches", level="senior", question="Another?"), rubric("queues"))
    with pytest.raises(InterviewStateInvalid, match=r"'caches' 1\.0\.0 has been changed"):
        InterviewEngine(changed).standing(play.state, play.state.questions[0])
    with pytest.raises(InterviewStateInvalid, match="there is no rubric 'caches'"):
        InterviewEngine(bank_of(rubric("queues"))).skip(play.state, turn=1, at=play.now)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2}', "\x00"])
def test_what_is_no_saved_interview_is_refused(text: str) -> None:
    with pytest.raises(InterviewStateInvalid, match="not a saved interview of format 1"):
        InterviewState.from_json(text)


async def test_a_candidate_sees_neither_scores_nor_aims() -> None:
    play = game(max_follow_ups=2)
    await play.say("hm")
    await play.say("hm")
    shown = [for_candidate(event) for event in play.events]
    assert [event.type for event in shown if event] == [
        *["started", "question_asked", "answer_received", "follow_up_asked"],
        *["answer_received", "hint_given"],
    ]
    for event in shown:
        if isinstance(event, FollowUpAsked | HintGiven):
            assert (event.gap, event.targets, event.why) == (None, (), "")
        if isinstance(event, QuestionAsked):
            assert event.why == ""


async def test_when_all_is_covered_it_can_go_deeper_without_helping() -> None:
    play = game(stop_when_covered=False)
    await play.say(ALL)
    assert play.asked[-1] == "pump-alpha"
    await play.say("hm")
    assert play.asked[-1] == "probe-beta"
    await play.say("hm")
    assert play.state.questions[0].closed is CloseReason.COVERED


async def test_what_was_judged_is_kept_in_a_pause_and_nothing_is_asked() -> None:
    play = game()
    received = play.engine.receive(play.state, "hm", turn=1, at=play.now).state
    judged = await play.interviewer.judge(received)
    paused = play.engine.pause(received, at=play.now).state
    step = play.interviewer.conclude(paused, judged)
    assert [event.type for event in step.events] == ["graded"]
    resumed = play.engine.resume(step.state, at=play.now).state
    later = await play.interviewer.settle(resumed)
    assert [event.type for event in later.events] == ["follow_up_asked"]


async def test_what_is_judged_twice_counts_once() -> None:
    play = game()
    received = play.engine.receive(play.state, "hm", turn=1, at=play.now).state
    judged = await play.interviewer.judge(received)
    once = play.interviewer.conclude(received, judged).state
    assert play.interviewer.conclude(once, judged).events == ()


async def test_time_in_which_nobody_was_there_is_not_counted() -> None:
    play = game()
    play.took(play.engine.tick(play.state.unwatched(500), at=play.now + 520))
    assert play.state.elapsed == 20
