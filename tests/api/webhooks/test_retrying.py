from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.webhooks import (
    RETRIES,
    Attempt,
    AttemptError,
    EndpointHealth,
    FailingRule,
    RetrySchedule,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OK = Attempt(status=204)
FAILED = Attempt(status=500, retryable=True)
GONE = Attempt(status=410)


def waits(spread: float) -> list[float]:
    found, made = [], 1
    while (at := RETRIES.next_attempt(made, FAILED, NOON, lambda: spread)) is not None:
        found.append((at - NOON).total_seconds())
        made += 1
    return found


def test_waits_grow_from_seconds_to_a_day_and_come_to_an_end() -> None:
    assert waits(0) == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


def test_jitter_only_lengthens_and_by_a_tenth_at_most() -> None:
    for short, drawn in zip(waits(0), waits(0.999), strict=True):
        assert short < drawn < short * 1.1


def test_there_is_no_further_attempt_after_success_or_what_cannot_succeed() -> None:
    refused = Attempt(error=AttemptError.TARGET_REFUSED)
    for last in (OK, GONE, refused):
        assert RETRIES.next_attempt(1, last, NOON) is None


@pytest.mark.parametrize(
    ("asked", "waited"), [(1, 300), (3600, 3600), (10_000_000, 86_400)], ids=str
)
def test_what_the_endpoint_asks_for_is_waited_out_up_to_a_day(asked: int, waited: int) -> None:
    last = Attempt(status=429, retryable=True, retry_after=asked)
    at = RETRIES.next_attempt(2, last, NOON, lambda: 0)
    assert at == NOON + timedelta(seconds=waited)


def test_a_schedule_can_be_shorter() -> None:
    schedule = RetrySchedule(waits=(timedelta(0), timedelta(seconds=1)))
    assert schedule.next_attempt(1, FAILED, NOON) is not None
    assert schedule.next_attempt(2, FAILED, NOON) is None


def test_an_endpoint_is_disabled_when_all_has_failed_for_long() -> None:
    health = EndpointHealth()
    for hours in range(0, 121, 12):
        assert health.disabled is None
        health = health.after(FAILED, NOON + timedelta(hours=hours))
    assert health.failures == 11
    assert health.disabled is not None
    assert "since 2026-03-01 12:00 UTC" in health.disabled


def test_two_failures_far_apart_are_not_enough() -> None:
    health = EndpointHealth().after(FAILED, NOON).after(FAILED, NOON + timedelta(days=30))
    assert health.disabled is None


def test_one_success_starts_the_count_anew() -> None:
    rule = FailingRule(failures=2, period=timedelta(days=1))
    health = EndpointHealth().after(FAILED, NOON, rule).after(OK, NOON + timedelta(hours=23), rule)
    assert health == EndpointHealth()
    assert health.after(FAILED, NOON + timedelta(days=2), rule).disabled is None


def test_410_disables_at_once() -> None:
    assert EndpointHealth().after(GONE, NOON).disabled == "the endpoint answered 410 Gone"
