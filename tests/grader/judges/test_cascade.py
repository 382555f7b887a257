from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import JudgeUnavailable
from grader.judges import CascadeJudge, JudgeIdentity, JudgeTask
from grader.judges.llm import LlmJudge
from grader.types import Evidence, Judgement, MistakeFinding, PointFinding, Usage, Verdict
from tests.grader.judges.llm.play import (
    GOOD,
    judge_for,
    mistakes_of,
    only,
    points_of,
    said_of,
    task,
    verdicts,
)
from tests.support.openai_server import OpenAIServer, answers, status

WORDS = Evidence(start=0, end=7, quote="A queue")


def point(name: str, confidence: float, verdict: Verdict = Verdict.COVERED) -> PointFinding:
    return PointFinding(
        point_id=name, verdict=verdict, probabilities={verdict: confidence}, evidence=(WORDS,)
    )


def mistake(name: str, probability: float) -> MistakeFinding:
    return MistakeFinding(mistake_id=name, made=False, probability=probability)


class Quick:
    """Says what it is told to, or fails."""

    identity = JudgeIdentity("quick", "q1")

    def __init__(self, judgement: Judgement | Exception) -> None:
        self.judgement = judgement
        self.closed = False

    async def judge(self, task: JudgeTask) -> Judgement:  # noqa: ARG002 - says the same of all
        if isinstance(self.judgement, Exception):
            raise self.judgement
        return self.judgement

    def close(self) -> None:
        self.closed = True


QUICK = Judgement(
    points=(point("decouples", 0.6), point("buffers", 0.9)),
    mistakes=(mistake("exactly-once", 0.45), mistake("in-order", 0.01)),
)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def llm(server: OpenAIServer, tmp_path: Path) -> Iterator[LlmJudge]:
    judge = judge_for(server, tmp_path, retries=0)
    yield judge
    judge.close()


def ask(llm: LlmJudge, first: Judgement | Exception = QUICK, **options: Any) -> Judgement:
    cascade = CascadeJudge(Quick(first), llm, **{"threshold": 0.75, **options})
    return asyncio.run(cascade.judge(task()))


def judges_of(judgement: Judgement) -> dict[str, str]:
    return {f.point_id: f.judge for f in judgement.points} | {
        f.mistake_id: f.judge for f in judgement.mistakes
    }


def test_only_what_the_first_is_unsure_of_is_asked_in_one_call(
    llm: LlmJudge, server: OpenAIServer
) -> None:
    server.script(answers(only(GOOD, "decouples", "exactly-once"), usage=(50, 5)))

    judgement = ask(llm)

    assert [request.asked for request in server.requests] == [["decouples", "exactly-once"]]
    assert judges_of(judgement) == {
        "decouples": "llm",
        "buffers": "quick",
        "exactly-once": "llm",
        "in-order": "quick",
    }
    assert mistakes_of(judgement)["exactly-once"].made
    assert points_of(judgement)["buffers"].evidence == (WORDS,)
    assert judgement.usage == Usage(llm_calls=1, input_tokens=50, output_tokens=5)
    assert judgement.flags == judgement.notes == ()


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.55])
def test_where_the_first_is_sure_enough_nobody_is_asked(
    llm: LlmJudge, server: OpenAIServer, threshold: float
) -> None:
    judgement = ask(llm, threshold=threshold)

    assert server.requests == []
    assert set(judges_of(judgement).values()) == {"quick"}
    assert judgement.usage == Usage()


def test_the_threshold_itself_is_sure_enough(llm: LlmJudge, server: OpenAIServer) -> None:
    server.script(answers(only(GOOD, "exactly-once")))
    ask(llm, threshold=0.6)
    assert server.requests[0].asked == ["exactly-once"]


def test_what_the_first_could_not_judge_or_left_out_is_asked_whatever_the_threshold(
    llm: LlmJudge, server: OpenAIServer
) -> None:
    ungraded = PointFinding(point_id="decouples", verdict=Verdict.UNGRADED)
    undecided = MistakeFinding(mistake_id="in-order", made=None)
    first = Judgement(points=(ungraded, point("buffers", 0.9)), mistakes=(undecided,))
    server.script(answers(only(GOOD, "decouples", "exactly-once", "in-order")))

    judgement = ask(llm, first, threshold=0)

    assert server.requests[0].asked == ["decouples", "exactly-once", "in-order"]
    assert "ungraded" not in said_of(judgement).values()


@pytest.mark.parametrize("on_failure", ["ungraded", "local"])
def test_a_first_judge_that_fails_leaves_it_to_the_second(
    llm: LlmJudge, server: OpenAIServer, on_failure: str
) -> None:
    server.script(answers(GOOD))
    judgement = ask(llm, JudgeUnavailable("broken"), on_failure=on_failure)
    assert set(judges_of(judgement).values()) == {"llm"}
    assert "ungraded" not in said_of(judgement).values()


def test_when_both_fail_nothing_is_graded(llm: LlmJudge, server: OpenAIServer) -> None:
    server.script(status(500))
    judgement = ask(llm, JudgeUnavailable("broken"), on_failure="local")
    assert set(said_of(judgement).values()) == {"ungraded"}
    assert "HTTP 500" in judgement.notes[0]


def test_when_the_second_fails_its_part_is_ungraded(llm: LlmJudge, server: OpenAIServer) -> None:
    server.script(status(401))

    judgement = ask(llm)

    assert said_of(judgement) == {
        "decouples": "ungraded",
        "buffers": "covered",
        "exactly-once": "ungraded",
        "in-order": "not made",
    }
    assert judges_of(judgement)["decouples"] == "llm"
    assert "API key" in points_of(judgement)["decouples"].why
    assert judgement.flags == ("llm_failed",)
    assert "decouples, exactly-once" in judgement.notes[0]
    assert "API key" in judgement.notes[0]


def test_when_the_second_fails_the_first_may_stand_in_and_that_is_seen(
    llm: LlmJudge, server: OpenAIServer
) -> None:
    server.script(status(401))

    judgement = ask(llm, on_failure="local")

    assert points_of(judgement)["decouples"].verdict is Verdict.COVERED
    assert points_of(judgement)["decouples"].confidence == 0.6
    assert set(judges_of(judgement).values()) == {"quick"}
    assert judgement.flags == ("llm_failed",)
    assert "API key" in judgement.notes[0]
    assert "decouples, exactly-once" in judgement.notes[1]


@pytest.mark.parametrize(
    ("on_failure", "verdict", "judge"),
    [("ungraded", Verdict.UNGRADED, "llm"), ("local", Verdict.COVERED, "quick")],
)
def test_one_verdict_that_does_not_hold_is_a_failure_too(
    llm: LlmJudge, server: OpenAIServer, on_failure: str, verdict: Verdict, judge: str
) -> None:
    invented = only(
        verdicts({"decouples": ("partial", ["never said"])}), "decouples", "exactly-once"
    )
    server.script(answers(invented), answers(only(invented, "decouples")))

    judgement = ask(llm, on_failure=on_failure)

    assert points_of(judgement)["decouples"].verdict is verdict
    assert judges_of(judgement)["decouples"] == judge
    assert judges_of(judgement)["exactly-once"] == "llm"
    assert judgement.flags == ("llm_failed",)
    assert any("decouples" in note for note in judgement.notes)
    assert judgement.usage.llm_calls == 2


def test_what_a_failed_call_cost_is_told(llm: LlmJudge, server: OpenAIServer) -> None:
    server.script(answers(None, refusal="No.", usage=(70, 2)))
    judgement = ask(llm)
    assert judgement.usage == Usage(llm_calls=1, input_tokens=70, output_tokens=2)
    assert "refused" in judgement.notes[0]


def test_without_a_threshold_the_second_is_asked_about_everything(
    llm: LlmJudge, server: OpenAIServer
) -> None:
    server.script(answers(GOOD), status(500))

    assert set(judges_of(ask(llm, threshold=None)).values()) == {"llm"}
    assert set(judges_of(ask(llm, threshold=None, on_failure="local")).values()) == {"quick"}


def test_the_identity_names_both_and_the_threshold(llm: LlmJudge) -> None:
    cascade = CascadeJudge(Quick(QUICK), llm, threshold=0.75)
    assert cascade.identity.judge == "cascade"
    assert cascade.identity.model == "q1, below 0.75 judge-model"
    assert cascade.identity.prompt_sha256 == llm.identity.prompt_sha256
    stand_in = CascadeJudge(Quick(QUICK), llm, threshold=None)
    assert stand_in.identity.judge == "llm"
    assert stand_in.identity.model == "judge-model, else q1"


def test_closing_closes_both(llm: LlmJudge) -> None:
    first = Quick(QUICK)
    CascadeJudge(first, llm, threshold=0.75).close()
    assert first.closed


class Stray:
    """Speaks of what nobody asked about, and of nothing else."""

    identity = JudgeIdentity("stray", "s1")

    async def judge(self, task: JudgeTask) -> Judgement:
        return await self.judge_items(task, ())

    async def judge_items(self, task: JudgeTask, ids: Collection[str]) -> Judgement:  # noqa: ARG002
        return Judgement(points=(point("buffers", 1.0, Verdict.CONTRADICTED), point("no", 1.0)))


def test_the_second_cannot_overrule_what_it_was_not_asked_about() -> None:
    judgement = asyncio.run(CascadeJudge(Quick(QUICK), Stray(), threshold=0.75).judge(task()))
    assert points_of(judgement)["buffers"].verdict is Verdict.COVERED
    assert said_of(judgement)["decouples"] == "ungraded"
    assert [finding.point_id for finding in judgement.points] == ["decouples", "buffers"]
