from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from grader.embedding import SharedEncoder
from grader.judges import JudgeTask
from grader.judges.llm import RubricExamples, build_llm_judge
from grader.types import WorkedExample
from tests.grader.judges.llm.play import Sleeper, rubric, settings_for, task
from tests.support.openai_server import OpenAIServer

EXAMPLES = [
    {"answer": "Bananas are yellow and rich in potassium.", "points": {"buffers": "missing"}},
    {"answer": "The sender need not wait until it is read.", "points": {"decouples": "covered"}},
    {"answer": "Peaks of load are held back by it.", "points": {"buffers": "covered"}},
]
WITH_EXAMPLES = rubric(examples=EXAMPLES)


def nearest(encoder: SharedEncoder, answer: str, count: int) -> list[str]:
    source = RubricExamples(encoder)
    chosen = asyncio.run(source.nearest(task(answer, WITH_EXAMPLES), count))
    return [example.answer for example in chosen]


def test_the_examples_nearest_to_the_answer_come_first(encoder: SharedEncoder) -> None:
    said = [str(example["answer"]) for example in EXAMPLES]
    assert nearest(encoder, "The producer does not wait for the reader.", 1) == [said[1]]
    assert nearest(encoder, "It holds back bursts of load.", 2)[0] == said[2]
    assert len(nearest(encoder, "It holds back bursts of load.", 9)) == 3
    assert nearest(encoder, "It holds back bursts of load.", 0) == []


def test_an_answer_is_no_example_for_itself(encoder: SharedEncoder) -> None:
    said = str(EXAMPLES[1]["answer"])
    assert said not in nearest(encoder, f"  {said}\n", 3)


def test_examples_are_shown_to_the_model(
    encoder: SharedEncoder, server: OpenAIServer, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, examples=1)
    judge = build_llm_judge(settings, encoder, sleep=Sleeper())

    asyncio.run(judge.judge(task("It holds back bursts of load.", WITH_EXAMPLES)))
    judge.close()

    told = server.requests[0].text("user")
    assert "Peaks of load are held back by it." in told
    assert "Bananas" not in told
    fence = told.splitlines()[-1]
    assert f"{fence}\nPeaks of load are held back by it.\n{fence}" in told


class Reviewed:
    """Answers that people have reviewed, as another source would give them."""

    def __init__(self, answer: str) -> None:
        self.example = WorkedExample(answer=answer, points={"buffers": "partial"}, rater="ana")

    async def nearest(self, task: JudgeTask, count: int) -> Sequence[WorkedExample]:  # noqa: ARG002
        return (self.example,)


def test_examples_may_come_from_elsewhere_and_are_part_of_the_cache_key(
    encoder: SharedEncoder, server: OpenAIServer, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path)
    for answer in ("It waits.", "It waits.", "It spills."):
        judge = build_llm_judge(settings, encoder, examples=Reviewed(answer), sleep=Sleeper())
        asyncio.run(judge.judge(task()))
        judge.close()

    assert ["It waits." in request.text("user") for request in server.requests] == [True, False]


def test_examples_give_way_where_the_call_would_be_too_large(
    encoder: SharedEncoder, server: OpenAIServer, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, call_tokens=4000)
    long = "It waits. " * 1500
    judge = build_llm_judge(settings, encoder, examples=Reviewed(long), sleep=Sleeper())

    asyncio.run(judge.judge(task()))
    judge.close()

    assert "It waits." not in server.requests[0].text("user")
