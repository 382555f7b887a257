"""The signing secrets of an endpoint, as they are kept with it: the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

KeptSecret = Mapping[str, Any]
"""`{secret, created_at, expires_at}`; of the newest `expires_at` is None."""

# Each one makes the signature header longer.
_MOST_ACTIVE = 3


def kept_secret(secret: str, at: datetime) -> dict[str, Any]:
    """Return a new secret as it is kept."""
    return {"secret": secret, "created_at": at.isoformat(), "expires_at": None}


def rotated(
    secrets: Sequence[KeptSecret], secret: str, at: datetime, overlap: timedelta
) -> list[dict[str, Any]]:
    """Put a new secret first; older ones stay active for the overlap, or less if they end before."""
    end = at + overlap
    older = [
        {**old, "expires_at": min(_end(old) or end, end).isoformat()}
        for old in secrets
        if _is_active(old, at)
    ]
    active = [old for old in older if _is_active(old, at)]
    return [kept_secret(secret, at), *active[: _MOST_ACTIVE - 1]]


def active_secrets(secrets: Sequence[KeptSecret], at: datetime) -> list[str]:
    """Return the secrets to sign with, the newest first."""
    return [str(kept["secret"]) for kept in secrets if _is_active(kept, at)]


def _end(kept: KeptSecret) -> datetime | None:
    return datetime.fromisoformat(kept["expires_at"]) if kept["expires_at"] else None


def _is_active(kept: KeptSecret, at: datetime) -> bool:
    end = _end(kept)
    return end is None or end > at
