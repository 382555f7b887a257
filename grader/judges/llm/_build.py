"""Making the LLM judge from settings, with everything checked that can be without a call."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError
from grader.judges.llm._cache import JudgementCache
from grader.judges.llm._caller import Caller, Sleep
from grader.judges.llm._examples import ExampleSource, RubricExamples
from grader.judges.llm._judge import LlmJudge
from grader.judges.llm._prompt import load_prompt
from grader.settings import LlmSettings, Settings

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
    check_llm_settings(llm)
    prompt = load_prompt(llm.prompt)
    from grader.judges.llm._openai import OpenAIChat

    return LlmJudge(
        llm,
        prompt=prompt,
        caller=Caller(llm, lambda: OpenAIChat(llm), sleep),
        examples=examples or RubricExamples(encoder),
        cache=JudgementCache(settings.data_dir / _CACHE_FILE) if llm.cache else None,
    )


def check_llm_settings(llm: LlmSettings) -> None:
    """Check what the LLM judge cannot do without.

    Raises:
        ConfigurationError: Something is missing or cannot be; says what to set.
    """
    key = llm.api_key.get_secret_value()
    missing = [] if llm.model.strip() else ["GRADER_LLM_MODEL"]
    missing += [] if key else ["GRADER_LLM_API_KEY"]
    if missing:
        advice = ""
        if not key:
            advice = " (any text will do for an endpoint that wants no key)"
        raise ConfigurationError(
            f"the LLM judge needs {' and '.join(missing)}{advice}; "
            f"set {'it' if len(missing) == 1 else 'them'}, or choose the local judge with "
            "GRADER_JUDGE=local"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "GRADER_LLM_API_KEY holds a space, a line break or a character that is not ASCII; "
            "a key has none of these"
        )
    if not _is_address(llm.base_url):
        raise ConfigurationError(
            f"GRADER_LLM_BASE_URL is '{without_password(llm.base_url)}'; it must be an http or "
            "https address, as in https://api.openai.com/v1"
        )


def without_password(url: str) -> str:
    """Write out an address without the user and password that it may hold."""
    return re.sub(r"//[^/]*@", "//", url)


def _is_address(url: str) -> bool:
    try:
        address = urlsplit(url)
        return address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        return False
