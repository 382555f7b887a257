"""Writing drafts: all of them or none, and never over what a person published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from grader.bank import load_corpus, load_rubric
from grader.errors import RubricInvalid
from grader.files import OutputRefused, write_file
from grader.importing._render import Named, render_answer, render_rubric
from grader.importing._report import Written

REPORT = "import-report.json"
_LISTED = 10
_FINAL = {"published", "retired"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of one draft, as text, before anything is written."""

    written: Written
    files: tuple[tuple[Path, str], ...]


def plan_drafts(drafts: Sequence[tuple[Named, str]], output: Path, *, force: bool) -> list[Plan]:
    """Render drafts and check that nothing is in their way.

    Args:
        drafts: Each with the guide it comes from.
        output: The output folder.
        force: Whether earlier drafts are overwritten. Published and retired rubrics, their
            reference answers, and files that cannot be read are kept even so.

    Raises:
        OutputRefused: Files exist already and `force` is not set; nothing has been written.
    """
    if output.exists() and not output.is_dir():
        raise OutputRefused(f"{output} is a file; name a folder for the drafts")
    protected = dict(_protected(output))
    plans: list[Plan] = []
    in_the_way: list[Path] = []
    for named, file in drafts:
        rubric = Path("rubrics", named.topic, f"{named.id}.yaml")
        files = [(rubric, render_rubric(named))]
        corpus = Path("corpus", named.reference) if named.draft.answer else None
        if corpus:
            files.append((corpus, render_answer(named)))
        kept = next((protected[path] for path, _ in files if path in protected), "")
        in_the_way += [path for path, _ in files if (output / path).exists()]
        written = Written(
            named=named,
            file=file,
            rubric=rubric.as_posix(),
            corpus=corpus.as_posix() if corpus else "",
            kept=kept,
        )
        plans.append(Plan(written, () if kept else tuple(files)))
    if in_the_way and not force:
        raise OutputRefused(_refusal(in_the_way, output))
    return plans


def _refusal(paths: Sequence[Path], output: Path) -> str:
    listed = "\n".join(f"  {path.as_posix()}" for path in paths[:_LISTED])
    more = f"\n  and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return (
        f"{len(paths)} files exist in {output} already; nothing was written. Choose another folder, "
        f"or overwrite the drafts among them with --force:\n{listed}{more}"
    )


def _protected(output: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder that are never overwritten, and why."""
    folder = output / "rubrics"
    for path in [*folder.rglob("*.yaml"), *folder.rglob("*.yml")] if folder.is_dir() else ():
        relative = path.relative_to(output)
        try:
            document: Any = yaml.safe_load(path.read_bytes())
        except (OSError, yaml.YAMLError, ValueError, RecursionError):
            yield relative, "what stands there cannot be read"
            continue
        status = document.get("status") if isinstance(document, dict) else None
        if status in _FINAL:
            yield relative, f"what stands there is {status}"
            if isinstance(reference := document.get("reference"), str):
                yield Path("corpus", reference), f"it belongs to a {status} rubric"


def write_plans(plans: Sequence[Plan], output: Path) -> list[Written]:
    """Write the planned files and try to load each rubric.

    Raises:
        OutputRefused: A file cannot be written; says which.
    """
    for plan in plans:
        for path, text in plan.files:
            write_file(output / path, text)
    return [_checked(plan, output) for plan in plans]


def _checked(plan: Plan, output: Path) -> Written:
    written = plan.written
    if written.kept:
        return written
    rubric = output / written.rubric
    corpus_folder = output / "corpus" / written.named.topic
    prefix = f"{written.named.topic}/"
    try:
        corpus = (
            {prefix + source: answer for source, answer in load_corpus(corpus_folder).items()}
            if written.corpus
            else {}
        )
        load_rubric(rubric, corpus)
    except RubricInvalid as error:
        problems = tuple(str(problem) for problem in error.problems)
        return replace(written, loads=False, problems=problems)
    return written


def write_report(report: dict[str, Any], output: Path, *, force: bool) -> str:
    """Write the report under the first name that is free; over the last one with `force`.

    Returns:
        Its name.
    """
    name, number = REPORT, 2
    while (output / name).exists() and not force:
        name = REPORT.replace(".json", f"-{number}.json")
        number += 1
    write_file(output / name, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return name
