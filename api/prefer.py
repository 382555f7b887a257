"""The header `Prefer` (RFC 7240)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

Prefer = Annotated[
    str | None,
    Header(
        description="`respond-async` (RFC 7240): answer 202 at once, and grade in the background."
    ),
]
"""The header, as the parameter of a route."""


def asks_for_async(prefer: str | None) -> bool:
    """Tell whether a client would rather be answered at once, and come back for the result."""
    preferences = (part.split(";")[0].strip().lower() for part in (prefer or "").split(","))
    return "respond-async" in preferences
