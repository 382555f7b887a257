"""Opaque cursors: where a list goes on, good for that list only.

A digest tells a cursor that was altered, or belongs to another list, from one that can be used. It
is no signature: a cursor opens nothing that its caller could not list anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Annotated, Any

from fastapi import Query

from api.errors import CursorInvalid

_DIGEST = 8

CursorParameter = Annotated[
    str | None, Query(description="`next_cursor` of the page before; the first page without it")
]


class Cursors:
    """The cursors of one list, told apart from those of other lists and of other filters."""

    def __init__(self, name: str, **filters: Any) -> None:
        """Name the list.

        Args:
            name: Of the list.
            **filters: What it is narrowed by; a cursor does not fit another choice.
        """
        asked = {key: str(value) for key, value in filters.items() if value is not None}
        self._list = json.dumps([name, asked], sort_keys=True)

    def encode(self, last: str) -> str:
        """Make the cursor for what follows `last`, the key of the last item of a page."""
        return base64.urlsafe_b64encode(self._digest(last) + last.encode()).decode().rstrip("=")

    def decode(self, cursor: str | None) -> str | None:
        """Read a cursor; None for the first page.

        Raises:
            CursorInvalid: This list did not give it out.
        """
        if cursor is None:
            return None
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            decoded = base64.b64decode(padded, altchars=b"-_", validate=True)
            last = decoded[_DIGEST:].decode()
        except (binascii.Error, ValueError):
            raise CursorInvalid(_INVALID) from None
        if decoded[:_DIGEST] != self._digest(last):
            raise CursorInvalid(_INVALID)
        return last

    def _digest(self, last: str) -> bytes:
        return hashlib.sha256(f"{self._list}\n{last}".encode()).digest()[:_DIGEST]


_INVALID = (
    "the cursor was not given out for this list with these filters; take next_cursor of the page "
    "before as it is, or start without a cursor"
)
