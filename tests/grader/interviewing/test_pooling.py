from __future__ import annotations

import asyncio
from typing import Any

import pytest

from grader.interviewing._standing import Standing, standing
from grader.types import Grade, Verdict
from tests.grader.interviewing.factories import Played, bank_of, plan_of, rubric, styles

BANK = bank_of(rubric())


def played(*answers: str, **policy: Any) -> Standing:
    """What the first question comes to after some answers; by default it pumps, hints, prompts."""
    game = Played(plan_of(BANK, **{"max_follow_ups": 5, **policy}), BANK)

    async def play() -> None:
        for answer in answers:
            await game.say(answer)

    asyncio.run(play())
    return game.engine.standing(game.state, game.state.questions[0])


def of(found: Standing, name: str = "alpha") -> tuple[str, str]:
    point = next(point for point in found.points if point.id == name)
    return str(point.verdict), str(point.unprompted)


@pytest.mark.parametrize(
    ("answers", "verdict", "unprompted"),
    [
        (["yes-alpha"], "covered", "covered"),
        (["part-alpha", "yes-alpha"], "covered", "covered"),  # a pump does not help
        (["well", "hm", "yes-alpha"], "covered", "missing"),  # after a hint
        (["part-alpha", "hm", "yes-alpha"], "covered", "partial"),
        (["yes-alpha", "hm", "hm"], "covered", "covered"),
        (["yes-alpha", "not-alpha"], "contradicted", "contradicted"),
        (["yes-alpha", "not-alpha", "yes-alpha"], "covered", "covered"),
        (["not-alpha", "part-alpha"], "partial", "partial"),
        (["part-alpha", "hm", "not-alpha"], "contradicted", "contradicted"),
    ],
)
def test_the_best_verdict_counts_until_it_is_contradicted(
    answers: list[str], verdict: str, unprompted: str
) -> None:
    assert of(played(*answers)) == (verdict, unprompted)


def reread(first: Verdict, then: Verdict) -> tuple[str, str]:
    """What two turns come to, where the second grade thinks otherwise of the first turn's words."""
    game = Played(plan_of(BANK), BANK)
    asyncio.run(game.say("yes-alpha"))
    asyncio.run(game.say("hm"))
    question = game.state.questions[0]
    turns = tuple(
        turn.model_copy(update={"grade": with_verdict(turn.grade, verdict)})
        for turn, verdict in zip(question.turns, (first, then), strict=False)
    )
    return of(standing(rubric(), question.model_copy(update={"turns": turns}), ()))


def with_verdict(grade: Grade | None, verdict: Verdict) -> Grade:
    assert grade is not None
    alpha, *others = grade.points
    changed = alpha.model_copy(update={"verdict": verdict, "confidence": 1.0})
    return grade.model_copy(update={"points": (changed, *others)})


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (Verdict.COVERED, Verdict.CONTRADICTED, "covered"),
        (Verdict.COVERED, Verdict.MISSING, "covered"),
        (Verdict.CONTRADICTED, Verdict.COVERED, "covered"),
        (Verdict.MISSING, Verdict.COVERED, "covered"),
    ],
)
def test_a_second_thought_on_the_same_words_never_lowers(
    first: Verdict, then: Verdict, kept: str
) -> None:
    assert reread(first, then)[0] == kept


def test_words_before_a_contradiction_do_not_undo_it() -> None:
    game = Played(plan_of(BANK, max_follow_ups=5), BANK)
    for answer in ("yes-alpha", "not-alpha", "hm"):
        asyncio.run(game.say(answer))
    question = game.state.questions[0]
    before, contradicting, last = question.turns[:3]
    again = last.model_copy(update={"grade": before.grade})  # which quotes the first turn
    turns = (before, contradicting, again)
    found = standing(rubric(), question.model_copy(update={"turns": turns}), ())
    assert of(found)[0] == "contradicted"


def test_help_is_counted_for_what_it_is_about_only() -> None:
    found = played("hm", "hm", "yes-alpha yes-beta")  # the hint is about alpha
    assert of(found, "alpha") == ("covered", "missing")
    assert of(found, "beta") == ("covered", "covered")


def test_which_styles_help_is_for_the_policy_to_say() -> None:
    found = played("hm", "yes-alpha", help=styles("pump", "hint", "prompt"))
    assert of(found) == ("covered", "missing")


def test_unprompted_is_never_the_better_score() -> None:
    found = played("yes-beta", "hm", "yes-alpha")
    assert found.unprompted.value == pytest.approx(28.6)
    assert found.prompted.value == pytest.approx(85.7)


def test_what_cannot_be_judged_is_not_missing() -> None:
    found = played("yes-beta mumble-alpha")
    assert of(found) == ("ungraded", "ungraded")
    assert (found.unprompted.value, found.prompted.value) == (None, None)
    assert found.ungraded == ("alpha",)


def test_a_later_grade_reads_again_what_an_earlier_one_could_not() -> None:
    assert of(played("mumble-alpha", "yes-alpha")) == ("covered", "covered")
    assert of(played("yes-alpha", "mumble-alpha")) == ("covered", "covered")
    assert of(played("part-alpha", "mumble-alpha")) == ("ungraded", "ungraded")


def test_evidence_names_the_turn_and_quotes_its_answer() -> None:
    found = played("Well, yes-alpha.", "And then yes-beta.")
    spans = {point.id: point.evidence for point in found.points}
    assert [(s.turn, s.start, s.end, s.quote) for s in spans["alpha"]] == [(1, 6, 15, "yes-alpha")]
    assert [(s.turn, s.start, s.end, s.quote) for s in spans["beta"]] == [(2, 9, 17, "yes-beta")]


def test_a_mistake_stands_until_it_is_taken_back() -> None:
    made = played("yes-alpha wrong-magic")
    silent = played("yes-alpha wrong-magic", "hm")
    back = played("yes-alpha wrong-magic", "right-magic")
    assert [m.stands for m in made.mistakes] == [True, False]
    assert silent.mistakes[0].stands is True, "silence takes nothing back"
    magic = back.mistakes[0]
    assert (magic.made, magic.corrected, magic.stands) == (1, 2, False)
    assert [span.quote for span in magic.correction_evidence] == ["right-magic"]


def test_a_mistake_taken_back_with_help_counts_unprompted() -> None:
    # The rubric asks a probe first, then gives a hint.
    back = played("wrong-magic yes-alpha", "hm", "right-magic")
    magic = back.mistakes[0]
    assert (magic.corrected, magic.with_help) == (3, True)
    assert (magic.stands, magic.stands_unprompted) == (False, True)


def test_words_that_make_a_mistake_and_put_it_right_do_not_settle_it() -> None:
    both = played("wrong-magic", "right-magic but wrong-magic")
    assert both.mistakes[0].stands is True


def test_a_mistake_made_again_stands_again() -> None:
    again = played("wrong-magic", "right-magic", "wrong-magic")
    assert (again.mistakes[0].made, again.mistakes[0].corrected) == (3, None)


def test_a_mistake_that_could_not_be_judged_withholds_the_score() -> None:
    found = played("yes-alpha mumble-magic")
    assert found.mistakes[0].stands is None
    assert found.prompted.value is None
