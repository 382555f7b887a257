"""When to try again, and when to give an endpoint up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.webhooks._sending import Attempt

_LONGEST_WAIT = timedelta(hours=24)

_SECOND, _MINUTE, _HOUR = (timedelta(seconds=s) for s in (1, 60, 3600))


@dataclass(frozen=True, slots=True)
class RetrySchedule:
    """Waits before each attempt, in the spirit of the Standard Webhooks specification.

    Attributes:
        waits: Before the first attempt, the second, and so on; after the last one no more is made.
        jitter: Each wait is longer by up to this share of it, at random, so that what failed together
            does not come back together.
    """

    waits: tuple[timedelta, ...] = (
        0 * _SECOND,
        5 * _SECOND,
        5 * _MINUTE,
        30 * _MINUTE,
        2 * _HOUR,
        5 * _HOUR,
        10 * _HOUR,
        14 * _HOUR,
        20 * _HOUR,
        24 * _HOUR,
    )
    jitter: float = 0.1

    def next_attempt(
        self,
        made: int,
        last: Attempt,
        at: datetime,
        spread: Callable[[], float] = random.random,
    ) -> datetime | None:
        """Say when to try again; None when there is no further attempt.

        Args:
            made: Attempts made so far, `last` included.
            last: The latest one. Its `retry_after`, up to a day, is waited out if longer.
            at: When it ended.
            spread: Draws a number in [0, 1).
        """
        if last.delivered or not last.retryable or made >= len(self.waits):
            return None
        wait = self.waits[made] * (1 + self.jitter * spread())
        if last.retry_after is not None:
            wait = max(wait, min(timedelta(seconds=last.retry_after), _LONGEST_WAIT))
        return at + wait


@dataclass(frozen=True, slots=True)
class FailingRule:
    """An endpoint is given up after this many failures in a row over this long."""

    failures: int = 10
    period: timedelta = timedelta(days=5)


RETRIES = RetrySchedule()
FAILING_RULE = FailingRule()


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """How deliveries to one endpoint have gone lately; kept with the endpoint.

    Attributes:
        failures: Attempts that failed since one succeeded.
        failing_since: When the first of them was made; None if the latest attempt succeeded.
        disabled: Why nothing is sent to it any more; None while it is in use.
    """

    failures: int = 0
    failing_since: datetime | None = None
    disabled: str | None = None

    def after(
        self, attempt: Attempt, at: datetime, rule: FailingRule = FAILING_RULE
    ) -> EndpointHealth:
        """Return the health after one more attempt, made at `at`."""
        if attempt.delivered:
            return EndpointHealth()
        failures, since = self.failures + 1, self.failing_since or at
        disabled = self.disabled
        if attempt.gone:
            disabled = "the endpoint answered 410 Gone"
        elif failures >= rule.failures and at - since >= rule.period:
            disabled = f"all of {failures} attempts have failed since {since:%Y-%m-%d %H:%M} UTC"
        return EndpointHealth(failures, since, disabled)
