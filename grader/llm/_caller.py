"""Calling a model with patience: a cap on concurrency, time limits, retries where they may help."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass

from anyio.from_thread import BlockingPortal, start_blocking_portal
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
    wait_random,
)

from grader.llm._chat import ChatFailed, ChatModel, ChatReply, ChatRequest
from grader.settings import LlmSettings
from grader.tracing import span

_log = logging.getLogger(__name__)

_LONGEST_WAIT = 20.0

# A wait of 1, 2, 4 ... seconds, or what the endpoint asks for, and up to one more, at random, so that
# calls that failed together do not come back together.
_BACK_OFF = wait_exponential_jitter(max=_LONGEST_WAIT, jitter=1)
_SPREAD = wait_random(0, 1)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Open:
    """What lives while the thread does."""

    portal: BlockingPortal
    model: ChatModel
    slots: asyncio.Semaphore


class Caller:
    """Makes calls on an event loop of its own, in a thread of its own.

    Connections and the cap belong to that loop, so it does not matter which loops the callers run
    on, or whether those come and go.
    """

    def __init__(
        self,
        settings: LlmSettings,
        make_model: Callable[[], ChatModel],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Prepare; the thread starts with the first call.

        Args:
            settings: Time limits, retries, and the cap.
            make_model: Makes the model; called on the loop that it will be used on.
            sleep: Waits between attempts, in seconds.
        """
        self._settings = settings
        self._make_model = make_model
        self._sleep = sleep
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._open: _Open | None = None

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Ask for a reply, again and again where that may help.

        Raises:
            ChatFailed: The last attempt's failure.
        """
        opened = self._open
        if opened is None:
            opened = await asyncio.to_thread(self._opened)
        model = self._settings.model
        told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
        with span(f"chat {model}", told, remote=True) as current:
            future = opened.portal.start_task_soon(self._complete, opened, request)
            reply = await asyncio.wrap_future(future)
            if reply.usage is not None:
                current.set_attribute("gen_ai.usage.input_tokens", reply.usage.input_tokens)
                current.set_attribute("gen_ai.usage.output_tokens", reply.usage.output_tokens)
            return reply

    def close(self) -> None:
        """Close connections, give up calls under way, and end the thread."""
        with self._lock:
            opened, self._open = self._open, None
            if opened is not None:
                opened.portal.call(opened.model.aclose)
                opened.portal.call(opened.portal.stop, True)  # noqa: FBT003 - anyio passes no names
            self._stack.close()

    def _opened(self) -> _Open:
        with self._lock:
            if self._open is None:
                with ExitStack() as starting:
                    portal = starting.enter_context(start_blocking_portal(name="llm"))
                    model = self._made(portal)
                    slots = asyncio.Semaphore(self._settings.concurrency)
                    self._open = _Open(portal, model, slots)
                    self._stack = starting.pop_all()
            return self._open

    def _made(self, portal: BlockingPortal) -> ChatModel:
        try:
            return portal.call(self._make_model)
        except Exception as error:  # noqa: BLE001 - proxies and certificates from the environment
            _log.warning("the LLM client cannot be made: %s: %s", type(error).__name__, error)
            raise ChatFailed("the LLM client cannot be made; the log says why") from None

    async def _complete(self, opened: _Open, request: ChatRequest) -> ChatReply:
        # The place is kept while waiting for the next attempt: an endpoint that is over its limit
        # is not helped by others stepping in.
        async with opened.slots:
            deadline = time.monotonic() + self._settings.deadline
            retrying = AsyncRetrying(
                sleep=self._sleep,
                stop=stop_after_attempt(1 + self._settings.retries)
                | stop_before_delay(self._settings.deadline),
                wait=_wait,
                retry=retry_if_exception(_may_pass),
                before_sleep=_report,
                reraise=True,
            )
            return await retrying(self._attempt, opened.model, request, deadline)

    async def _attempt(self, model: ChatModel, request: ChatRequest, deadline: float) -> ChatReply:
        allowed = min(self._settings.timeout, max(0.0, deadline - time.monotonic()))
        try:
            # The client's own limits are on each read; a reply that trickles in never meets them.
            async with asyncio.timeout(allowed):
                return await model.complete(request)
        except TimeoutError:
            message = f"the LLM did not reply within {allowed:.3g} s (GRADER_LLM_TIMEOUT)"
            raise ChatFailed(message, retryable=True) from None


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ChatFailed) and error.retryable


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ChatFailed) else None
    return asked + _SPREAD(state) if asked else _BACK_OFF(state)


def _report(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.info("attempt %d failed: %s; trying again", state.attempt_number, error)
