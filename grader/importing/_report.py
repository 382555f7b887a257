"""What an import found, drafted and skipped, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.importing._blocks import Skip
from grader.importing._document import Source, render_sources
from grader.importing._drafts import Shape
from grader.importing._extract import Extract
from grader.importing._render import Named

# Reasons that say nothing is amiss: labels are read, not lost, and markup holds no words.
EXPECTED_REASONS = frozenset(
    {"label", "markup", "separator", "bullet", "front matter", "script or style"}
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A guide that could not be read."""

    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Written:
    """One draft and its files.

    Attributes:
        file: The guide it comes from.
        rubric: Path of the rubric file below the output folder.
        corpus: Path of the reference answer; empty if the guide gives none.
        kept: Why the files that stood there were kept instead; empty if the draft was written.
        loads: Whether the rubric loads as it is.
        problems: What the loader says of it otherwise, with file and line.
    """

    named: Named
    file: str
    rubric: str
    corpus: str
    kept: str = ""
    loads: bool = True
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole result of one import.

    Attributes:
        output: The output folder.
        report: Where this report lies as JSON, below the output folder; empty if nothing was written.
    """

    output: str
    extracts: tuple[Extract, ...]
    drafts: tuple[Written, ...]
    failures: tuple[Failure, ...]
    report: str = ""

    @property
    def totals(self) -> Mapping[str, int]:
        """Counts over all guides."""
        drafts = [written.named.draft for written in self.drafts]
        points = [point for draft in drafts for point in draft.all_points]
        return {
            "guides": len(self.extracts),
            "failed": len(self.failures),
            "drafts": len(drafts),
            "questions_missing": sum(draft.question is None for draft in drafts),
            "points_found": sum(not point.drafted for point in points),
            "points_drafted": sum(point.drafted for point in points),
            "mistakes": sum(len(draft.mistakes) for draft in drafts),
            "follow_ups": sum(len(draft.follow_ups) for draft in drafts),
            "options": sum(len(draft.options) for draft in drafts),
            "unfinished": sum(not written.loads for written in self.drafts),
        }

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data, every field of every draft with its lines."""
        return {
            "output": self.output,
            "totals": dict(self.totals),
            "guides": [_guide(extract, self.drafts) for extract in self.extracts],
            "drafts": [_draft(written) for written in self.drafts],
            "failed": [{"file": f.file, "message": f.message} for f in self.failures],
        }


def lines_of(extract: Extract) -> Mapping[str, int]:
    """Count a guide's lines: all that are not blank, those in a field, and the skipped ones."""
    total = set(extract.guide.lines)
    used = {
        line
        for draft in extract.drafts
        for _, passage in draft.fields()
        for source in passage.sources
        for line in _numbers(source)
    } & total
    return {"total": len(total), "in_fields": len(used), "skipped": len(total - used)}


def skipped_by_reason(extract: Extract) -> Mapping[str, Sequence[Skip]]:
    """Group the skipped lines of a guide by reason; repetitions of other lines are one group."""
    groups: dict[str, list[Skip]] = {}
    for skip in extract.skips:
        reason = "repetition" if skip.reason.startswith("repeats ") else skip.reason
        groups.setdefault(reason, []).append(skip)
    return groups


def _guide(extract: Extract, drafts: Sequence[Written]) -> dict[str, Any]:
    file = extract.guide.file
    own = [written for written in drafts if written.file == file]
    shapes = {shape: sum(w.named.draft.shape is shape for w in own) for shape in Shape}
    return {
        "file": file,
        "format": str(extract.guide.format),
        "lines": dict(lines_of(extract)),
        "shapes": {str(shape): count for shape, count in shapes.items() if count},
        "drafts": [written.named.id for written in own],
        "notes": list(extract.notes),
        "skipped": [
            {"reason": skip.reason, "lines": [_source(s) for s in skip.sources], "text": skip.text}
            for skip in extract.skips
        ],
    }


def _draft(written: Written) -> dict[str, Any]:
    named = written.named
    return {
        "id": named.id,
        "file": written.file,
        "shape": str(named.draft.shape),
        "rubric": written.rubric,
        "corpus": written.corpus or None,
        "kept": written.kept or None,
        "question_missing": named.draft.question is None,
        "loads": written.loads,
        "problems": list(written.problems),
        "to_finish": list(named.to_finish),
        "fields": [
            {
                "field": name,
                "text": passage.text,
                "origin": render_sources(passage.sources),
                "lines": [_source(source) for source in passage.sources],
                "drafted": passage.drafted,
                "note": passage.note,
            }
            for name, passage in named.draft.fields()
        ],
    }


def _source(source: Source) -> dict[str, Any]:
    page = {"page": source.page} if source.page else {}
    return {
        "file": source.file,
        **page,
        "unit": source.unit,
        "first": source.first,
        "last": source.last,
    }


def _numbers(source: Source) -> Iterator[tuple[int, int]]:
    for number in range(source.first, source.last + 1):
        yield source.page, number
