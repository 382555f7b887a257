"""A scripted endpoint, and judges that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.judges.llm import LlmJudge
from tests.grader.judges.llm.play import Sleeper, judge_for, nothing_said
from tests.support.openai_server import OpenAIServer, answers_with


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """Answers, when its script is over, that everything is missing."""
    with OpenAIServer(otherwise=answers_with(nothing_said)) as running:
        yield running


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def open_judge(
    server: OpenAIServer, sleeper: Sleeper, tmp_path: Path
) -> Iterator[Callable[..., LlmJudge]]:
    """Make judges that ask the server, and close them all."""
    with ExitStack() as stack:

        def make(folder: Path = tmp_path, **llm: object) -> LlmJudge:
            judge = judge_for(server, folder, sleeper, **llm)
            stack.callback(judge.close)
            return judge

        yield make


@pytest.fixture
def judge(open_judge: Callable[..., LlmJudge]) -> LlmJudge:
    """A judge without a cache."""
    return open_judge()
