"""What is asked of webhooks."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deliveries._events import EventType
from api.fields import Moment

_Url = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
_Description = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Events = Annotated[list[EventType], Field(max_length=len(EventType))]
_Secret = Annotated[str, StringConstraints(max_length=200)]


class NewEndpoint(BaseModel):
    """Where to send what.

    Attributes:
        url: A public `https` address.
        events: Types of events to send; leave it out for all.
        description: Your note.
        secret: Your own signing secret, `whsec_` and 24 to 64 bytes in base64; one is made without.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://example.com/hooks", "events": ["grade.created", "batch.completed"]}
            ]
        },
    )

    url: _Url
    events: _Events = []
    description: _Description = ""
    secret: _Secret | None = None


class EndpointChange(BaseModel):
    """What to change; what is left out stays.

    Attributes:
        enabled: False stops all sending, and gives up what is still to be sent; true begins again.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"enabled": True}]})

    url: _Url | None = None
    events: _Events | None = None
    description: _Description | None = None
    enabled: bool | None = None


class Rotation(BaseModel):
    """How a signing secret is replaced.

    Attributes:
        overlap_hours: So long messages are signed with the old secret too.
        secret: Your own new one, `whsec_` and 24 to 64 bytes in base64; one is made without.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    overlap_hours: Annotated[float, Field(ge=0, le=24 * 30)] = 24
    secret: _Secret | None = None


class Replay(BaseModel):
    """Which deliveries to send again.

    Attributes:
        since: All that failed of those made since this moment, with its time zone.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-01-31T12:00:00Z"}]}
    )

    since: Moment
