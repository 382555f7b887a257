"""What pydantic finds wrong with a document, in words for the person who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

# By pydantic's error types; {given} is what stands in the file.
_MESSAGES = {
    "missing": "missing; it must be given",
    "extra_forbidden": "unknown field",
    "int_type": "must be a whole number, not {given}",
    "greater_than_equal": "must be at least {ge}, not {given}",
    "less_than_equal": "must be at most {le}, not {given}",
    "bool_type": "must be true or false, not {given}",
    "string_type": "must be text, not {given}; put it in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must have at least one entry",
    "enum": "must be {expected}, not {given}",
    "string_pattern_mismatch": "must be lower-case words joined by hyphens, not {given}",
    "string_pattern_mismatch:version": "must be a version like 1.0.0, not {given}",
    "model_type": "must be a mapping, not {given}",
    "tuple_type": "must be a list, not {given}",
}


def innermost(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Drop what only repeats an error further inside.

    A list whose entries are all invalid is also called too short.
    """
    outer = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    return [detail for detail in details if detail["loc"] not in outer]


def explain(
    detail: ErrorDetails,
    model: type[BaseModel],
    messages: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Say what is wrong and what to do.

    Args:
        detail: One error.
        model: What the document should have been, to look up what a misspelt field may have meant.
        messages: What this kind of document says instead, by pydantic's error type, or type and
            field as in `missing:weight`.
    """
    kind, where = detail["type"], detail["loc"]
    known = {**_MESSAGES, **messages}
    template = known.get(f"{kind}:{where[-1]}") or known.get(kind)
    if template is None:
        return f"{detail['msg']}, not {describe(detail['input'])}"
    message = template.format(given=describe(detail["input"]), **detail.get("ctx", {}))
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(where[-1]), _fields_at(where[:-1], model), n=1)
        message += f"; did you mean '{near[0]}'?" if near else "; remove it"
    return message


def describe(value: Any) -> str:
    """Name a value as it stands in a document, cut short if it is long."""
    if value is None:
        return "empty"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields_at(where: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    for step in where:
        if isinstance(step, str):
            annotation = model.model_fields[step].annotation
            model = next(t for t in (annotation, *get_args(annotation)) if _is_model(t))
    return list(model.model_fields)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
