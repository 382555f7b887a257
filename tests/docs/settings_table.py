"""Writes the tables of docs/settings.md from the classes of the settings.

python -m tests.docs.settings_table
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from grader.settings import LlmSettings, Settings
from grader.speech import SpeechSettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"

_TABLES: Mapping[str, type[BaseModel]] = {
    "GRADER_": Settings,
    "GRADER_LLM_": LlmSettings,
    "GRADER_SPEECH_": SpeechSettings,
}

# What is found out when the settings are read.
_FOUND = {
    "rubrics_dir": "in the package",
    "corpus_dir": "in the package",
    "data_dir": "the user's data folder",
}


def document() -> str:
    """Return what the document should be: all but its tables as it stands."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for prefix, model in _TABLES.items():
        begin, end = f"<!-- {prefix} -->\n", f"<!-- end of {prefix} -->"
        table = "".join(f"{line}\n" for line in _table(prefix, model))
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        found = re.findall(pattern, text, re.DOTALL)
        if len(found) != 1:
            raise ValueError(f"docs/settings.md has {len(found)} places for the table of {prefix}")
        text = text.replace(found[0], begin + table + end)
    return text


def _table(prefix: str, model: type[BaseModel]) -> Iterator[str]:
    told = _told(model)
    yield "| variable | default | allowed | what it is |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        if not _is_model(field):
            cells = (
                f"`{prefix}{name.upper()}`",
                _default(name, field),
                _allowed(field),
                told[name],
            )
            yield f"| {' | '.join(cells)} |"


def _is_model(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _told(model: type[BaseModel]) -> dict[str, str]:
    """Read what a class's docstring says of each attribute."""
    _, _, listed = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")
    entries = re.findall(r"^    (\w+): (.+(?:\n {8,}.+)*)", listed, re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text) for name, text in entries}


def _default(name: str, field: FieldInfo) -> str:
    if field.default_factory is not None:
        return _FOUND[name]
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return "" if value is None or value == "" else f"`{value}`"


def _allowed(field: FieldInfo) -> str:
    """Write out choices and bounds, wherever in the type they stand."""
    kinds = [
        kind for kind in (field.annotation, *get_args(field.annotation)) if kind is not NoneType
    ]
    for kind in kinds:
        if get_origin(kind) is Literal:
            return ", ".join(f"`{choice}`" for choice in get_args(kind))
        if kind is bool:
            return "`true`, `false`"
    nested = [meta for kind in kinds for meta in get_args(kind)]
    return _bounds([*field.metadata, *nested])


def _bounds(metadata: list[Any]) -> str:
    marks: dict[str, float] = {}
    for each in metadata:
        for part in (each, *getattr(each, "metadata", ())):
            for name in ("ge", "gt", "le", "lt"):
                if (value := getattr(part, name, None)) is not None:
                    marks[name] = value
    low = marks.get("ge", marks.get("gt"))
    high = marks.get("le", marks.get("lt"))
    least = "" if low is None else f"{low:,} or more" if "ge" in marks else f"above {low:,}"
    if high is None:
        return least
    return f"{low:,} to {high:,}" if "ge" in marks else f"{least}, up to {high:,}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
