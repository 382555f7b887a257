"""Kinds of fields that several requests have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

# PostgreSQL keeps no NUL; other control characters in a name are a mistake of the caller.
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]

MetadataKey = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
MetadataValue = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]

Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=16)]
"""The caller's own notes on a record; kept and returned, not looked at."""

Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5000, pattern=r"^[^\x00]*$"),
]
"""What a person wrote; PostgreSQL keeps no NUL."""


def _written_out(value: Any) -> Any:
    # Pydantic would take a number for seconds since 1970, or for milliseconds if it is large.
    try:
        float(value)
    except (TypeError, ValueError):
        return value
    raise ValueError("write the moment out with its time zone, as in 2026-01-31T12:00:00Z")


Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(9000, 1, 1, tzinfo=UTC)),
    BeforeValidator(_written_out),
]
"""A moment as RFC 3339 writes it, with its time zone."""
