"""Labelled statements: short stretches of answers to many subjects, each judged against one claim."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from grader.types import Frozen

_DATA = Path(__file__).parents[1] / "data"

STATEMENTS, INFERENCES = _DATA / "statements", _DATA / "inferences"

_Texts = Annotated[tuple[str, ...], Field(min_length=1)]


class PointStatements(Frozen):
    """A true claim, and stretches that state it, state part of it, deny it, or do neither."""

    kind: Literal["point"]
    subject: str
    question: str
    claim: str
    covered: _Texts
    partial: _Texts
    contradicted: _Texts
    missing: _Texts


class MistakeStatements(Frozen):
    """A wrong belief, and stretches that hold it, reject it, or do neither."""

    kind: Literal["mistake"]
    subject: str
    question: str
    claim: str
    made: _Texts
    denied: _Texts
    absent: _Texts


Statements = PointStatements | MistakeStatements
_LINE: TypeAdapter[Statements] = TypeAdapter(Annotated[Statements, Field(discriminator="kind")])


def load_statements(folder: Path = STATEMENTS) -> Iterator[list[Statements]]:
    """Yield the claims of one subject after the other, in the order of the files.

    Raises:
        pydantic.ValidationError: A line does not follow the format.
    """
    for path in sorted(folder.glob("*.jsonl")):
        subjects: dict[str, list[Statements]] = {}
        for line in path.read_text("utf-8").splitlines():
            statements = _LINE.validate_python(json.loads(line))
            subjects.setdefault(statements.subject, []).append(statements)
        yield from subjects.values()


def owner_ids(subject: Sequence[Statements]) -> list[str]:
    """Name each claim of a subject by its kind and its number among those of the kind."""
    counted: Counter[str] = Counter()
    names = []
    for item in subject:
        names.append(f"{item.kind}-{counted[item.kind]}")
        counted[item.kind] += 1
    return names
