"""The points and mistakes that one call is about, and the form of the reply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from grader.types import Mistake, Point, Rubric, Verdict

# Part of every cache key: replies to another form, or checked in another way, are not used again.
REPLY_FORM = 1

VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Items:
    """Points and mistakes of one rubric, in its order; ids are unique across both."""

    points: tuple[Point, ...]
    mistakes: tuple[Mistake, ...]

    @classmethod
    def of(cls, rubric: Rubric) -> Self:
        """All of a rubric's."""
        return cls(rubric.points, rubric.mistakes)

    def only(self, ids: Collection[str]) -> Items:
        """Those with these ids."""
        return Items(
            tuple(point for point in self.points if point.id in ids),
            tuple(mistake for mistake in self.mistakes if mistake.id in ids),
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """Points first."""
        return (*(point.id for point in self.points), *(m.id for m in self.mistakes))


def reply_schema(items: Items) -> Mapping[str, Any]:
    """Describe the reply in the subset of JSON Schema that strict structured output takes.

    Quotes come before the verdict, so that the model looks before it decides. There is no place for
    a score.
    """
    properties = {}
    if items.points:
        verdict = {"type": "string", "enum": [str(verdict) for verdict in VERDICTS]}
        properties["points"] = _entries([p.id for p in items.points], {"verdict": verdict})
    if items.mistakes:
        made = {"type": "boolean"}
        properties["mistakes"] = _entries([m.id for m in items.mistakes], {"made": made})
    return _object(properties)


def _entries(ids: Sequence[str], decision: Mapping[str, Any]) -> Mapping[str, Any]:
    entry = _object(
        {
            "id": {"type": "string", "enum": list(ids)},
            "quotes": {"type": "array", "items": {"type": "string"}},
            **decision,
            "sure": {"type": "boolean"},
        }
    )
    return {"type": "array", "items": entry}


def _object(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
