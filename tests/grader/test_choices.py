from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import Bank, load_bank, parse_rubric
from grader.choices import with_choice
from grader.errors import JudgeUnavailable
from grader.grading import Grader
from grader.judges import JudgeIdentity, JudgeTask
from grader.types import (
    Evidence,
    Grade,
    Judgement,
    MistakeFinding,
    PointFinding,
    Rubric,
    Usage,
    Verdict,
)
from tests.conftest import ROOT
from tests.grader.factories import document


def rubric(**correct: bool) -> Rubric:
    """Options `first` to `fourth`, each linked to a point or a mistake, and one of both besides."""
    return parse_rubric(
        document(
            kind="multiple_choice",
            points=[
                *(
                    {"id": name, "claim": f"Claim {name}.", "weight": 2}
                    for name, is_correct in correct.items()
                    if is_correct
                ),
                {"id": "reason", "claim": "A promise cannot be stopped.", "weight": 1},
            ],
            mistakes=[
                *(
                    {"id": name, "claim": f"Belief {name}.", "penalty": 1}
                    for name, is_correct in correct.items()
                    if not is_correct
                ),
                {"id": "other-belief", "claim": "All is lost.", "penalty": 1},
            ],
            options=[
                {"id": name, "text": f"The option called {name} holds.", "correct": is_correct}
                for name, is_correct in correct.items()
            ],
        )
    )


ONE = rubric(first=False, second=True, third=False, fourth=False)
TWO = rubric(first=True, second=False, third=True, fourth=False)


def judged(
    given: Rubric, verdict: Verdict = Verdict.PARTIAL, made: bool | None = True
) -> Judgement:
    """A judge that says the same of everything, so that what was replaced can be seen."""
    return Judgement(
        points=tuple(
            PointFinding(point_id=point.id, verdict=verdict, why="judge") for point in given.points
        ),
        mistakes=tuple(
            MistakeFinding(mistake_id=mistake.id, made=made, probability=0.7, why="judge")
            for mistake in given.mistakes
        ),
        usage=Usage(llm_calls=3),
    )


def decided(answer: str, given: Rubric) -> tuple[dict[str, Any], dict[str, Any]]:
    """The verdicts and whether mistakes were made, with the words quoted, by id."""
    result = with_choice(judged(given), answer, given)
    points = {
        f.point_id: (f.verdict, *(span.quote for span in f.evidence))
        for f in result.points
        if f.why != "judge"
    }
    mistakes = {
        f.mistake_id: (f.made, *(span.quote for span in f.evidence))
        for f in result.mistakes
        if f.why != "judge"
    }
    return points, mistakes


def test_the_right_choice_covers_its_point_and_clears_the_other_options() -> None:
    points, mistakes = decided("Option B, since nothing stops them.", ONE)

    assert points == {"second": (Verdict.COVERED, "Option B")}
    assert mistakes == {"first": (False,), "third": (False,), "fourth": (False,)}


def test_a_wrong_choice_makes_its_mistake_and_contradicts_the_point() -> None:
    points, mistakes = decided("I'd go for (c).", ONE)

    assert points == {"second": (Verdict.CONTRADICTED, "(c)")}
    assert mistakes == {"first": (False,), "third": (True, "(c)"), "fourth": (False,)}


def test_where_several_are_right_one_passed_over_is_missing() -> None:
    points, mistakes = decided("A and D", TWO)

    assert points == {"first": (Verdict.COVERED, "A"), "third": (Verdict.MISSING,)}
    assert mistakes == {"second": (False,), "fourth": (True, "D")}


@pytest.mark.parametrize("answer", ["I don't know.", "B or C", "A and B", "A and C and D"])
def test_without_one_clear_choice_the_judge_decides(answer: str) -> None:
    assert with_choice(judged(ONE), answer, ONE) == judged(ONE)


def test_what_code_decides_is_certain_and_says_who_decided() -> None:
    result = with_choice(judged(ONE), "C", ONE)

    for point in result.points:
        by_choice = point.point_id == "second"
        assert (point.confidence, point.judge) == ((1, "choice") if by_choice else (0, ""))
    for mistake in result.mistakes:
        by_choice = mistake.mistake_id != "other-belief"
        assert (mistake.confidence, mistake.judge) == ((1, "choice") if by_choice else (0.7, ""))
    assert result.usage == judged(ONE).usage


def test_an_option_with_an_id_of_its_own_decides_nothing_itself() -> None:
    points = [
        {"id": "right", "claim": "It runs on.", "weight": 1},
        {"id": "reason", "claim": "It cannot be stopped.", "weight": 1},
    ]
    options = [
        {"id": "a", "text": "It gives up.", "correct": False},
        {"id": "right", "text": "It runs on.", "correct": True},
    ]
    given = parse_rubric(document(kind="multiple_choice", points=points, options=options))

    assert decided("A", given) == ({"right": (Verdict.CONTRADICTED, "A")}, {})


def test_a_question_of_another_kind_is_left_to_the_judge() -> None:
    plain = parse_rubric(document())

    assert with_choice(judged(plain), "B", plain) == judged(plain)


@given(st.text("ABCDabcd ,.\nnotwai", max_size=40), st.sampled_from([ONE, TWO]))
def test_there_is_one_finding_for_everything_and_it_quotes_the_answer(
    answer: str, given_rubric: Rubric
) -> None:
    result = with_choice(judged(given_rubric), answer, given_rubric)

    assert [f.point_id for f in result.points] == [p.id for p in given_rubric.points]
    assert [f.mistake_id for f in result.mistakes] == [m.id for m in given_rubric.mistakes]
    spans = [span for finding in result.points for span in finding.evidence]
    spans += [span for found in result.mistakes for span in found.evidence]
    assert [answer[span.start : span.end] for span in spans] == [span.quote for span in spans]
    contradicted = [f for f in result.points if f.verdict is Verdict.CONTRADICTED]
    assert all(finding.evidence for finding in contradicted)


class SilentJudge:
    """Finds nothing in any answer, or is down."""

    identity = JudgeIdentity("silent", "none")

    def __init__(self, *, down: bool = False) -> None:
        self.down = down

    async def judge(self, task: JudgeTask) -> Judgement:
        if self.down:
            raise JudgeUnavailable("the provider is down")
        return Judgement(
            points=tuple(
                PointFinding(point_id=p.id, verdict=Verdict.MISSING) for p in task.rubric.points
            ),
            mistakes=tuple(
                MistakeFinding(mistake_id=m.id, made=False) for m in task.rubric.mistakes
            ),
        )


@pytest.fixture(scope="module")
def real() -> Rubric:
    return load_bank(ROOT / "rubrics", ROOT / "corpus").get("promise-all-rejection")


def graded(grader: Grader, answer: str, given: Rubric, *, down: bool = False) -> Grade:
    parts = {"bank": Bank([given]), "encoder": grader._encoder, "index": None}
    asked = Grader(grader.settings, judge=SilentJudge(down=down), **parts)  # type: ignore[arg-type]
    return asyncio.run(asked.grade(answer, given))


def test_a_bare_choice_earns_its_point_and_nothing_else(grader: Grader, real: Rubric) -> None:
    result = graded(grader, "b)", real)

    assert [(p.id, p.evidence) for p in result.points if p.verdict is Verdict.COVERED] == [
        ("run-on-unseen", (Evidence(start=0, end=2, quote="b)"),))
    ]
    assert result.score == round(100 * 3 / real.total_weight, 1)
    assert not any(mistake.made for mistake in result.mistakes)


def test_a_wrong_choice_scores_nothing_and_is_followed_up(grader: Grader, real: Rubric) -> None:
    result = graded(grader, "I think it's C, they are waited for.", real)

    assert result.score == 0
    assert [m.id for m in result.mistakes if m.made] == ["waited-for-first"]
    assert result.follow_up is not None
    assert result.follow_up.gap == "run-on-unseen"


def test_a_choice_does_not_stand_in_for_a_judge_that_is_down(grader: Grader, real: Rubric) -> None:
    result = graded(grader, "B", real, down=True)

    assert result.score is None
    verdicts = {point.id: point.verdict for point in result.points}
    assert verdicts.pop("run-on-unseen") is Verdict.COVERED
    assert set(verdicts.values()) == {Verdict.UNGRADED}
    assert result.needs_review


@pytest.mark.parametrize("letter", "ABCD")
def test_with_the_local_judge_too_a_bare_letter_is_decided_by_code(
    grader: Grader, real: Rubric, letter: str
) -> None:
    local = Grader(
        grader.settings, bank=grader.bank, encoder=grader._encoder, judge=grader.judge, index=None
    )
    result = asyncio.run(local.grade(letter, real))
    option = real.options["ABCD".index(letter)]
    first = next(point for point in result.points if point.id == "run-on-unseen")

    assert first.verdict is (Verdict.COVERED if option.correct else Verdict.CONTRADICTED)
    assert [m.id for m in result.mistakes if m.made] == ([] if option.correct else [option.id])
    assert {p.verdict for p in result.points if p is not first} == {Verdict.MISSING}
