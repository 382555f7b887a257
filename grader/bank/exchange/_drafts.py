"""Rubric documents in the making, which know where each of their parts was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.bank import ReferenceAnswer, parse_rubric
from grader.errors import Problem, RubricInvalid
from grader.types import Rubric

Corpus = Mapping[str, ReferenceAnswer]

_ENTRY = re.compile(r"(?P<entry>\w+\[\d+\])(?:\.(?P<field>.+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or a field stands in the file.

    Attributes:
        where: Its path or column there; empty for the line as a whole.
        line: 1-based; 0 where lines say nothing.
        names: What the entry's fields are called there.
    """

    where: str
    line: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A rubric as plain data.

    Attributes:
        document: As `parse_rubric` takes it.
        file: Name to give in problems.
        place: Where the rubric as a whole stands.
        places: Where its parts stand, by path in `document`: `question`, `points[2]`.
    """

    document: dict[str, Any]
    file: str
    place: Place
    places: dict[str, Place] = field(default_factory=dict)

    def build(self, corpus: Corpus) -> Rubric:
        """Make the rubric.

        Raises:
            RubricInvalid: It breaks the format; each problem says where in the file.
        """
        try:
            return parse_rubric({**self.document, "status": "draft"}, corpus)
        except RubricInvalid as error:
            raise RubricInvalid([self._located(problem) for problem in error.problems]) from None

    def _located(self, problem: Problem) -> Problem:
        found = _ENTRY.match(problem.where)
        entry = self.places.get(found["entry"]) if found else None
        name, rest = _cut(found["field"] or "" if found and entry else problem.where)
        if entry:
            place, shown = entry, entry.names.get(name, name) + rest
        elif name in self.places:
            place, shown = self.places[name], rest
        else:
            place, shown = self.place, name + rest
        message = problem.message
        for path, other in self.places.items():  # as in "is already used at points[0].id"
            message = message.replace(f"{path}.id", _shown(other))
        return Problem(_joined(place.where, shown), message, self.file, place.line)


def build_all(drafts: list[Draft], corpus: Corpus, problems: list[Problem]) -> tuple[Rubric, ...]:
    """Make all rubrics, or say everything that is wrong.

    Args:
        drafts: What was read.
        corpus: Reference answers that drafts may name.
        problems: What was found wrong already.

    Raises:
        RubricInvalid: Something is; carries all problems.
    """
    rubrics: list[Rubric] = []
    seen: dict[tuple[str, str], Place] = {}
    for draft in drafts:
        try:
            rubric = draft.build(corpus)
        except RubricInvalid as error:
            problems += error.problems
            continue
        first = seen.setdefault((rubric.id, rubric.version), draft.place)
        if first is not draft.place:
            message = f"'{rubric.id}' {rubric.version} is there already, at {_shown(first)}"
            problems.append(Problem(draft.place.where, message, draft.file, draft.place.line))
        rubrics.append(rubric)
    if problems:
        raise RubricInvalid(sorted(problems, key=lambda problem: problem.line))
    return tuple(rubrics)


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where and name and not name.startswith("[") else where + name


def _shown(place: Place) -> str:
    return f"line {place.line}" if place.line and not place.where else place.where or "the start"


def _cut(path: str) -> tuple[str, str]:
    """Cut a path behind its first name: `targets[0]` is `targets` and `[0]`."""
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    return name, path[len(name) :]
