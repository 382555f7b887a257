"""Reading what recognisers return as JSON: only the fields that are needed, others are left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.speech._errors import TranscriptInvalid

Length = Annotated[float, Field(ge=0, le=1e9)]  # of a recording, in seconds

_Model = TypeVar("_Model", bound=BaseModel)


class Reply(BaseModel):
    """Base of the shapes."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


def load(text: str) -> Any:
    """Parse JSON.

    Raises:
        TranscriptInvalid: It is no JSON; says where.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise TranscriptInvalid(f"not valid JSON: {error.msg}", where) from None
    except (RecursionError, ValueError) as error:
        raise TranscriptInvalid(f"not JSON that can be read: {error}") from None


def validated(shape: type[_Model], document: Any) -> _Model:
    """Check a document against a shape.

    Raises:
        TranscriptInvalid: It does not fit; says at which field.
    """
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = path(*first["loc"])
        raise TranscriptInvalid(f"{first['msg'].lower()}, not {_shown(first)}", where) from None


def path(*parts: str | int) -> str:
    """Write the place of a field, as in `results.channels[0].words`."""
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return written.removeprefix(".")


def length_ms(seconds: float | None) -> int | None:
    """Turn the length of a recording into milliseconds, where it is given."""
    return None if seconds is None else round(seconds * 1000)


def has(document: Any, *fields: str) -> bool:
    """Tell whether a document is an object that has all these fields."""
    return isinstance(document, Mapping) and all(name in document for name in fields)


def _shown(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "missing":
        return "left out"
    return json.dumps(problem["input"], default=str)[:60]
