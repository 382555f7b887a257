"""Which requests are sent again, and when."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from grader.client._errors import APIError, ClientError, ConnectionFailed
from grader.client._operations import Call

# The service, or a proxy before it, did not even begin.
_NOT_BEGUN = frozenset({429, 503})
# Nobody knows whether it was done.
_UNCERTAIN = frozenset({408, 502, 504})
_STILL_ANSWERED = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class Retries:
    """How often, and how fast, a request is repeated that may work later.

    A request that was not begun, or that is safe to repeat, is sent again; everything that creates
    is, since it carries an `Idempotency-Key`. `Retry-After` is waited out.

    Attributes:
        attempts: In all; 1 for no repetition.
        first_wait: Seconds before the second attempt; doubled each time, and spread at random over
            its upper half, so that clients that failed together do not come back together.
        longest_wait: In seconds. A service that asks for more is not waited for.
    """

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def wait(
        self,
        call: Call,
        error: ClientError,
        made: int,
        spread: Callable[[], float] = random.random,
    ) -> float | None:
        """Say how long to wait before the next attempt; None if there is none.

        Args:
            call: What was sent.
            error: What came of the latest attempt.
            made: Attempts made so far.
            spread: Draws a number in [0, 1).
        """
        if made >= self.attempts or not _may_work_later(call, error):
            return None
        wait = min(self.first_wait * 2.0 ** (made - 1), self.longest_wait)
        wait *= 0.5 + 0.5 * spread()
        asked = error.retry_after if isinstance(error, APIError) else None
        if asked is None:
            return wait
        return max(wait, asked) if asked <= self.longest_wait else None


NO_RETRIES = Retries(attempts=1)


def _may_work_later(call: Call, error: ClientError) -> bool:
    if isinstance(error, ConnectionFailed):
        return call.repeatable or not error.sent
    if isinstance(error, APIError):
        return (
            error.status in _NOT_BEGUN
            or (error.status in _UNCERTAIN and call.repeatable)
            or error.problem.code == _STILL_ANSWERED
        )
    return False
