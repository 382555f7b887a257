"""Rubrics as a table, one row for each point, mistake, follow-up and option.

| column | rows | what it holds |
|---|---|---|
| rubric_id, version | all | which rubric; where the version is left empty, another row says it |
| type | all | point, mistake, follow_up, option |
| id | all | the entry's id; where it is left empty, one is made from the text |
| text | all | the claim, the question to ask, the option's text |
| weight | point, mistake | a point's weight, a mistake's penalty |
| required | point | yes or no |
| accept, reject | point | phrasings, one a line |
| severity, correction | mistake | see the rubric format |
| targets | follow_up | ids of points and mistakes, one a line |
| style | follow_up | see the rubric format |
| correct, explanation | option | yes or no; see the rubric format |
| question, kind, level, topics, reference, reference_answer, vocabulary | any one | fields of the rubric itself; lists one a line |

An export writes the rubric's own fields in its first row. In an import they may stand in any of its
rows, or in several, if they agree. Cells left empty have the format's default. Text that a
spreadsheet would run as a formula has an apostrophe in front, which an import takes off again. What
the table cannot hold: worked examples, the status, and line breaks within an entry of a list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grader.bank.exchange._cells import guarded
from grader.bank.exchange._results import Exported, loss
from grader.errors import Problem
from grader.types import Rubric

# By type of row: the part of the rubric, and its fields by column.
ENTRIES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "point": (
        "points",
        {
            "id": "id",
            "text": "claim",
            "weight": "weight",
            "required": "required",
            "accept": "accept",
            "reject": "reject",
        },
    ),
    "mistake": (
        "mistakes",
        {
            "id": "id",
            "text": "claim",
            "weight": "penalty",
            "severity": "severity",
            "correction": "correction",
        },
    ),
    "follow_up": (
        "follow_ups",
        {"id": "id", "text": "ask", "targets": "targets", "style": "style"},
    ),
    "option": (
        "options",
        {"id": "id", "text": "text", "correct": "correct", "explanation": "explanation"},
    ),
}
RUBRIC = ("question", "kind", "level", "topics", "reference", "reference_answer", "vocabulary")
LISTS = {"accept", "reject", "targets", "topics", "vocabulary"}
FLAGS = {"required", "correct"}
COLUMNS = (
    *("rubric_id", "version", "type", "id", "text", "weight", "required", "accept", "reject"),
    *("severity", "correction", "targets", "style", "correct", "explanation"),
    *RUBRIC,
)


def write_table(rubrics: Iterable[Rubric]) -> Exported:
    """Write rubrics as CSV, in UTF-8 with a byte order mark for Excel's sake."""
    losses: list[Problem] = []
    file = io.StringIO(newline="")
    file.write("\ufeff")
    table = csv.DictWriter(file, COLUMNS)
    table.writeheader()
    for rubric in rubrics:
        table.writerows(_rows(rubric, losses))
    return Exported(file.getvalue(), tuple(losses))


def _rows(rubric: Rubric, losses: list[Problem]) -> Iterator[dict[str, str]]:
    document = rubric.model_dump(mode="json", exclude_defaults=True)
    own = {
        name: _cell(document[name], name, rubric.id, losses) for name in RUBRIC if name in document
    }
    for kind, (part, fields) in ENTRIES.items():
        for place, entry in enumerate(document.get(part, ())):
            cells = {
                column: _cell(entry[field], column, f"{rubric.id}.{part}[{place}]", losses)
                for column, field in fields.items()
                if field in entry
            }
            named = {"rubric_id": rubric.id, "version": rubric.version, "type": kind}
            yield named | cells | own
            own = {}
    if rubric.examples:
        losses.append(
            loss(rubric.id, "a table has no place for worked examples; they are left out")
        )


def _cell(value: Any, column: str, where: str, losses: list[Problem]) -> str:
    if column in LISTS:
        entries = [" ".join(entry.splitlines()) for entry in value]
        if entries != list(value):
            losses.append(loss(f"{where}.{column}", "line breaks have become spaces"))
        return guarded("\n".join(entries))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(value) if isinstance(value, str) else repr(value).removesuffix(".0")
