"""The one place that knows LangChain and the OpenAI client: a `ChatModel` over ChatOpenAI."""

from __future__ import annotations

import email.utils
import logging
import time
import warnings
from dataclasses import dataclass, replace
from typing import Any

import openai
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI

from grader.errors import ConfigurationError
from grader.llm._chat import ChatFailed, ChatReply, ChatRequest
from grader.settings import LlmSettings
from grader.types import Usage

_log = logging.getLogger(__name__)
# For what may quote an answer; the service keeps it silent unless told otherwise.
_verbatim = logging.getLogger("grader.verbatim")

_RETRYABLE = frozenset({408, 409, 429})
_UNKNOWN_PARAMETER = frozenset({400, 422})

_REFUSED = {
    401: "the LLM endpoint refuses the API key (HTTP 401); set GRADER_LLM_API_KEY",
    403: "the LLM endpoint forbids this API key to use the model (HTTP 403); "
    "check GRADER_LLM_API_KEY and GRADER_LLM_MODEL",
    404: "the LLM endpoint knows no such address or model (HTTP 404); "
    "check GRADER_LLM_BASE_URL and GRADER_LLM_MODEL",
    413: "the LLM endpoint refuses a request as long as this (HTTP 413)",
    429: "the LLM endpoint is over its rate limit (HTTP 429)",
}
_NOT_THE_PROTOCOL = (
    "the LLM endpoint's reply does not follow the chat-completions protocol; "
    "check GRADER_LLM_BASE_URL, which usually ends in /v1"
)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Which parts of the protocol an endpoint takes.

    Attributes:
        response_format: `json_schema`, `json_object`, or empty for none.
        old_limit: Whether the reply's limit is `max_tokens`, as it was called before.
    """

    response_format: str = "json_schema"
    temperature: bool = True
    seed: bool = True
    old_limit: bool = False

    def without(self, complaint: str) -> _Dialect | None:
        """Return what to try after a request was refused; None when there is nothing left."""
        complaint = complaint.lower()
        if self.temperature and "temperature" in complaint:
            return replace(self, temperature=False)
        if self.seed and "seed" in complaint:
            return replace(self, seed=False)
        if not self.old_limit and "max_completion_tokens" in complaint:
            return replace(self, old_limit=True)
        # What endpoints say of a response format that they do not know is of endless variety.
        match self.response_format:
            case "json_schema":
                return replace(self, response_format="json_object")
            case "json_object":
                return replace(self, response_format="")
            case _:
                return None


class OpenAIChat:
    """Any OpenAI-compatible endpoint.

    What an endpoint takes is found out once: structured output by a strict schema where it can, else
    a JSON object, else text. The form of the first request that is answered is kept.
    """

    def __init__(self, settings: LlmSettings) -> None:
        """Make the client; nothing is sent."""
        # LangChain advises the developer; whoever runs the service can do nothing with it.
        advice = "(This model does not support|Invalid schema for) OpenAI's structured output"
        warnings.filterwarnings("ignore", message=advice, category=UserWarning)
        self._settings = settings
        # A redirect would take answers to an address that nobody configured.
        self._http = openai.DefaultAsyncHttpxClient(
            timeout=settings.timeout, follow_redirects=False
        )
        self._model = ChatOpenAI(
            model=settings.model,
            base_url=settings.base_url,
            api_key=settings.api_key,
            timeout=settings.timeout,
            max_retries=0,  # the caller retries, within its deadline
            http_async_client=self._http,
            openai_proxy=None,  # HTTPS_PROXY serves; a proxy of LangChain's own excludes our client
            use_responses_api=False,
            cache=False,
        )
        self._dialect = _Dialect()
        self._settled = False

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Make one attempt; see `ChatModel.complete`."""
        dialect, first = self._dialect, None
        while True:
            try:
                reply = await self._ask(request, dialect)
            except ChatFailed as error:
                if error.status not in _UNKNOWN_PARAMETER:
                    raise
                first = first or error
                other = self._dialect if self._settled else dialect.without(error.said)
                if other is None or other == dialect:
                    raise first from None
                dialect = other
            else:
                if not self._settled:
                    _log.info("the LLM endpoint takes %s", dialect)
                    self._dialect, self._settled = dialect, True
                return reply

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, request: ChatRequest, dialect: _Dialect) -> ChatReply:
        messages = [(message.role, message.text) for message in request.messages]
        options = _options(request, dialect, self._settings)
        try:
            return _reply(await self._model.ainvoke(messages, **options))
        except openai.LengthFinishReasonError as error:
            return ChatReply("", cut_off=True, usage=_usage_of(error.completion))
        except openai.ContentFilterFinishReasonError as error:
            completion = getattr(error, "completion", None)  # since version 3 of the client
            refusal = "a content filter stopped the reply"
            return ChatReply("", refusal=refusal, usage=_usage_of(completion))
        except openai.APITimeoutError:
            raise ChatFailed("the LLM endpoint did not reply in time", retryable=True) from None
        except openai.APIConnectionError as error:
            _log.warning("no connection to the LLM endpoint: %s", _cause(error))
            raise ChatFailed("the LLM endpoint cannot be reached", retryable=True) from None
        except openai.APIStatusError as error:
            return _refused(error)
        except Exception as error:  # noqa: BLE001 - whatever a broken reply makes the client raise
            _log.warning("not a chat completion: %s", type(error).__name__)
            _verbatim.warning("what is wrong with it: %.200s", error)
            raise ChatFailed(_NOT_THE_PROTOCOL) from None


def _options(request: ChatRequest, dialect: _Dialect, settings: LlmSettings) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if dialect.response_format == "json_schema":
        schema = {"name": "judgement", "strict": True, "schema": request.schema}
        options["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif dialect.response_format:
        options["response_format"] = {"type": dialect.response_format}
    if dialect.temperature:
        options["temperature"] = settings.temperature
    if dialect.seed:
        options["seed"] = settings.seed
    if dialect.old_limit:
        # LangChain would rename it.
        options["extra_body"] = {"max_tokens": request.output_tokens}
    else:
        options["max_completion_tokens"] = request.output_tokens
    return options


def _reply(message: AIMessage) -> ChatReply:
    finish = message.response_metadata.get("finish_reason")
    refusal = message.additional_kwargs.get("refusal")
    if finish == "content_filter":
        refusal = "a content filter stopped the reply"
    spent = message.usage_metadata
    usage = spent and _usage(spent["input_tokens"], spent["output_tokens"])
    return ChatReply(
        text=str(message.text),
        refusal=refusal or None,
        cut_off=finish == "length",
        usage=usage or None,
    )


def _usage_of(completion: Any) -> Usage | None:
    spent = getattr(completion, "usage", None)
    return spent and _usage(spent.prompt_tokens, spent.completion_tokens)


def _usage(asked: object, replied: object) -> Usage | None:
    if not isinstance(asked, int) or not isinstance(replied, int) or min(asked, replied) < 0:
        return None
    return Usage(llm_calls=1, input_tokens=asked, output_tokens=replied)


def _refused(error: openai.APIStatusError) -> ChatReply:
    status = error.status_code
    said = " ".join(error.message.split())[:500]
    if status == 400 and error.code == "content_filter":
        return ChatReply("", refusal="a content filter stopped the request", usage=Usage())
    _log.warning("the LLM endpoint answers with HTTP %d", status)
    _verbatim.warning("the LLM endpoint says: %s", said)
    if 300 <= status < 400:
        _log.warning("it redirects to %s", error.response.headers.get("location", "nowhere"))
        message = (
            f"the LLM endpoint redirects (HTTP {status}), which is not followed; "
            "set GRADER_LLM_BASE_URL to where it is"
        )
    elif status >= 500:
        message = f"the LLM endpoint has failed (HTTP {status})"
    else:
        message = _REFUSED.get(status, f"the LLM endpoint refuses the request (HTTP {status})")
    raise ChatFailed(
        message,
        retryable=status >= 500 or status in _RETRYABLE,
        retry_after=_retry_after(error.response.headers.get("retry-after")),
        status=status,
        said=said,
    ) from None


def _retry_after(header: str | None) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"


def reach(settings: LlmSettings, timeout: float = 5.0) -> str:
    """Try the endpoint without asking its model anything, by listing its models.

    Args:
        settings: Which endpoint.
        timeout: Seconds to wait.

    Returns:
        What was found, in a few words.

    Raises:
        ConfigurationError: It cannot be reached, or refuses; says what to set.
    """
    http = openai.DefaultHttpxClient(timeout=timeout, follow_redirects=False)
    with openai.OpenAI(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        max_retries=0,
        http_client=http,
    ) as client:
        try:
            names = {model.id for model in client.models.list()}
        except openai.APIConnectionError as error:
            raise ConfigurationError(
                f"the LLM endpoint cannot be reached ({_cause(error)}); check GRADER_LLM_BASE_URL"
            ) from None
        except openai.APIStatusError as error:
            if error.status_code in (404, 405):
                return "reachable, lists no models"
            try:
                _refused(error)
            except ChatFailed as failed:
                raise ConfigurationError(str(failed)) from None
        except Exception:  # noqa: BLE001 - whatever a broken reply makes the client raise
            raise ConfigurationError(_NOT_THE_PROTOCOL) from None
    return "reachable" if settings.model in names else "reachable, does not list this model"
