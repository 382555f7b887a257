"""Any OpenAI-compatible transcription endpoint, through the `openai` package.

Sources: `POST /v1/audio/transcriptions` as the package's types describe it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from grader.speech._errors import TranscriberNotConfigured, TranscriptInvalid, TranscriptionFailed
from grader.speech._settings import SpeechSettings
from grader.speech.audio import Audio
from grader.speech.engines._prompt import glossary
from grader.speech.transcripts import Transcript, read_whisper

if TYPE_CHECKING:
    import openai

_log = logging.getLogger(__name__)
# For what may quote the recording.
_verbatim = logging.getLogger("grader.verbatim")

_RETRYABLE = frozenset({408, 409, 429})
_UNKNOWN_PARAMETER = frozenset({400, 422})
_BACK_OFF = wait_exponential_jitter(max=20, jitter=1)
_MOST_REPLY_BYTES = 20_000_000

# What is asked for, best first: times and segments; else how sure it is of each token; else a text.
_FORMS: tuple[Mapping[str, Any], ...] = (
    {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]},
    {"response_format": "verbose_json"},
    {"response_format": "json", "include": ["logprobs"]},
    {"response_format": "json"},
)

_REFUSED = {
    401: "the transcription endpoint refuses the API key (HTTP 401); set GRADER_SPEECH_API_KEY",
    403: "the transcription endpoint forbids this API key to use the model (HTTP 403); "
    "check GRADER_SPEECH_API_KEY and GRADER_SPEECH_MODEL",
    404: "the transcription endpoint knows no such address or model (HTTP 404); "
    "check GRADER_SPEECH_BASE_URL and GRADER_SPEECH_MODEL",
    413: "the transcription endpoint refuses a recording as long as this (HTTP 413)",
    429: "the transcription endpoint is over its rate limit (HTTP 429); try again later",
}
_KEY_REFUSED = frozenset({401, 403})
_UNREACHABLE = "the transcription endpoint cannot be reached; check GRADER_SPEECH_BASE_URL"
_NOT_THE_PROTOCOL = (
    "the transcription endpoint's reply is no transcription; "
    "check GRADER_SPEECH_BASE_URL, which usually ends in /v1"
)

Sleep = Callable[[float], Awaitable[None]]


def check_endpoint(settings: SpeechSettings) -> None:
    """Check what the endpoint cannot be asked without.

    Raises:
        TranscriberNotConfigured: Says what to set.
    """
    key = settings.api_key.get_secret_value()
    missing = [] if settings.model.strip() else ["GRADER_SPEECH_MODEL"]
    missing += [] if key else ["GRADER_SPEECH_API_KEY"]
    if missing:
        advice = "" if key else " (any text will do for an endpoint that wants no key)"
        raise TranscriberNotConfigured(
            f"the openai speech engine needs {' and '.join(missing)}{advice}; set "
            f"{'it' if len(missing) == 1 else 'them'}"
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise TranscriberNotConfigured(
            "GRADER_SPEECH_API_KEY holds a space, a line break or a character that is not ASCII; "
            "a key has none of these"
        )
    try:
        address = urlsplit(settings.base_url)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise TranscriberNotConfigured(
            "GRADER_SPEECH_BASE_URL must be an http or https address, as in "
            "https://api.openai.com/v1"
        )


def reach(settings: SpeechSettings, timeout: float = 5.0) -> str:
    """Try the endpoint without sending it a recording, by listing its models; blocks.

    Args:
        settings: Which endpoint.
        timeout: Seconds to wait.

    Returns:
        What was found, in a few words.

    Raises:
        TranscriberNotConfigured: It cannot be reached, or refuses; says what to set.
    """
    import openai

    with openai.OpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        max_retries=0,
        http_client=openai.DefaultHttpxClient(timeout=timeout, follow_redirects=False),
    ) as client:
        try:
            names = {model.id for model in client.models.list()}
        except openai.APIConnectionError:
            raise TranscriberNotConfigured(_UNREACHABLE) from None
        except openai.APIStatusError as error:
            if error.status_code in _KEY_REFUSED:
                raise TranscriberNotConfigured(_REFUSED[error.status_code]) from None
            return "reachable"  # many of them list no models
        except (openai.APIError, ValueError):
            return "reachable"
    return "reachable, has the model" if settings.model in names else "reachable"


class OpenAITranscriber:
    """Sends recordings to an endpoint, as FLAC, which loses nothing and which all of them take.

    Which reply an endpoint can give is found out with the first recording, and kept.
    """

    def __init__(self, settings: SpeechSettings, *, sleep: Sleep = asyncio.sleep) -> None:
        """Prepare; nothing is sent.

        Args:
            settings: The endpoint, and how long to try.
            sleep: Waits between attempts, in seconds.
        """
        self._settings = settings
        self._sleep = sleep
        self._form = 0
        self._is_settled = False

    @property
    def identity(self) -> str:
        """The engine and its model."""
        return f"openai: {self._settings.model}"

    async def transcribe(
        self, audio: Audio, *, vocabulary: Sequence[str] = (), language: str | None = None
    ) -> Transcript:
        """Transcribe one recording; see `Transcriber.transcribe`."""
        data = await asyncio.to_thread(audio.to_flac)
        request: dict[str, Any] = {"model": self._settings.model}
        if vocabulary:
            request["prompt"] = glossary(vocabulary)
        if language:
            request["language"] = language
        deadline = time.monotonic() + self._settings.deadline
        retrying = AsyncRetrying(
            sleep=self._sleep,
            stop=stop_after_attempt(1 + self._settings.retries)
            | stop_before_delay(self._settings.deadline),
            wait=_wait,
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        async with self._client() as client:
            reply: Any = await retrying(self._attempt, client, data, request, deadline)
        return _transcript(reply, audio.duration_ms)

    def _client(self) -> openai.AsyncOpenAI:
        # One for each recording: connections belong to an event loop, and callers may come from
        # several. What it costs is nothing beside a transcription.
        import openai

        return openai.AsyncOpenAI(
            base_url=self._settings.base_url,
            api_key=self._settings.api_key.get_secret_value(),
            max_retries=0,
            # A redirect would take the recording to an address that nobody configured.
            http_client=openai.DefaultAsyncHttpxClient(
                timeout=self._settings.timeout, follow_redirects=False
            ),
        )

    async def _attempt(
        self, client: openai.AsyncOpenAI, data: bytes, request: Mapping[str, Any], deadline: float
    ) -> Any:
        allowed = min(self._settings.timeout, max(0.0, deadline - time.monotonic()))
        try:
            # The client's own limits are on each read; a reply that trickles in never meets them.
            async with asyncio.timeout(allowed):
                return await self._ask(client, data, request)
        except TimeoutError:
            raise TranscriptionFailed(
                f"the transcription endpoint did not reply within {allowed:.3g} s "
                "(GRADER_SPEECH_TIMEOUT)",
                retryable=True,
            ) from None

    async def _ask(
        self, client: openai.AsyncOpenAI, data: bytes, request: Mapping[str, Any]
    ) -> Any:
        """Ask for the best reply that the endpoint gives.

        What endpoints say of a form that they do not know is of endless variety, so any complaint
        about the request leads to the next form, and the first is reported if none will do.
        """
        first: _Refusal | None = None
        for form in range(self._form, len(_FORMS)):
            try:
                reply = await _send(client, data, {**request, **_FORMS[form]})
            except _Refusal as refusal:
                first = first or refusal
                if refusal.status not in _UNKNOWN_PARAMETER or self._is_settled:
                    raise
            else:
                self._form, self._is_settled = form, True
                return reply
        raise first or TranscriptionFailed(_NOT_THE_PROTOCOL)


class _Refusal(TranscriptionFailed):
    """An HTTP status other than 200; `said` is for the log alone, it may quote the request."""

    def __init__(self, message: str, *, status: int, said: str, retry_after: float | None) -> None:
        self.status = status
        self.said = said
        self.retry_after = retry_after
        super().__init__(message, retryable=status >= 500 or status in _RETRYABLE)


async def _send(client: openai.AsyncOpenAI, data: bytes, request: Mapping[str, Any]) -> Any:
    import openai

    try:
        raw = await client.audio.transcriptions.with_raw_response.create(
            file=("answer.flac", data, "audio/flac"), **request
        )
        body = raw.content
        if len(body) > _MOST_REPLY_BYTES:
            raise TranscriptionFailed(_NOT_THE_PROTOCOL)
        return json.loads(body)
    except openai.APITimeoutError:
        raise TranscriptionFailed(
            "the transcription endpoint did not reply in time (GRADER_SPEECH_TIMEOUT)",
            retryable=True,
        ) from None
    except openai.APIConnectionError as error:
        _log.warning("no connection to the transcription endpoint: %s", error.__cause__ or error)
        raise TranscriptionFailed(_UNREACHABLE, retryable=True) from None
    except openai.APIStatusError as error:
        raise _refusal(error) from None
    except ValueError:
        raise TranscriptionFailed(_NOT_THE_PROTOCOL) from None


def _refusal(error: openai.APIStatusError) -> _Refusal:
    status = error.status_code
    said = " ".join(error.message.split())[:500]
    _log.warning("the transcription endpoint answers with HTTP %d", status)
    _verbatim.warning("the transcription endpoint says: %s", said)
    if 300 <= status < 400:
        message = (
            f"the transcription endpoint redirects (HTTP {status}), which is not followed; set "
            "GRADER_SPEECH_BASE_URL to where it is"
        )
    elif status >= 500:
        message = f"the transcription endpoint has failed (HTTP {status}); try again later"
    else:
        message = _REFUSED.get(
            status, f"the transcription endpoint refuses the request (HTTP {status})"
        )
    header = error.response.headers.get("retry-after", "")
    retry_after = float(header) if header.isdecimal() else None
    return _Refusal(message, status=status, said=said, retry_after=retry_after)


def _transcript(reply: Any, duration_ms: int) -> Transcript:
    try:
        transcript = read_whisper(_with_confidence(reply), duration_ms)
    except TranscriptInvalid as error:
        _verbatim.warning("not a transcription: %s", error)
        raise TranscriptionFailed(_NOT_THE_PROTOCOL) from None
    return transcript.model_copy(update={"source": "openai"})


def _with_confidence(reply: Any) -> Any:
    """Turn the probabilities of tokens, where a reply has them, into those of words.

    A word is as probable as its tokens together.
    """
    if not isinstance(reply, dict) or not isinstance(reply.get("logprobs"), list):
        return reply
    words: list[tuple[str, float]] = []
    for token in reply["logprobs"]:
        if not isinstance(token, dict):
            return reply
        text, logprob = token.get("token"), token.get("logprob")
        if not isinstance(text, str) or not isinstance(logprob, int | float):
            return reply
        if not words or text[:1].isspace():
            words.append((text, logprob))
        else:
            words[-1] = (words[-1][0] + text, words[-1][1] + logprob)
    if " ".join("".join(word for word, _ in words).split()) != " ".join(
        str(reply.get("text")).split()
    ):
        return reply
    probable = [min(1.0, math.exp(min(0.0, logprob))) for _, logprob in words]
    spoken = [
        {"word": word, "probability": probability}
        for (word, _), probability in zip(words, probable, strict=True)
    ]
    return {**reply, "words": spoken}


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TranscriptionFailed) and error.retryable


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, _Refusal) else None
    return max(asked, 0.0) if asked else _BACK_OFF(state)
