"""Ids of a rubric document that repeat or point nowhere.

Ids differ across points, mistakes, follow-ups and options, with one exception: an option of a
multiple-choice question may bear the id of what choosing it shows. A correct option may share its
id with a point, which is then about choosing it; a wrong option with a mistake, which is then made
by choosing it.

Works on raw data, valid or not, so that these problems are reported together with the schema's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.errors import Problem

_WITH_IDS = ("points", "mistakes", "follow_ups", "options")

# Whether an option is correct, and the part of the rubric that may share its id.
_SHARED_WITH = {True: "points", False: "mistakes"}


def reference_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem per repeated id, unknown follow-up target, and label of an unknown id.

    Args:
        document: A rubric as read from YAML or JSON; values of a wrong type are passed over.
    """
    yield from _repeated_ids(document)
    yield from _unknown_targets(document)
    yield from _unknown_labels(document)
    if document.get("options") and document.get("kind") != "multiple_choice":
        yield Problem("options", "only a multiple_choice question has options; remove them")


def _repeated_ids(document: Mapping[str, Any]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for field in _WITH_IDS:
        for position, entry in _entries(document, field):
            name, where = entry.get("id"), f"{field}[{position}].id"
            if not isinstance(name, str):
                continue
            first = seen.get(name)
            if first is None:
                seen[name] = where
            elif field == "options" and _links(entry, first):
                seen[name] = where  # linked once; a second option with this id repeats the first
            else:
                hint = _hint(entry) if field == "options" else ""
                message = f"id '{name}' is already used at {first}; ids must differ{hint}"
                yield Problem(where, message)


def _links(option: Mapping[str, Any], where: str) -> bool:
    correct = option.get("correct")
    return isinstance(correct, bool) and where.startswith(f"{_SHARED_WITH[correct]}[")


def _hint(option: Mapping[str, Any]) -> str:
    if not isinstance(correct := option.get("correct"), bool):
        return ""
    kind, part = ("correct", "a point") if correct else ("wrong", "a mistake")
    return f", though a {kind} option may share the id of {part}"


def _unknown_targets(document: Mapping[str, Any]) -> Iterator[Problem]:
    known = _ids(document, "points") | _ids(document, "mistakes")
    for position, entry in _entries(document, "follow_ups"):
        for index, target in enumerate(_listed(entry.get("targets"))):
            if isinstance(target, str) and target not in known:
                message = f"unknown target '{target}'; name the id of a point or a mistake"
                yield Problem(f"follow_ups[{position}].targets[{index}]", message)


def _unknown_labels(document: Mapping[str, Any]) -> Iterator[Problem]:
    for position, entry in _entries(document, "examples"):
        for field in ("points", "mistakes"):
            labels, known = entry.get(field), _ids(document, field)
            for name in labels if isinstance(labels, Mapping) else ():
                if name not in known:
                    where = f"examples[{position}].{field}.{name}"
                    yield Problem(where, f"'{name}' is not the id of one of the {field}")


def _entries(document: Mapping[str, Any], field: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for position, entry in enumerate(_listed(document.get(field))):
        if isinstance(entry, Mapping):
            yield position, entry


def _ids(document: Mapping[str, Any], field: str) -> set[str]:
    names = (entry.get("id") for _, entry in _entries(document, field))
    return {name for name in names if isinstance(name, str)}


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, (list, tuple)) else ()
