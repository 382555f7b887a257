"""JSON documents with their places: one, a list of them, or one a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from grader.errors import Problem, RubricInvalid


@dataclass(frozen=True, slots=True)
class Located:
    """One document.

    Attributes:
        where: Its path in the file; empty where it is the file, or a line of it.
        line: 1-based for JSON lines, else 0.
    """

    data: Any
    where: str = ""
    line: int = 0


def read_json(text: str, file: str) -> list[Located]:
    """Read a JSON document, or JSON lines.

    Raises:
        RubricInvalid: Something is not JSON; says which lines.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise RubricInvalid([Problem("", "the file is empty", file)])
    whole = _parsed(text, file)
    if not isinstance(whole, Problem):
        return [Located(whole)]
    first, *others = [
        (number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    ]
    if not others or isinstance(_parsed(first[1], file), Problem):
        raise RubricInvalid([whole])
    found: list[Located] = []
    problems: list[Problem] = []
    for number, line in (first, *others):
        data = _parsed(line, file, number)
        if isinstance(data, Problem):
            problems.append(data)
        else:
            found.append(Located(data, line=number))
    if problems:
        raise RubricInvalid(problems)
    return found


def _parsed(text: str, file: str, line: int = 0) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return Problem("", f"not valid JSON: {error.msg}", file, line or error.lineno)
    except (RecursionError, ValueError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Problem("", f"not valid JSON: {what}", file, line or 1)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")
