"""Endpoints and deliveries as they are returned."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.records import DeliveryRow, DeliveryStatus, EventRow, WebhookEndpointRow
from api.webhooks import AttemptError
from grader.types import Frozen


class SecretInfo(Frozen):
    """A signing secret, without the secret.

    Attributes:
        expires_at: When it is no longer signed with; null for the newest.
    """

    created_at: AwareDatetime
    expires_at: AwareDatetime | None


class Endpoint(BaseModel):
    """An address that is told what happens.

    Attributes:
        events: The types of events it is told of; empty for all.
        enabled: Whether anything is sent to it.
        disabled_at: Since when not: by its owner, by its answer 410, or after failing for days.
        failures: Attempts that have failed since one succeeded.
        failing_since: When the first of them was made.
        secrets: Those that messages are signed with, the newest first.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    url: str
    description: str
    events: list[str]
    created_at: AwareDatetime
    enabled: bool
    disabled_at: AwareDatetime | None
    disabled_reason: str | None
    failures: int
    failing_since: AwareDatetime | None
    secrets: list[SecretInfo]

    @classmethod
    def of(cls, row: WebhookEndpointRow, **more: Any) -> Self:
        """Describe an endpoint."""
        return cls(
            id=row.id,
            url=row.url,
            description=row.description,
            events=row.events,
            created_at=row.created_at,
            enabled=row.disabled_at is None,
            disabled_at=row.disabled_at,
            disabled_reason=row.disabled_reason,
            failures=row.failures,
            failing_since=row.failing_since,
            secrets=[
                SecretInfo(created_at=kept["created_at"], expires_at=kept["expires_at"])
                for kept in row.secrets
            ],
            **more,
        )


class EndpointWithSecret(Endpoint):
    """An endpoint, and the secret that its receiver checks signatures with.

    Attributes:
        secret: Shown this once.
    """

    secret: str


class EndpointPage(BaseModel):
    """One page of endpoints.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[Endpoint]
    next_cursor: str | None


class AttemptRecord(Frozen):
    """One attempt to deliver a message.

    Attributes:
        at: When it ended.
        status: Of the endpoint's response; null where there was none.
        error: Why there was none.
        detail: What went wrong, in words.
        snippet: The beginning of the endpoint's response.
    """

    at: AwareDatetime
    status: int | None
    error: AttemptError | None
    detail: str
    duration_ms: int
    snippet: str


class DeliveredEvent(Frozen):
    """What a message says.

    Attributes:
        id: The message's `webhook-id`, the same on every attempt and for every endpoint.
    """

    id: str
    type: str
    timestamp: AwareDatetime
    data: dict[str, Any]


class Delivery(Frozen):
    """One message to one endpoint.

    Attributes:
        status: `pending` while a further attempt is to be made, `failed` when none is.
        next_attempt_at: When it is.
        attempts: The latest ones, oldest first.
    """

    id: str
    endpoint_id: str
    event: DeliveredEvent
    status: Literal["pending", "delivered", "failed"]
    created_at: datetime
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    attempts: list[AttemptRecord]

    @classmethod
    def of(cls, row: DeliveryRow, event: EventRow) -> Self:
        """Describe a delivery."""
        status: DeliveryStatus = row.status
        return cls(
            id=row.id,
            endpoint_id=row.endpoint_id,
            event=DeliveredEvent(
                id=event.id, type=event.type, timestamp=event.created_at, data=event.payload
            ),
            status=status.value,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
            next_attempt_at=row.next_attempt_at,
            attempts=[AttemptRecord.model_validate(entry) for entry in row.log],
        )


class DeliveryPage(BaseModel):
    """One page of deliveries.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[Delivery]
    next_cursor: str | None


class Replayed(Frozen):
    """How many deliveries are sent again."""

    replayed: int
