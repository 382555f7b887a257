"""The body of a request that holds a rubric, in one of several formats."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request

from api.errors import MediaTypeUnsupported
from grader.errors import Problem, RubricInvalid


class RubricFormat(StrEnum):
    """How a rubric is written down.

    Attributes:
        YAML: As in a rubric file.
        JSON: The same fields as JSON.
        HEALTHBENCH: HealthBench-style JSON lines, one rubric a line; see `grader.bank.exchange`.
        CSV: A table with a row for each point, mistake, follow-up and option; likewise.
    """

    YAML = "yaml"
    JSON = "json"
    HEALTHBENCH = "healthbench"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """How it is sent."""
        return _MEDIA_TYPES[self][0]

    @property
    def described(self) -> dict[str, Any]:
        """Describe a body of this format for OpenAPI, which sees through YAML as through JSON."""
        if self in ONE_RUBRIC:
            return {"schema": {"type": "object"}, "example": _EXAMPLE}
        return {"schema": {"type": "string"}}

    @property
    def suffix(self) -> str:
        """What the name of such a file ends in."""
        return ".jsonl" if self is RubricFormat.HEALTHBENCH else f".{self}"


_MEDIA_TYPES = {
    RubricFormat.JSON: ("application/json",),
    RubricFormat.YAML: ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"),
    RubricFormat.HEALTHBENCH: ("application/x-ndjson", "application/jsonl"),
    RubricFormat.CSV: ("text/csv",),
}
_FORMATS = {kind: name for name, kinds in _MEDIA_TYPES.items() for kind in kinds}

ONE_RUBRIC = (RubricFormat.JSON, RubricFormat.YAML)

_EXAMPLE = {
    "id": "message-queues",
    "version": "0.1.0",
    "question": "What is a message queue good for?",
    "points": [
        {"id": "decouples", "claim": "The producer need not wait for the consumer.", "weight": 2},
        {"id": "buffers", "claim": "Bursts are held back until there is time.", "weight": 1},
    ],
    "mistakes": [
        {"id": "exactly-once", "claim": "Each message is handled exactly once.", "penalty": 1}
    ],
}


class RubricBody:
    """The body of one request; it is there as a whole, since the service bounds it."""

    def __init__(self, request: Request) -> None:
        """Nothing is read yet."""
        self._request = request

    def format(self, *allowed: RubricFormat) -> RubricFormat:
        """Tell the format by the media type.

        Raises:
            MediaTypeUnsupported: It is none of those allowed.
        """
        sent = self._request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        found = _FORMATS.get(sent)
        if found not in allowed:
            wanted = " or ".join(each.media_type for each in allowed)
            raise MediaTypeUnsupported(
                f"send the rubric as {wanted}, not {repr(sent[:80]) if sent else 'without a type'}"
            )
        return found

    async def text(self) -> str:
        """Return the body as text.

        Raises:
            RubricInvalid: It is not UTF-8.
        """
        try:
            return (await self._request.body()).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"not UTF-8 at byte {error.start}; send it as UTF-8"
            raise RubricInvalid([Problem("", message)]) from None

    async def fingerprint(self) -> str:
        """Hash what tells the request from others; see `api.idempotency`."""
        url, kind = self._request.url, self._request.headers.get("Content-Type", "")
        told = f"{self._request.method} {url.path}?{url.query}\n{kind}\n".encode()
        return hashlib.sha256(told + await self._request.body()).hexdigest()


async def open_body(request: Request) -> RubricBody:
    """Give the body of a request; a dependency."""
    return RubricBody(request)


SentRubric = Annotated[RubricBody, Depends(open_body)]


def described_body(*formats: RubricFormat) -> dict[str, Any]:
    """Describe for OpenAPI a body in one of some formats."""
    return {
        "requestBody": {
            "required": True,
            "description": "A rubric in the format of a rubric file; its `status` is not looked at"
            if formats == ONE_RUBRIC
            else "Rubrics",
            "content": {each.media_type: each.described for each in formats},
        }
    }
