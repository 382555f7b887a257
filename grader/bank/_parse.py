"""From a rubric document to a `Rubric`, with every problem of the document named at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from grader.bank._corpus import ReferenceAnswer
from grader.bank._schema_errors import describe, explain, innermost
from grader.bank._yaml import LocatedDocument, read_document, render_path
from grader.bank._yaml import Path as FieldPath
from grader.errors import Problem, RubricInvalid
from grader.references import reference_problems
from grader.types import Rubric


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
    return read_rubric(text, corpus, str(path))


def read_rubric(text: str, corpus: Mapping[str, ReferenceAnswer], file: str = "") -> Rubric:
    """Read a rubric from the text of its file.

    Args:
        text: YAML, or JSON if the name of the file ends in `.json`.
        corpus: Reference answers by source, for the rubric's `reference`.
        file: Name to give in problems.

    Raises:
        RubricInvalid: The text breaks the format; each problem has its line.
    """
    document = read_document(text, file)
    # What is not YAML at all has no fields to complain about.
    rubric, problems = (
        (None, [])
        if document.data is None and document.problems
        else _validate(document.data, corpus)
    )
    located = [_placed(problem, fields, document, file) for problem, fields in problems]
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
        message = "a rubric is a mapping that begins with 'id:'; this is " + describe(data)
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
        # The model's own check, which has no path, repeats the references.
        details = [each for each in innermost(error.errors()) if each["loc"]]
        return None, problems + [(_explain(detail), detail["loc"]) for detail in details]


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


# What is said of rubrics beside what is said of any document.
_MESSAGES = {
    "missing:weight": "missing; give the point a weight above 0",
    "missing:penalty": "missing; give the mistake a penalty above 0",
    "greater_than_equal": "must be a number above 0, not {given} (0.001 to 1000)",
    "less_than_equal": "must be at most 1000, not {given}",
    "float_type": "must be a number, not {given}",
    "finite_number": "must be a number above 0, not {given}",
    "mapping_type": "must be a mapping, not {given}",
}


def _explain(detail: ErrorDetails) -> Problem:
    return Problem(render_path(detail["loc"]), explain(detail, Rubric, _MESSAGES))
