"""What a webhook says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from grader.types import Frozen


class Message(Frozen):
    """One event, as it is sent to every endpoint that asked for its type.

    Attributes:
        id: Identifies the event, and lets a receiver drop one that comes twice.
        type: What happened, as in `batch.completed`.
        timestamp: When it happened; the moment of sending stands in the signature instead.
        data: Particulars; ids rather than answers, which a receiver fetches with its own key.
    """

    id: str
    type: str
    timestamp: AwareDatetime
    data: Mapping[str, Any] = {}

    def body(self) -> str:
        """Write out the JSON payload: `type`, `timestamp` and `data`, the same on every attempt."""
        payload = {"type": self.type, "timestamp": _rfc3339(self.timestamp), "data": self.data}
        return json.dumps(payload, separators=(",", ":"))


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
