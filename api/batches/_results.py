"""The results of a batch as JSON lines, read from the records page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from api.records import Batches, BatchItemRow, BatchRow, Database, ItemStatus
from api.resources import to_json

_LINES_AT_ONCE = 100

_DELETED = {
    "code": "submission_deleted",
    "message": "the answer and its grade were deleted",
}
_CANCELLED = {
    "code": "cancelled",
    "message": "the batch was cancelled before this answer was graded",
}


async def grade_lines(database: Database, batch: BatchRow) -> AsyncGenerator[bytes]:
    """Yield `{"custom_id", "grade"}` for each line that has a grade, in the order of the file."""
    after = -1
    while True:
        async with database.read() as session:
            batches = Batches(session, batch.tenant_id)
            lines = await batches.grades(batch.id, after=after, limit=_LINES_AT_ONCE)
        if not lines:
            return
        yield b"".join(_encoded({"custom_id": name, "grade": grade}) for _, name, grade in lines)
        after = lines[-1][0]


async def error_lines(database: Database, batch: BatchRow) -> AsyncGenerator[bytes]:
    """Yield `{"custom_id", "error"}` for each finished line that has no grade."""
    after = -1
    while True:
        async with database.read() as session:
            batches = Batches(session, batch.tenant_id)
            lines = await batches.errors(batch.id, after=after, limit=_LINES_AT_ONCE)
        if not lines:
            return
        yield b"".join(
            _encoded({"custom_id": line.custom_id, "error": _error(line)}) for line in lines
        )
        after = lines[-1].position


def _error(line: BatchItemRow) -> dict[str, Any]:
    if line.error is not None:
        return line.error
    why = _CANCELLED if line.status is ItemStatus.CANCELLED else _DELETED
    return {**why, "line": line.line}


def _encoded(document: Any) -> bytes:
    return to_json(document).encode() + b"\n"
