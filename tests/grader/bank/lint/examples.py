"""Two rubrics in good order, and ways to spoil one thing in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from grader.bank import parse_rubric
from grader.types import Rubric

FOLDER = Path(__file__).parents[3] / "data" / "rubrics"
TECHNICAL = FOLDER / "feature-flags.yaml"
CHOICE = FOLDER / "etag-choice.yaml"


def document(file: Path, edits: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read one of the two; `edits` sets fields by path, as in `{"points[1].weight": 3}`.

    A position one past the end of a list adds an entry.
    """
    data: dict[str, Any] = yaml.safe_load(_text(file))
    for path, value in (edits or {}).items():
        *outer, last = (int(s) if s.isdecimal() else s for s in re.findall(r"\w+", path))
        place: Any = data
        for step in outer:
            place = place[step] if isinstance(step, int) else place.setdefault(step, [])
        if isinstance(last, int) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return data


def rubric(file: Path, edits: Mapping[str, Any] | None = None) -> Rubric:
    return parse_rubric(document(file, edits))


@lru_cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
