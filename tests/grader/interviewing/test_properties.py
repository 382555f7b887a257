from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.bank import QuestionOrder
from grader.interviewing import EVENT, CloseReason, InterviewState, Phase, make_report
from grader.scoring import CREDIT
from grader.types import Verdict
from tests.grader.interviewing.factories import Played, bank_of, plan_of, rubric

BANK = bank_of(rubric("queues"), rubric("caches", level="senior"), rubric("locks", level="junior"))
_WORDS = st.sampled_from(
    [f"{verb}-{name}" for verb in ("yes", "part", "not") for name in ("alpha", "beta", "gamma")]
    + ["mumble-alpha", "mumble-magic", "wrong-magic", "right-magic", "wrong-free", "well"]
)
_ANSWERS = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
_MOVES = st.one_of(
    st.tuples(st.just("say"), _ANSWERS),
    st.tuples(st.sampled_from(["pass", "pause", "tick"]), st.just("")),
)
MOVES = st.lists(st.tuples(_MOVES, st.floats(0, 400)), max_size=15)
POLICIES = st.fixed_dictionaries(
    {
        "max_follow_ups": st.integers(0, 4),
        "hint_escalation": st.booleans(),
        "stop_when_covered": st.booleans(),
        "order": st.sampled_from(list(QuestionOrder)),
    }
)
Moves = Sequence[tuple[tuple[str, str], float]]


def played(moves: Moves, policy: dict[str, Any]) -> Played:
    game = Played(plan_of(BANK, **policy), BANK)

    async def play() -> None:
        for (move, answer), seconds in moves:
            if game.state.phase is Phase.FINISHED:
                return
            turn = game.state.turn
            assert turn is not None
            if move == "say":
                await game.say(answer, seconds=seconds)
                continue
            game.now += seconds
            if move == "pass":
                game.took(game.engine.skip(game.state, turn=turn.number, at=game.now))
            elif move == "tick":
                game.took(game.engine.tick(game.state, at=game.now))
            else:
                game.took(game.engine.pause(game.state, at=game.now))
                game.took(game.engine.resume(game.state, at=game.now + 100))
                game.now += 100

    asyncio.run(play())
    return game


@given(MOVES, POLICIES)
def test_every_state_and_event_survives_json(moves: Moves, policy: dict[str, Any]) -> None:
    game = played(moves, policy)
    for state in game.states:
        assert InterviewState.from_json(state.model_dump_json()) == state
    for event in game.events:
        assert EVENT.validate_json(event.model_dump_json()) == event


@given(MOVES, POLICIES)
def test_the_same_answers_bring_the_same_events(moves: Moves, policy: dict[str, Any]) -> None:
    assert played(moves, policy).events == played(moves, policy).events


@given(MOVES, POLICIES)
def test_follow_ups_are_bounded_and_never_repeated(moves: Moves, policy: dict[str, Any]) -> None:
    for question in played(moves, policy).state.questions:
        ids = [ask.id for ask in question.asks]
        assert len(ids) == len(set(ids)) <= question.planned.max_follow_ups


@given(MOVES, POLICIES)
def test_coverage_falls_only_by_contradiction(moves: Moves, policy: dict[str, Any]) -> None:
    game = played(moves, policy)
    best: dict[tuple[int, str], float] = {}
    for state in game.states:
        for number, question in enumerate(state.questions):
            for point in game.engine.standing(state, question).points:
                if point.verdict is Verdict.UNGRADED:
                    continue
                earned = CREDIT[point.verdict]
                if point.verdict is not Verdict.CONTRADICTED and point.unsaid is None:
                    said = "".join(turn.answer or "" for turn in question.turns)
                    if f"not-{point.id}" not in said:
                        assert earned >= best.get((number, point.id), 0.0)
                best[number, point.id] = earned


@given(MOVES, POLICIES)
def test_help_never_lowers_a_score_and_lack_of_judgement_withholds_it(
    moves: Moves, policy: dict[str, Any]
) -> None:
    game = played(moves, policy)
    for question in game.state.questions:
        found = game.engine.standing(game.state, question)
        assert (found.prompted.value is None) == (found.unprompted.value is None)
        if found.ungraded or not found.is_graded:
            assert found.prompted.value is None
        if found.prompted.value is not None and found.unprompted.value is not None:
            assert found.unprompted.value <= found.prompted.value


@given(MOVES, POLICIES)
def test_evidence_is_verbatim_in_the_turn_it_names(moves: Moves, policy: dict[str, Any]) -> None:
    game = played(moves, policy)
    answers = {t.number: t.answer for q in game.state.questions for t in q.turns}
    for question in game.state.questions:
        found = game.engine.standing(game.state, question)
        spans = [s for p in found.points for s in p.evidence]
        spans += [s for m in found.mistakes for s in (*m.evidence, *m.correction_evidence)]
        for span in spans:
            assert (answers[span.turn] or "")[span.start : span.end] == span.quote


@given(MOVES, POLICIES)
def test_a_report_can_be_made_at_any_time(moves: Moves, policy: dict[str, Any]) -> None:
    game = played(moves, policy)
    report = make_report(game.engine, game.state)
    assert len(report.questions) == len(game.state.questions)
    for question in report.questions:
        if question.reason is CloseReason.NOT_JUDGED:
            assert report.prompted is None
