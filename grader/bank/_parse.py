"""From a rubric document to a `Rubric`, with every problem of the document named at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.bank._corpus import ReferenceAnswer
from grader.bank._yaml import LocatedDocument, read_document, render_path
from grader.bank._yaml import Path as FieldPath
from grader.errors import Problem, RubricInvalid
from grader.references import reference_problems
from grader.types import (
    FollowUp,
    Mistake,
    Option,
    Point,
    Rubric,
    WorkedExample,
)

_PARTS: Mapping[str, type[BaseModel]] = {
    "points": Point,
    "mistakes": Mistake,
    "follow_ups": FollowUp,
    "options": Option,
    "examples": WorkedExample,
}


def load_rubric(path: Path, corpus: Mapping[str, ReferenceAnswer]) -> Rubric:
    """Read one rubric file.

    Args:
        path: A YAML (or JSON) file.
        corpus: Reference answers by source, for the rubric's `reference`.

    Raises:
        RubricInvalid: The file cannot be read or breaks the format; each problem has its line.
    """
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise RubricInvalid(
            [Problem("", f"not UTF-8 at byte {error.start}", str(path), 1)]
        ) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise RubricInvalid([Problem("", message, str(path))]) from None
    document = read_document(text, str(path))
    # What is not YAML at all has no fields to complain about.
    rubric, problems = (
        (None, [])
        if document.data is None and document.problems
        else _validate(document.data, corpus)
    )
    located = [_placed(problem, fields, document, str(path)) for problem, fields in problems]
    problems_found = [*document.problems, *located]
    if rubric is None or problems_found:
        raise RubricInvalid(sorted(problems_found, key=lambda problem: problem.line))
    return rubric


def parse_rubric(document: Any, corpus: Mapping[str, ReferenceAnswer] | None = None) -> Rubric:
    """Build a rubric from plain data, as sent inline in a request.

    Raises:
        RubricInvalid: The document breaks the format; carries every problem found.
    """
    rubric, problems = _validate(document, corpus or {})
    if rubric is None or problems:
        raise RubricInvalid([problem for problem, _ in problems])
    return rubric


def _validate(
    data: Any, corpus: Mapping[str, ReferenceAnswer]
) -> tuple[Rubric | None, list[tuple[Problem, FieldPath]]]:
    if not isinstance(data, Mapping):
        message = "a rubric is a mapping that begins with 'id:'; this is " + _describe(data)
        return None, [(Problem("", message), ())]
    data = dict(data)
    problems: list[tuple[Problem, FieldPath]] = []
    reference = data.get("reference")
    if isinstance(reference, str) and not data.get("reference_answer"):
        if reference in corpus:
            data["reference_answer"] = corpus[reference].text
        else:
            problems.append((_unknown_reference(reference, corpus), ("reference",)))
    problems += [(p, _parse_path(p.where)) for p in reference_problems(data)]
    try:
        return Rubric.model_validate(data), problems
    except ValidationError as error:
        details = _innermost(error.errors())
        return None, problems + [(_explain(detail), detail["loc"]) for detail in details]


def _innermost(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Drop what only repeats a problem further inside.

    A list whose entries are all invalid is also called too short, and the model's own check, which
    has no path, repeats the references.
    """
    outer = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
    return [detail for detail in details if detail["loc"] and detail["loc"] not in outer]


def _unknown_reference(reference: str, corpus: Mapping[str, ReferenceAnswer]) -> Problem:
    near = difflib.get_close_matches(reference, corpus, n=1)
    hint = (
        f"; did you mean '{near[0]}'?" if near else "; add it under corpus/ or use reference_answer"
    )
    return Problem("reference", f"there is no reference answer '{reference}'{hint}")


def locate(problems: Iterable[Problem], path: Path) -> list[Problem]:
    """Give problems of a rubric the file it was read from and their lines in it."""
    problems = list(problems)
    if not problems:
        return []
    document = read_document(path.read_text(encoding="utf-8"), str(path))
    return [_placed(p, _parse_path(p.where), document, str(path)) for p in problems]


def _placed(problem: Problem, path: FieldPath, document: LocatedDocument, file: str) -> Problem:
    return Problem(problem.where, problem.message, file, document.line(path), problem.severity)


def _parse_path(where: str) -> FieldPath:
    steps = where.replace("[", ".").replace("]", "").split(".")
    return tuple(int(step) if step.isdecimal() else step for step in steps if step)


# pydantic's error types, in words for a rubric's author; {given} is what stands in the file.
_MESSAGES = {
    "missing": "missing; it must be given",
    "missing:weight": "missing; give the point a weight above 0",
    "missing:penalty": "missing; give the mistake a penalty above 0",
    "extra_forbidden": "unknown field",
    "greater_than_equal": "must be a number above 0, not {given} (0.001 to 1000)",
    "less_than_equal": "must be at most 1000, not {given}",
    "float_type": "must be a number, not {given}",
    "bool_type": "must be true or false, not {given}",
    "finite_number": "must be a number above 0, not {given}",
    "string_type": "must be text, not {given}; put it in quotes",
    "string_too_short": "must not be empty",
    "too_short": "must have at least one entry",
    "enum": "must be {expected}, not {given}",
    "string_pattern_mismatch": "must be lower-case words joined by hyphens, not {given}",
    "string_pattern_mismatch:version": "must be a version like 1.0.0, not {given}",
    "model_type": "must be a mapping, not {given}",
    "mapping_type": "must be a mapping, not {given}",
    "tuple_type": "must be a list, not {given}",
}


def _explain(detail: ErrorDetails) -> Problem:
    loc, kind = detail["loc"], detail["type"]
    template = _MESSAGES.get(f"{kind}:{loc[-1]}") or _MESSAGES.get(kind)
    expected = detail.get("ctx", {}).get("expected")
    if template is None:
        message = f"{detail['msg']}, not {_describe(detail['input'])}"
    else:
        message = template.format(given=_describe(detail["input"]), expected=expected)
    if kind == "extra_forbidden":
        message += _did_you_mean(loc)
    return Problem(render_path(loc), message)


def _did_you_mean(loc: FieldPath) -> str:
    owner: type[BaseModel] = _PARTS.get(str(loc[0]), Rubric) if len(loc) > 1 else Rubric
    near = difflib.get_close_matches(str(loc[-1]), owner.model_fields, n=1)
    return f"; did you mean '{near[0]}'?" if near else "; remove it"


def _describe(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
