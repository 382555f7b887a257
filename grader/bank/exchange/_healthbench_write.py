"""Rubrics as HealthBench has them: criteria with points, negative for what an answer must not do.

HealthBench (Arora et al., 2025, arXiv:2505.08775) keeps one JSON object a line: `prompt`, a list of
chat messages; `prompt_id`; `rubrics`, a list of `{criterion, points, tags}`; `example_tags`; and
`ideal_completions_data`. Its score is ours without partial credit: points of the criteria met over
the positive points.

Export writes that, a point as `Makes this point: CLAIM` with its weight, a mistake as `Holds this
wrong belief: CLAIM` with its penalty, negative. Ids, `required` and severity are tags. What the
format has no place for stands under the key `grader`, of the object and of its criteria, which
other tools pass over; so an import gives back the same rubric.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grader.bank.exchange._results import Exported, loss
from grader.errors import Problem
from grader.types import Rubric

EXTENSION = "grader"
POINT = "Makes this point: "
MISTAKE = "Holds this wrong belief: "
ID, REQUIRED, SEVERITY, THEME = "id:", "required", "severity:", "theme:"

# Fields that only the extension holds: of a rubric, of a point, of a mistake.
CARRIED = (
    *("id", "version", "kind", "level", "reference"),
    *("follow_ups", "vocabulary", "options", "examples"),
)
POINT_CARRIED = ("accept", "reject")
MISTAKE_CARRIED = ("correction",)


def write_healthbench(rubrics: Iterable[Rubric], *, lines: bool = True) -> Exported:
    """Write rubrics as HealthBench examples.

    Args:
        rubrics: Of any status; an import makes drafts of them.
        lines: One object a line, as HealthBench has it; else one JSON list.
    """
    chosen = list(rubrics)
    examples = [_example(rubric) for rubric in chosen]
    if lines:
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in examples)
    else:
        text = json.dumps(examples, ensure_ascii=False, indent=2) + "\n"
    return Exported(text, tuple(each for rubric in chosen for each in _losses(rubric)))


def _example(rubric: Rubric) -> dict[str, Any]:
    # What is left at its default is left out, as it is of the hash that identifies a version.
    document = rubric.model_dump(mode="json", exclude_defaults=True)
    answer = document.get("reference_answer")
    ideal = {
        "ideal_completion": answer,
        "ideal_completions_group": None,
        "ideal_completions_ref_completions": None,
    }
    return {
        "prompt_id": rubric.id,
        "prompt": [{"role": "user", "content": rubric.question}],
        "rubrics": [
            *(_point(entry) for entry in document["points"]),
            *(_mistake(entry) for entry in document.get("mistakes", ())),
        ],
        "example_tags": [f"{THEME}{topic}" for topic in rubric.topics],
        "ideal_completions_data": ideal if answer else None,
        EXTENSION: _picked(document, CARRIED),
    }


def _point(entry: Mapping[str, Any]) -> dict[str, Any]:
    tags = [f"{ID}{entry['id']}", *([REQUIRED] if entry.get("required") else [])]
    return _item(POINT + entry["claim"], entry["weight"], tags, _picked(entry, POINT_CARRIED))


def _mistake(entry: Mapping[str, Any]) -> dict[str, Any]:
    severity = entry.get("severity")
    tags = [f"{ID}{entry['id']}", *([f"{SEVERITY}{severity}"] if severity else [])]
    return _item(MISTAKE + entry["claim"], -entry["penalty"], tags, _picked(entry, MISTAKE_CARRIED))


def _item(criterion: str, points: float, tags: list[str], carried: Any) -> dict[str, Any]:
    shown = int(points) if points == int(points) else points
    item: dict[str, Any] = {"criterion": criterion, "points": shown, "tags": tags}
    return item | ({EXTENSION: carried} if carried else {})


def _picked(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: document[name] for name in names if name in document}


def _losses(rubric: Rubric) -> Iterator[Problem]:
    fields = Rubric.model_fields
    hidden = [name for name in CARRIED[2:] if getattr(rubric, name) != fields[name].default]
    parts = [
        ("points", rubric.points, POINT_CARRIED),
        ("mistakes", rubric.mistakes, MISTAKE_CARRIED),
    ]
    for part, entries, names in parts:
        hidden += [f"{part}.{name}" for name in names if any(getattr(e, name) for e in entries)]
    for name in hidden:
        message = "HealthBench has no such field; it stands under 'grader', for an import here"
        yield loss(f"{rubric.id}.{name}", message)
