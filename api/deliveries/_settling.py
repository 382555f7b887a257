"""What an attempt makes of its delivery and of the endpoint."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from api.deliveries._events import TEST_EVENT
from api.records import DeliveryStatus, TakenDelivery, WebhookEndpointRow
from api.webhooks import FAILING_RULE, RETRIES, Attempt, EndpointHealth, FailingRule, RetrySchedule

_MOST_LOGGED = 50

# Somebody waits for the outcome of a test, and sends another one.
_NO_RETRIES = RetrySchedule(waits=(timedelta(),))


def settle(
    taken: TakenDelivery,
    attempt: Attempt,
    at: datetime,
    schedule: RetrySchedule = RETRIES,
    rule: FailingRule = FAILING_RULE,
) -> bool:
    """Write an attempt down.

    Args:
        taken: The records to be changed, locked.
        attempt: What came of it.
        at: When it ended.
        schedule: When the next one is made.
        rule: When the endpoint is given up.

    Returns:
        Whether this attempt was the one that disables the endpoint.
    """
    delivery, endpoint = taken.delivery, taken.endpoint
    schedule = _NO_RETRIES if taken.event.type == TEST_EVENT else schedule
    delivery.attempts += 1
    delivery.log = [*delivery.log, logged_attempt(attempt, at)][-_MOST_LOGGED:]
    delivery.lease = delivery.lease_until = None
    delivery.next_attempt_at = schedule.next_attempt(delivery.attempts, attempt, at)
    if attempt.delivered:
        delivery.status, delivery.delivered_at = DeliveryStatus.DELIVERED, at
    elif delivery.next_attempt_at is None:
        delivery.status = DeliveryStatus.FAILED
    health = EndpointHealth(endpoint.failures, endpoint.failing_since).after(attempt, at, rule)
    endpoint.failures, endpoint.failing_since = health.failures, health.failing_since
    if health.disabled is None or endpoint.disabled_at is not None:
        return False
    disable(endpoint, health.disabled, at)
    return True


def disable(endpoint: WebhookEndpointRow, reason: str, at: datetime) -> None:
    """Send nothing more to an endpoint."""
    endpoint.disabled_at, endpoint.disabled_reason = at, reason


def enable(endpoint: WebhookEndpointRow) -> None:
    """Use an endpoint again, as if nothing had ever failed."""
    endpoint.disabled_at = endpoint.disabled_reason = endpoint.failing_since = None
    endpoint.failures = 0


def logged_attempt(attempt: Attempt, at: datetime) -> dict[str, Any]:
    """Return an attempt as it is kept in a log of them."""
    return {
        "at": at.isoformat(),
        "status": attempt.status,
        "error": attempt.error,
        "detail": attempt.detail,
        "duration_ms": attempt.duration_ms,
        "snippet": attempt.snippet,
    }
