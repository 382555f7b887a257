"""Rubrics as files."""

from __future__ import annotations

import json
from dataclasses import dataclass

from api.rubrics._body import RubricFormat
from grader.bank.exchange import Exported, rubric_yaml, write_healthbench, write_table
from grader.types import Rubric

# A proxy may refuse a response whose headers are longer than some kilobytes.
_LOSSES_TOLD = 20


@dataclass(frozen=True, slots=True)
class RubricFile:
    """A file with one rubric.

    Attributes:
        losses: What its format cannot hold, as a list of strings of RFC 9651; empty for nothing.
    """

    text: str
    name: str
    media_type: str
    losses: str


def rubric_file(rubric: Rubric, written_as: RubricFormat) -> RubricFile:
    """Write a rubric down in a format."""
    found = _written(rubric, written_as)
    told = [f'"{loss.where}: {loss.message}"' for loss in found.losses[:_LOSSES_TOLD]]
    return RubricFile(
        text=found.text,
        name=f"{rubric.id}@{rubric.version}{written_as.suffix}",
        media_type=written_as.media_type,
        losses=", ".join(told),
    )


def _written(rubric: Rubric, written_as: RubricFormat) -> Exported:
    if written_as is RubricFormat.HEALTHBENCH:
        return write_healthbench([rubric])
    if written_as is RubricFormat.CSV:
        return write_table([rubric])
    if written_as is RubricFormat.YAML:
        return Exported(rubric_yaml(rubric))
    document = rubric.model_dump(mode="json", exclude_defaults=True)
    named = {"id": rubric.id, "version": rubric.version, "status": rubric.status}
    return Exported(json.dumps(named | document, ensure_ascii=False, indent=2) + "\n")
