"""How many tokens a call may need, and what a batch may use altogether."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from grader.errors import TokenBudgetExceeded
from grader.llm._chat import ChatRequest

# Byte-pair encodings take about 4 bytes of English to a token, and 3 of other scripts or of code.
# Three errs on the safe side, and needs no model's vocabulary, which would have to be downloaded.
_BYTES_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 8

_REPLY_TOKENS, _REPLY_TOKENS_PER_ITEM = 200, 150


def estimate_tokens(text: str) -> int:
    """Estimate from above how many tokens a text has."""
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def input_tokens(request: ChatRequest) -> int:
    """Estimate from above how many tokens a request has, its schema included."""
    messages = sum(estimate_tokens(m.text) + _TOKENS_PER_MESSAGE for m in request.messages)
    return messages + estimate_tokens(json.dumps(request.schema))


def reply_tokens(items: int) -> int:
    """Say how much room the reply about so many points and mistakes is given."""
    return _REPLY_TOKENS + _REPLY_TOKENS_PER_ITEM * items


class TokenBudget:
    """Tokens that many calls may use together; safe to share between threads.

    A call reserves the most it may need before it is made, so that the limit holds however many
    calls are under way, and gives back what it did not use.

    Attributes:
        limit: None for no limit.
        used: Tokens used so far, calls under way included with the most they may need.
    """

    def __init__(
        self,
        limit: int | None,
        *,
        whose: str = "the batch's",
        remedy: str = "GRADER_LLM_BATCH_TOKENS",
        outer: TokenBudget | None = None,
    ) -> None:
        """Start with nothing used.

        Args:
            limit: None for no limit.
            whose: Whose tokens they are, and what changes the limit, for people.
            remedy: Likewise.
            outer: Another budget that every call counts in too.
        """
        self.limit = limit
        self.used = 0
        self._whose = whose
        self._remedy = remedy
        self._outer = outer
        self._lock = threading.Lock()

    @contextmanager
    def reserve(self, tokens: int) -> Iterator[Reservation]:
        """Hold tokens for one call while it is under way.

        Raises:
            TokenBudgetExceeded: There are not as many left.
        """
        around = nullcontext(Reservation()) if self._outer is None else self._outer.reserve(tokens)
        with around as reservation:
            with self._lock:
                if self.limit is not None and self.used + tokens > self.limit:
                    raise TokenBudgetExceeded(
                        f"the call may need {tokens:,} tokens and {self.limit - self.used:,} of "
                        f"{self._whose} {self.limit:,} are left ({self._remedy})"
                    )
                self.used += tokens
            try:
                yield reservation
            finally:
                with self._lock:
                    self.used += reservation.spent - tokens


class Reservation:
    """Tokens held for one call.

    Attributes:
        spent: What the call did use; to be set by whoever makes it.
    """

    def __init__(self) -> None:
        """Nothing spent yet."""
        self.spent = 0


_UNLIMITED = TokenBudget(None)
_CURRENT: ContextVar[TokenBudget] = ContextVar("token_budget", default=_UNLIMITED)


def current_budget() -> TokenBudget:
    """Return the budget of what is being graded here; without limit outside of one."""
    return _CURRENT.get()


@contextmanager
def token_budget(limit: int | None, **told: str) -> Iterator[TokenBudget]:
    """Let all LLM calls made within, and by tasks started within, use so many tokens together.

    Inside another budget they count in both.

    Args:
        limit: None for no limit.
        **told: `whose` and `remedy`, as of `TokenBudget`.
    """
    budget = TokenBudget(limit, outer=_CURRENT.get(), **told)
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)
