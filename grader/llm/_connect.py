"""Reaching the endpoint that the settings name, with everything checked that can be without a call."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from grader.errors import ConfigurationError
from grader.llm._caller import Caller, Sleep
from grader.settings import LlmSettings


def connect(llm: LlmSettings, sleep: Sleep = asyncio.sleep) -> Caller:
    """Make a caller of the endpoint; nothing is sent.

    Args:
        llm: The endpoint, the model and the limits.
        sleep: Waits between attempts, in seconds.

    Raises:
        ConfigurationError: Something is missing or cannot be; says what to set.
    """
    check_llm_settings(llm)
    from grader.llm._openai import OpenAIChat

    return Caller(llm, lambda: OpenAIChat(llm), sleep)


def load() -> None:
    """Load what calls need, which takes a second or two; otherwise the first one does."""
    from grader.llm import _openai  # noqa: F401 - loading it is all


def reach(llm: LlmSettings, timeout: float = 5.0) -> str:
    """Try the endpoint without asking its model anything; blocks.

    Args:
        llm: Which endpoint.
        timeout: Seconds to wait.

    Returns:
        What was found, in a few words.

    Raises:
        ConfigurationError: It cannot be reached, or refuses; says what to set.
    """
    from grader.llm import _openai

    return _openai.reach(llm, timeout)


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
