"""Making the LLM judge from settings."""

from __future__ import annotations

import asyncio

from grader.embedding import SharedEncoder
from grader.judges.llm._cache import JudgementCache
from grader.judges.llm._examples import ExampleSource, RubricExamples
from grader.judges.llm._judge import LlmJudge
from grader.judges.llm._prompt import load_prompt
from grader.llm import Sleep, connect
from grader.redaction import build_redactor
from grader.settings import Settings

_CACHE_FILE = "llm-cache.sqlite3"


def build_llm_judge(
    settings: Settings,
    encoder: SharedEncoder,
    *,
    examples: ExampleSource | None = None,
    sleep: Sleep = asyncio.sleep,
) -> LlmJudge:
    """Make the judge; nothing is sent.

    Args:
        settings: The endpoint, the model, the limits, and where the cache lives.
        encoder: Finds the nearest examples.
        examples: The rubric's own by default.
        sleep: Waits between attempts, in seconds.

    Raises:
        ConfigurationError: Something is missing or cannot be; says what to set.
    """
    llm = settings.llm
    caller = connect(llm, sleep)
    return LlmJudge(
        llm,
        prompt=load_prompt(llm.prompt),
        caller=caller,
        examples=examples or RubricExamples(encoder),
        redactor=build_redactor(llm.redaction),
        cache=JudgementCache(settings.data_dir / _CACHE_FILE) if llm.cache else None,
    )
