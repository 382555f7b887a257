"""Imported drafts as rubric files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from grader.files import OutputRefused, write_file
from grader.types import Rubric, Status

_NO_TOPIC = "imported"
_INTERVIEWS = "interviews"  # a folder of this name holds scripts, not rubrics
_LISTED = 10


def rubric_yaml(rubric: Rubric) -> str:
    """Write a rubric as its file has it; what is left at its default is left out."""
    document = rubric.model_dump(mode="json", exclude_defaults=True)
    named = {name: document.pop(name) for name in ("id", "version")}
    ordered = {**named, "status": str(rubric.status), **document}
    text: str = yaml.dump(
        ordered, Dumper=_ReadableDumper, sort_keys=False, allow_unicode=True, width=100
    )
    return text


class _ReadableDumper(yaml.SafeDumper):
    """Writes what has several lines as it stands, for whoever edits it."""


def _written_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ReadableDumper.add_representer(str, _written_text)


def write_drafts(rubrics: Sequence[Rubric], folder: Path, *, force: bool = False) -> list[Path]:
    """Write drafts as `TOPIC/ID.yaml`; a version beside another of its id as `TOPIC/ID@VERSION.yaml`.

    Args:
        rubrics: What an import gave.
        folder: Of rubrics; made where it is not there.
        force: Whether earlier drafts are overwritten. What is no draft never is.

    Returns:
        The files, in the order of the rubrics.

    Raises:
        OutputRefused: Files are in the way, or cannot be written; all that is there stays.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputRefused(f"{folder} is a file; name a folder for the drafts")
    paths = _paths(rubrics, folder)
    in_the_way = [path for path in paths if path.exists() and not (force and _is_draft(path))]
    if in_the_way:
        listed = "\n".join(f"  {path}" for path in in_the_way[:_LISTED])
        more = len(in_the_way) - _LISTED
        listed += f"\n  and {more} more" if more > 0 else ""
        advice = (
            "what is no draft is never overwritten; choose another folder"
            if force
            else "choose another folder, or overwrite the drafts among them with --force"
        )
        raise OutputRefused(f"these exist already, and nothing was written; {advice}:\n{listed}")
    for rubric, path in zip(rubrics, paths, strict=True):
        write_file(path, rubric_yaml(rubric))
    return paths


def _paths(rubrics: Sequence[Rubric], folder: Path) -> list[Path]:
    ids = [rubric.id for rubric in rubrics]
    paths = []
    for rubric in rubrics:
        topic = next((name for name in rubric.topics if name != _INTERVIEWS), _NO_TOPIC)
        name = rubric.id if ids.count(rubric.id) == 1 else f"{rubric.id}@{rubric.version}"
        paths.append(folder / topic / f"{name}.yaml")
    return paths


def _is_draft(path: Path) -> bool:
    try:
        document = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("status", "draft") == Status.DRAFT
