"""Labelled answers from a table, as spreadsheets export them.

One row is one rater's labels of one answer. Columns: `id, rubric_id, rubric_version, answer`,
optionally `rater` and `score`, and any number of `point:ID` (a verdict), `mistake:ID` (yes or no),
`evidence:ID` (words of the answer; several quotes are parted by `||`) and `tag:NAME`. Empty cells
are left out, so that one table may hold the answers to several questions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.datasets._labels import LabelledAnswer
from evals.datasets._lines import DatasetInvalid, opened, validation_problems
from grader.errors import Problem

_REQUIRED = ("id", "rubric_id", "rubric_version", "answer")
_PLAIN = (*_REQUIRED, "rater", "score")
_FAMILIES = ("point", "mistake", "evidence", "tag")
_YES = {"yes", "true", "1", "made"}
_NO = {"no", "false", "0", "absent"}


def import_csv(path: Path) -> list[LabelledAnswer]:
    """Read a table of labelled answers.

    Raises:
        DatasetInvalid: Columns are missing or unknown, or rows are wrong; carries all problems.
    """
    with opened(path) as file:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"not UTF-8 at byte {error.start}; export the table as UTF-8"
            raise DatasetInvalid([Problem("", message, str(path))]) from None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    answers: list[LabelledAnswer] = []
    problems: list[Problem] = []
    try:
        problems += _column_problems(rows.fieldnames or (), str(path))
        if problems:
            raise DatasetInvalid(problems)
        for row in rows:
            try:
                answers.append(_answer(row, str(path), rows.line_num))
            except DatasetInvalid as error:
                problems += error.problems
    except csv.Error as error:
        problems.append(Problem("", f"not CSV: {error}", str(path), max(1, rows.line_num)))
    if not answers and not problems:
        problems.append(Problem("", "there is no row below the headings", str(path)))
    if problems:
        raise DatasetInvalid(problems)
    return answers


def _column_problems(columns: Any, file: str) -> Iterator[Problem]:
    for name in _REQUIRED:
        if name not in columns:
            yield Problem(name, "there is no such column", file, 1)
    for name in columns:
        family, colon, rest = name.partition(":")
        if name not in _PLAIN and not (colon and rest and family in _FAMILIES):
            known = ", ".join((*_PLAIN, *(f"{each}:…" for each in _FAMILIES)))
            yield Problem(name, f"unknown column; there may be: {known}", file, 1)


def _answer(row: Mapping[str | None, Any], file: str, line: int) -> LabelledAnswer:
    if None in row or None in row.values():
        message = "has more or fewer cells than there are headings"
        raise DatasetInvalid([Problem("", message, file, line)])
    cells = {str(name): value for name, value in row.items() if value.strip()}
    document: dict[str, Any] = {name: cells[name] for name in _PLAIN if name in cells}
    families: dict[str, dict[str, str]] = {family: {} for family in _FAMILIES}
    for name, value in cells.items():
        family, colon, rest = name.partition(":")
        if colon:
            families[family][rest] = value.strip()
    problems: list[Problem] = []
    spans = {
        owner: list(_spans(cells.get("answer", ""), quotes, f"evidence:{owner}", problems))
        for owner, quotes in families["evidence"].items()
    }
    document["points"] = {
        name: {"verdict": verdict.lower(), "evidence": spans.get(name, [])}
        for name, verdict in families["point"].items()
    }
    document["mistakes"] = {
        name: {"made": _made(said, f"mistake:{name}", problems), "evidence": spans.get(name, [])}
        for name, said in families["mistake"].items()
    }
    document["tags"] = families["tag"]
    if problems:
        raise DatasetInvalid([Problem(p.where, p.message, file, line) for p in problems])
    try:
        return LabelledAnswer.model_validate(document)
    except ValidationError as error:
        raise DatasetInvalid(validation_problems(error, file, line)) from None


def _spans(
    answer: str, quotes: str, where: str, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    for quote in (part.strip() for part in quotes.split("||")):
        start = answer.find(quote)
        if start < 0:
            problems.append(Problem(where, f"the answer does not hold the words {quote[:60]!r}"))
            continue
        yield {"start": start, "end": start + len(quote), "quote": quote}


def _made(said: str, where: str, problems: list[Problem]) -> bool:
    if said.lower() not in _YES | _NO:
        problems.append(Problem(where, f"must be yes or no, not {said[:60]!r}"))
    return said.lower() in _YES
