"""With redaction on, what leaves holds no personal data, and what comes back fits the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from grader.judges.llm import LlmJudge
from grader.types import Verdict
from tests.grader.judges.llm.play import (
    mistakes_of,
    nothing_said,
    points_of,
    rubric,
    task,
    verdicts,
)
from tests.support.openai_server import OpenAIServer, answers, answers_with

pytest.importorskip("presidio_analyzer", reason="answer-grader[redaction] is not installed")

ANSWER = (
    "Mail jane.doe@gmail.com: a queue lets the producer go on at once, as at 84.23.119.7. "
    "Every message from +44 20 7946 0958 is handled exactly once."
)
PERSONAL = ("jane.doe", "gmail", "84.23", "7946")

Open = Callable[..., LlmJudge]


def holds_nothing_personal(server: OpenAIServer) -> bool:
    sent = b"\n".join(request.raw for request in server.requests).decode()
    return not any(each in sent for each in PERSONAL)


def test_no_request_holds_personal_data_and_quotes_are_of_the_answer_as_given(
    server: OpenAIServer, open_judge: Open
) -> None:
    server.script(
        answers(
            verdicts(
                {
                    "decouples": (
                        "covered",
                        ["lets the producer go on at once, as at [ip address 1]"],
                    )
                },
                {"exactly-once": (True, ["message from [phone 1] is handled"])},
            )
        )
    )

    judgement = asyncio.run(open_judge(redaction="presidio").judge(task(ANSWER)))

    assert "[email 1]: a queue lets the producer" in server.requests[0].text("user")
    assert holds_nothing_personal(server)
    [point] = points_of(judgement)["decouples"].evidence
    [mistake] = mistakes_of(judgement)["exactly-once"].evidence
    assert point.quote == "lets the producer go on at once, as at 84.23.119.7"
    assert mistake.quote == "message from +44 20 7946 0958 is handled"
    for span in (point, mistake):
        assert ANSWER[span.start : span.end] == span.quote


def test_a_quote_after_personal_data_is_found_where_it_stands(
    server: OpenAIServer, open_judge: Open
) -> None:
    server.script(answers(verdicts({"decouples": ("covered", ["is handled exactly once"])})))
    judgement = asyncio.run(open_judge(redaction="presidio").judge(task(ANSWER)))
    [span] = points_of(judgement)["decouples"].evidence
    assert ANSWER[span.start : span.end] == span.quote == "is handled exactly once"


def test_a_model_that_quotes_what_it_was_not_shown_is_not_believed(
    server: OpenAIServer, open_judge: Open
) -> None:
    guess = answers(verdicts({"decouples": ("covered", ["Mail jane.doe@gmail.com"])}))
    server.script(guess, guess)

    judgement = asyncio.run(open_judge(redaction="presidio").judge(task(ANSWER)))

    assert points_of(judgement)["decouples"].verdict is Verdict.UNGRADED
    # The second request holds the model's own words; the answer in it is still redacted.
    assert "84.23" not in server.requests[1].raw.decode()
    assert "[email 1]: a queue" in server.requests[1].text("user")


def test_examples_are_redacted_too(server: OpenAIServer, open_judge: Open) -> None:
    example = {
        "answer": "I am jane.doe@gmail.com. The sender goes on.",
        "points": {"decouples": "covered", "buffers": "missing"},
        "mistakes": {"exactly-once": False, "in-order": False},
    }
    judge = open_judge(redaction="presidio", examples=1)
    judge._examples = _Always(rubric(examples=[example]).examples)

    asyncio.run(judge.judge(task("It decouples them.")))

    assert "I am [email 1]. The sender goes on." in server.requests[0].text("user")
    assert holds_nothing_personal(server)


class _Always:
    def __init__(self, examples: Any) -> None:
        self._given = examples

    async def nearest(self, *_: object) -> Any:
        return self._given


def test_without_redaction_the_answer_leaves_as_it_is(
    server: OpenAIServer, open_judge: Open
) -> None:
    asyncio.run(open_judge().judge(task(ANSWER)))
    assert ANSWER in server.requests[0].text("user")


def test_what_was_judged_unredacted_is_judged_anew(server: OpenAIServer, open_judge: Open) -> None:
    server.otherwise = answers_with(_missing)
    for redaction in ("none", "presidio", "none", "presidio"):
        judge = open_judge(redaction=redaction, cache=True)
        asyncio.run(judge.judge(task(ANSWER)))
        judge.close()
    assert len(server.requests) == 2


def _missing(request: Any) -> Mapping[str, Any]:
    return nothing_said(request)
