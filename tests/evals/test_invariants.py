"""The bank's own texts graded by the bank; the whole of it is `grader eval invariants --known FILE`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evals.invariants import Failure, check_rubrics
from grader.bank import Bank, load_bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.judges import JudgeTask
from grader.settings import Settings
from grader.types import Evidence, Judgement, MistakeFinding, PointFinding, Verdict
from tests.evals.factories import ScriptedJudge
from tests.support.plain_embedder import PlainEmbedder

ROOT = Path(__file__).parents[2]
KNOWN = ROOT / "tests" / "data" / "bank" / "known_failures.txt"

# A few of each kind; the same few every time.
FEW = (
    "database-indexes",
    "hard-technical-problem",
    "npm-ci-and-lock-files",
    "password-hashing",
    "real-time-chat",
)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(ROOT / "rubrics", ROOT / "corpus")


def failures(grader: Grader, bank: Bank, *rubric_ids: str) -> list[Failure]:
    async def collect() -> list[Failure]:
        chosen = [bank.get(rubric_id) for rubric_id in rubric_ids]
        return [f async for _, found in check_rubrics(grader, chosen, list(bank)) for f in found]

    return asyncio.run(collect())


def listed() -> list[str]:
    return KNOWN.read_text("utf-8").splitlines()


def credulous(task: JudgeTask) -> Judgement:
    """Believe that every answer says everything, the mistakes included."""
    text = task.answer.text
    said = (Evidence(start=0, end=len(text), quote=text),)
    return Judgement(
        points=tuple(
            PointFinding(point_id=point.id, verdict=Verdict.COVERED, evidence=said)
            for point in task.rubric.points
        ),
        mistakes=tuple(
            MistakeFinding(mistake_id=mistake.id, made=True, evidence=said)
            for mistake in task.rubric.mistakes
        ),
    )


def test_a_judge_that_believes_everything_is_found_out(bank: Bank) -> None:
    encoder = SharedEncoder(PlainEmbedder())
    judge = ScriptedJudge(credulous)
    with Grader(Settings(), bank=bank, encoder=encoder, judge=judge, index=None) as grader:
        found = failures(grader, bank, "password-hashing")
    rubric = bank.get("password-hashing")

    by_invariant = {failure.invariant for failure in found}
    assert {
        "reject-does-not-cover",
        "correction-is-no-mistake",
        "question-scores-low",
    } < by_invariant
    assert not by_invariant & {"claim-covers", "accept-covers", "mistake-is-made"}
    rejects = [f for f in found if f.invariant == "reject-does-not-cover"]
    assert len(rejects) == sum(len(point.reject) for point in rubric.points)
    assert str(rejects[0]) == f"reject-does-not-cover password-hashing {rubric.points[0].id}/1"


def test_the_list_of_known_failures_is_sorted_and_names_rubrics_of_the_bank(bank: Bank) -> None:
    assert listed() == sorted(set(listed()))
    assert {line.split()[1] for line in listed()} <= {rubric.id for rubric in bank}


def test_the_bank_fails_where_it_is_known_to_and_nowhere_else(bank: Bank) -> None:
    with Grader.open(Settings(), bank=bank, indexed=False) as grader:
        found = sorted(map(str, failures(grader, bank, *FEW)))

    # What no longer fails has to be taken off the list, so that it can only shrink.
    assert found == [line for line in listed() if line.split()[1] in FEW]
