"""Drafts from a table; see `grader.bank.exchange._table` for its columns."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.bank.exchange._cells import unguarded
from grader.bank.exchange._drafts import Corpus, Draft, Place, build_all
from grader.bank.exchange._ids import with_ids
from grader.bank.exchange._results import Imported
from grader.bank.exchange._table import COLUMNS, ENTRIES, FLAGS, LISTS, RUBRIC
from grader.errors import Problem, RubricInvalid

_FIRST_VERSION = "0.1.0"
_NEEDED = ("rubric_id", "type", "text")
_EVERYWHERE = {"rubric_id", "version", "type", *RUBRIC}
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


def read_table(text: str, file: str = "", *, corpus: Corpus | None = None) -> Imported:
    """Make drafts.

    Args:
        text: CSV with the columns of `grader.bank.exchange._table`; of these only `rubric_id`,
            `type` and `text` must be there.
        file: Name to give in problems.
        corpus: Reference answers that rubrics may name.

    Raises:
        RubricInvalid: Something cannot be made a rubric; carries every problem with its line.
    """
    problems: list[Problem] = []
    rows = list(_rows(text, file, problems))
    if not rows and not problems:
        problems.append(Problem("", "there is no row below the headings", file, 1))
    drafts = []
    for (rubric_id, version), members in _grouped(rows, file, problems).items():
        reader = _Reader(file)
        draft = reader.read(rubric_id, version, members)
        problems += reader.problems
        if not reader.problems:
            drafts.append(draft)
    return Imported(build_all(drafts, corpus or {}, problems))


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells that are not empty, by column."""

    line: int
    cells: dict[str, str]


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[_Row]:
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    line = 1
    try:
        columns = [name.strip() for name in next(table, [])]
        if wrong := list(_column_problems(columns, file)):
            raise RubricInvalid(wrong)
        for row in table:
            start, line = line + 1, table.line_num
            if len(row) > len(columns):
                problems.append(Problem("", "has more cells than there are headings", file, start))
                continue
            cells = {
                name: value
                for name, cell in zip(columns, row, strict=False)
                if (value := unguarded(cell).strip())
            }
            if cells:
                yield _Row(start, cells)
    except csv.Error as error:
        problems.append(Problem("", f"not CSV: {error}", file, table.line_num or 1))


def _column_problems(columns: Sequence[str], file: str) -> Iterator[Problem]:
    if len(columns) == 1 and ";" in columns[0]:
        yield Problem("", "cells are separated by semicolons; use commas", file, 1)
        return
    for name in _NEEDED:
        if name not in columns:
            yield Problem(name, "there is no such column, and there must be", file, 1)
    for place, name in enumerate(columns):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there may be: {', '.join(COLUMNS)}"
            yield Problem(name or f"column {place + 1}", f"unknown column; {hint}", file, 1)
        elif name in columns[:place]:
            yield Problem(name, "this column is there twice", file, 1)


def _grouped(
    rows: list[_Row], file: str, problems: list[Problem]
) -> dict[tuple[str, str], list[_Row]]:
    versions: dict[str, set[str]] = {}
    for row in rows:
        if (rubric_id := row.cells.get("rubric_id")) and (version := row.cells.get("version")):
            versions.setdefault(rubric_id, set()).add(version)
    groups: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        rubric_id = row.cells.get("rubric_id", "")
        known = versions.get(rubric_id) or {_FIRST_VERSION}
        version = row.cells.get("version") or (next(iter(known)) if len(known) == 1 else "")
        if not rubric_id:
            problems.append(Problem("rubric_id", "must not be empty", file, row.line))
        elif not version:
            message = f"must be given where '{rubric_id}' has several: {', '.join(sorted(known))}"
            problems.append(Problem("version", message, file, row.line))
        else:
            groups.setdefault((rubric_id, version), []).append(row)
    return groups


class _Reader:
    """Reads the rows of one rubric."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def read(self, rubric_id: str, version: str, rows: Sequence[_Row]) -> Draft:
        document: dict[str, Any] = {"id": rubric_id, "version": version}
        draft = Draft(document, self._file, Place("", rows[0].line))
        draft.places |= {"id": Place("rubric_id", rows[0].line)}
        entries = []
        for row in rows:
            self._read_own(row, draft)
            if (entry := self._entry(row, draft)) is not None:
                entries.append((entry, row.cells.get("text", "")))
        names = with_ids([entry.get("id") for entry, _ in entries], [text for _, text in entries])
        for (entry, _), name in zip(entries, names, strict=True):
            entry["id"] = name
        return draft

    def _read_own(self, row: _Row, draft: Draft) -> None:
        """Take the fields of the rubric itself that a row gives."""
        for name in RUBRIC:
            if name not in row.cells:
                continue
            value = self._value(name, row)
            if name not in draft.document:
                draft.document[name] = value
                draft.places[name] = Place(name, row.line)
            elif draft.document[name] != value:
                first = draft.places[name].line
                self._problem(name, f"differs from line {first}; give it once", row)

    def _entry(self, row: _Row, draft: Draft) -> dict[str, Any] | None:
        given = row.cells.get("type", "")
        kind = given.lower().replace("-", "_").replace(" ", "_")
        if kind not in ENTRIES:
            self._problem("type", f"must be {', '.join(ENTRIES)}, not '{given}'", row)
            return None
        part, fields = ENTRIES[kind]
        entry = {}
        for column in row.cells:
            if column in fields:
                entry[fields[column]] = self._value(column, row)
            elif column not in _EVERYWHERE:
                message = f"a {kind.replace('_', '-')} has none; leave the cell empty"
                self._problem(column, message, row)
        listed = draft.document.setdefault(part, [])
        names = {field: column for column, field in fields.items()}
        draft.places[f"{part}[{len(listed)}]"] = Place("", row.line, names)
        listed.append(entry)
        return entry

    def _value(self, column: str, row: _Row) -> Any:
        cell = row.cells[column]
        if column in LISTS:
            return [line.strip() for line in cell.splitlines() if line.strip()]
        if column in FLAGS:
            if cell.lower() not in _YES | _NO:
                self._problem(column, f"must be yes or no, not '{cell[:60]}'", row)
            return cell.lower() in _YES
        if column == "weight":
            return self._number(cell, row)
        return cell

    def _number(self, cell: str, row: _Row) -> float:
        try:
            return float(cell)
        except ValueError:
            self._problem("weight", f"must be a number such as 1.5, not '{cell[:60]}'", row)
            return 0.0

    def _problem(self, where: str, message: str, row: _Row) -> None:
        self.problems.append(Problem(where, message, self._file, row.line))
