from __future__ import annotations

import pytest

from grader.interviewing import InterviewReport, as_markdown, make_report
from grader.types import Verdict
from tests.grader.interviewing.factories import Played, bank_of, plan_of, rubric

pytestmark = pytest.mark.anyio
BANK = bank_of(rubric("caches"), rubric("locks", level="senior"), rubric("queues"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def reported(*answers: str) -> InterviewReport:
    play = Played(plan_of(BANK, max_follow_ups=2), BANK)
    for answer in answers:
        if answer == "/pass":
            assert play.state.turn
            turn = play.state.turn.number
            play.took(play.engine.skip(play.state, turn=turn, at=play.now))
        elif answer == "/wait":
            play.now += 600
            play.took(play.engine.tick(play.state, at=play.now))
        else:
            await play.say(answer)
    if play.state.finished is None:
        play.took(play.engine.finish(play.state, at=play.now))
    return make_report(play.engine, play.state)


ALL = "yes-alpha yes-beta yes-gamma"


async def test_scores_by_question_topic_and_level() -> None:
    report = await reported(ALL, "yes-beta", "hm", "yes-alpha", ALL)
    assert [(q.unprompted, q.prompted) for q in report.questions] == [
        (100, 100),
        (28.6, 85.7),
        (100, 100),
    ]
    assert (report.unprompted, report.prompted) == (76.2, 95.2)
    assert [(g.name, g.questions, g.unprompted) for g in report.topics] == [
        ("caches", 1, 100),
        ("locks", 1, 28.6),
        ("queues", 1, 100),
    ]
    assert [(g.name, g.questions, g.prompted) for g in report.levels] == [
        ("mid", 2, 100),
        ("senior", 1, 85.7),
    ]


async def test_strengths_gaps_and_mistakes_with_their_words() -> None:
    report = await reported("yes-beta part-gamma wrong-magic", "right-magic", "yes-alpha")
    first = report.questions[0]
    assert [(s.point, s.verdict, [q.quote for q in s.quotes]) for s in first.strengths] == [
        ("alpha", Verdict.COVERED, ["yes-alpha"]),
        ("beta", Verdict.COVERED, ["yes-beta"]),
        ("gamma", Verdict.PARTIAL, ["part-gamma"]),
    ]
    assert [(g.point, g.passage.text if g.passage else "") for g in first.gaps] == [
        ("gamma", "Read about gamma.")
    ]
    magic = first.mistakes[0]
    assert (magic.correction, magic.corrected) == ("It is not.", True)
    assert [q.quote for q in (*magic.quotes, *magic.correction_quotes)] == [
        "wrong-magic",
        "right-magic",
    ]


async def test_what_was_not_judged_withholds_what_rests_on_it_and_no_more() -> None:
    report = await reported("yes-alpha mumble-beta", "hm", "hm", ALL)
    first, second = report.questions[:2]
    assert (first.unprompted, first.prompted) == (None, None)
    assert second.prompted == 100
    assert report.prompted is None
    assert [(g.name, g.prompted) for g in report.topics] == [("caches", None), ("locks", 100)]
    assert "Question 1: It could not be judged: beta." in report.caveats[0]
    assert report.needs_review


async def test_what_was_passed_counts_and_what_had_no_time_does_not() -> None:
    report = await reported("/pass", "/wait", ALL)
    assert [(q.prompted, q.answered) for q in report.questions] == [
        (0, True),
        (None, False),
        (100, True),
    ]
    assert report.prompted == 50
    assert report.caveats == ("Question 2: The time was up before there was an answer.",)


async def test_what_to_study_begins_with_what_cost_most() -> None:
    report = await reported("yes-alpha yes-beta", "hm", "hm", "hm", "hm", "hm", ALL)
    assert [(item.topic, item.source, item.weight_missed) for item in report.study] == [
        ("locks", "locks.md", 7),
        ("caches", "caches.md", 1),
    ]


async def test_what_was_not_asked_is_named() -> None:
    report = await reported(ALL)
    assert report.not_asked == ("queues (queues)",)


async def test_a_contradiction_and_a_correction_are_for_a_person_to_see() -> None:
    report = await reported("yes-alpha wrong-magic", "not-alpha right-magic", "hm")
    assert report.questions[0].review_reasons == (
        "'alpha' was said in turn 1 and contradicted later.",
        "The mistake 'magic' was made in turn 1 and taken back later.",
    )


async def test_a_candidate_does_not_see_what_they_did_not_reach() -> None:
    report = await reported("yes-beta part-alpha wrong-magic", "hm", "hm")
    shown = report.without_key_points()
    text = shown.model_dump_json() + as_markdown(shown)
    assert "Beta smooths a burst." in text
    for hidden in ("Alpha holds the workers apart.", "Gamma keeps an order.", "Read about"):
        assert hidden in report.model_dump_json()
        assert hidden not in text
    assert [mistake.correction for mistake in shown.questions[0].mistakes] == ["It is not."]
    assert shown.prompted == report.prompted


async def test_delivery_stands_apart() -> None:
    play = Played(plan_of(BANK), BANK)
    await play.speak("yes-beta um and more", corrected="yes-beta and more")
    await play.speak("yes-alpha yes-gamma")
    spoken = make_report(play.engine, play.state)
    plain = make_report(play.engine, play.state, delivery=False)
    assert spoken.delivery is not None
    # As it was heard, not as it was corrected; no pause between the two recordings.
    assert (spoken.delivery.words, spoken.delivery.fillers.count) == (5, 1)
    assert spoken.delivery.pauses is not None
    assert spoken.delivery.pauses.count == 0
    assert spoken.model_copy(update={"delivery": None}) == plain
    assert "- 1 fillers" in as_markdown(spoken)
    assert "## Delivery" not in as_markdown(plain)


async def test_quotes_of_spoken_answers_say_when_they_were_said() -> None:
    play = Played(plan_of(BANK), BANK)
    await play.say("yes-beta")
    await play.speak("well then yes-alpha yes-gamma")
    report = make_report(play.engine, play.state)
    times = {
        each.point: (q.start_ms, q.end_ms)
        for each in report.questions[0].strengths
        for q in each.quotes
    }
    # Each in its own recording; what was typed has no times.
    assert times == {"alpha": (800, 1150), "beta": (None, None), "gamma": (1200, 1550)}


async def test_markdown_says_it_all_and_lets_nobody_write_markup() -> None:
    report = await reported("yes-beta <script>*wrong-magic*</script>", "hm", "hm")
    text = as_markdown(report)
    for said in (
        "# A talk",
        "| caches | 1 | ",
        "**Mistakes**",
        "> Read about alpha.",
        "talk 1.0.0",
    ):
        assert said in text
    assert "<script>" not in text
    again = InterviewReport.model_validate_json(report.model_dump_json())
    assert as_markdown(again) == text
