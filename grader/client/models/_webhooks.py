"""Webhooks, their deliveries, and what they say."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from grader.types import Frozen


class WebhookChange(TypedDict, total=False):
    """What to change of a webhook; what is left out stays.

    Attributes:
        events: Types of events to send; none for all.
        enabled: False stops all sending, and gives up what is still to be sent; true begins again.
    """

    url: str
    events: list[str]
    description: str
    enabled: bool


class SecretInfo(Frozen):
    """A signing secret, without the secret.

    Attributes:
        expires_at: When it is no longer signed with; None for the newest.
    """

    created_at: datetime
    expires_at: datetime | None


class Webhook(Frozen):
    """An address that is told what happens.

    Attributes:
        events: The types of events it is told of; none for all.
        enabled: Whether anything is sent to it.
        disabled_at: Since when not: by its owner, by its answer 410, or after failing for days.
        failures: Attempts that have failed since one succeeded.
        failing_since: When the first of them was made.
        secrets: Those that messages are signed with, the newest first.
    """

    id: str
    url: str
    description: str
    events: tuple[str, ...]
    created_at: datetime
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failures: int
    failing_since: datetime | None
    secrets: tuple[SecretInfo, ...]


class WebhookWithSecret(Webhook):
    """A webhook, and the secret that its receiver checks signatures with.

    Attributes:
        secret: Shown this once.
    """

    secret: str


class AttemptRecord(Frozen):
    """One attempt to deliver a message.

    Attributes:
        at: When it ended.
        status: Of the receiver's response; None where there was none.
        error: Why there was none.
        detail: What went wrong, in words.
        snippet: The beginning of the receiver's response.
    """

    at: datetime
    status: int | None
    error: str | None
    detail: str
    duration_ms: int
    snippet: str


class WebhookEvent(Frozen):
    """What a message says.

    Attributes:
        id: The message's `webhook-id`, the same on every attempt: drop one that comes twice.
        type: What happened, as in `grade.created`.
        timestamp: When it did.
        data: Ids, states and figures; `id` names what it happened to.
    """

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


class Delivery(Frozen):
    """One message to one webhook.

    Attributes:
        status: `pending` while a further attempt is to be made, then `delivered` or `failed`.
        next_attempt_at: When it is.
        attempts: The latest ones, oldest first.
    """

    id: str
    endpoint_id: str
    event: WebhookEvent
    status: str
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    attempts: tuple[AttemptRecord, ...]


class Replayed(Frozen):
    """How many deliveries are sent again."""

    replayed: int
