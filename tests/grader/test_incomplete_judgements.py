"""A judge that leaves something out, or says too much, costs nobody points."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.errors import JudgeUnavailable
from grader.grading import Grader
from grader.judges import JudgeIdentity, JudgeTask
from grader.settings import Settings
from grader.types import Evidence, Grade, Judgement, MistakeFinding, PointFinding, Usage, Verdict
from tests.grader.factories import weighted

ANSWER = "It holds bursts back."
RUBRIC = weighted({"first": 1, "second": 3}, {"wrong": 1})

COVERED = PointFinding(
    point_id="first",
    verdict=Verdict.COVERED,
    probabilities={Verdict.COVERED: 1.0},
    evidence=(Evidence(start=0, end=8, quote="It holds"),),
)
MISSING = PointFinding(
    point_id="second", verdict=Verdict.MISSING, probabilities={Verdict.MISSING: 1.0}
)
NOT_MADE = MistakeFinding(mistake_id="wrong", made=False)


@dataclass
class Scripted:
    said: Judgement | Exception
    closed: bool = False

    identity = JudgeIdentity("scripted", "none")

    async def judge(self, task: JudgeTask) -> Judgement:  # noqa: ARG002 - says the same of all
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


class Closing(Scripted):
    def close(self) -> None:
        self.closed = True


@pytest.fixture
def opened(few: Bank, encoder: SharedEncoder) -> Grader:
    """A grader whose judge is replaced before it is used."""
    return Grader(
        Settings(), bank=few, encoder=encoder, judge=Scripted(Judgement(points=())), index=None
    )


def grade(opened: Grader, said: Judgement | Exception, *, allow_partial: bool = False) -> Grade:
    opened.judge = Scripted(said)
    return asyncio.run(opened.grade(ANSWER, RUBRIC, allow_partial=allow_partial))


def test_a_point_that_the_judge_leaves_out_is_ungraded(opened: Grader) -> None:
    result = grade(opened, Judgement(points=(COVERED,), mistakes=(NOT_MADE,)))

    assert [point.verdict for point in result.points] == [Verdict.COVERED, Verdict.UNGRADED]
    assert result.points[1].why
    assert result.score is None
    assert result.missing == ()
    assert result.needs_review


def test_a_mistake_that_the_judge_leaves_out_is_ungraded(opened: Grader) -> None:
    result = grade(opened, Judgement(points=(COVERED, MISSING)))

    assert [mistake.made for mistake in result.mistakes] == [None]
    assert result.score is None


def test_a_partial_score_is_of_what_the_judge_did_say(opened: Grader) -> None:
    result = grade(opened, Judgement(points=(COVERED,)), allow_partial=True)

    assert result.score == 100
    assert "partial_score" in result.flags


def test_a_point_with_two_findings_is_ungraded(opened: Grader) -> None:
    twice = COVERED.model_copy(update={"verdict": Verdict.MISSING, "evidence": ()})
    result = grade(opened, Judgement(points=(COVERED, MISSING, twice), mistakes=(NOT_MADE,)))

    assert [point.verdict for point in result.points] == [Verdict.UNGRADED, Verdict.MISSING]


def test_what_is_not_in_the_rubric_is_left_out(opened: Grader) -> None:
    stray = COVERED.model_copy(update={"point_id": "third"})
    mistaken = MistakeFinding(mistake_id="fourth", made=True)
    whole = Judgement(points=(COVERED, MISSING, stray), mistakes=(NOT_MADE, mistaken))

    result = grade(opened, whole)

    assert [point.id for point in result.points] == ["first", "second"]
    assert [mistake.id for mistake in result.mistakes] == ["wrong"]
    assert result.score == 25


def test_each_point_names_its_judge(opened: Grader) -> None:
    other = COVERED.model_copy(update={"judge": "other"})
    result = grade(opened, Judgement(points=(other, MISSING), mistakes=(NOT_MADE,)))

    assert [point.judge for point in result.points] == ["other", "scripted"]
    assert [mistake.judge for mistake in result.mistakes] == ["scripted"]


def test_what_a_failure_cost_is_on_the_grade(opened: Grader) -> None:
    spent = Usage(llm_calls=2, input_tokens=30, output_tokens=4)
    result = grade(opened, JudgeUnavailable("it broke", spent))

    assert result.usage == spent
    assert result.score is None
    assert {point.why for point in result.points} == {"it broke"}
    assert "it broke" in result.review_reasons[0]


def test_flags_and_notes_of_the_judge_are_on_the_grade(opened: Grader) -> None:
    noted = Judgement(
        points=(COVERED, MISSING), mistakes=(NOT_MADE,), flags=("odd",), notes=("Look at it.",)
    )
    result = grade(opened, noted)

    assert result.flags[-1] == "odd"
    assert "Look at it." in result.review_reasons
    assert result.needs_review


def test_closing_the_grader_closes_the_judge(few: Bank) -> None:
    judge = Closing(Judgement(points=()))
    encoder = SharedEncoder(None)  # type: ignore[arg-type] # never asked
    with Grader(Settings(), bank=few, encoder=encoder, judge=judge, index=None):
        pass
    assert judge.closed
