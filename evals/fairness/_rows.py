"""One reading of a run: its table, and beside it what slices, pairs and groups are told by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Self

from evals.metrics import RunTable
from evals.runs import RunRecord
from grader.errors import BadInput
from grader.types import Band, Verdict


class FairnessInvalid(BadInput):
    """A run does not hold what was asked for: a tag, a manner, a score."""

    code = "fairness_invalid"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, without its text.

    Attributes:
        question: Position in `RunTable.question_ids`.
        points: Verdicts in the order of the rubric.
        mistakes: Whether each was made, in the order of the rubric.
    """

    id: str
    question: int
    rubric_sha256: str
    tags: Mapping[str, str]
    score: float | None
    label_score: float | None
    band: Band | None
    points: tuple[Verdict, ...]
    mistakes: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A run as numbers and tags; texts are left in the file.

    Attributes:
        table: The run's labels and findings.
        each: The answers, in the order of the table.
    """

    table: RunTable
    each: tuple[Row, ...]

    @classmethod
    def of(cls, records: Iterable[RunRecord]) -> Self:
        """Read a run once."""
        rows: list[Row] = []
        table = RunTable.of(_noted(records, rows))
        return cls(table, tuple(rows))

    def values(self, tag: str) -> Counter[str]:
        """Count the answers by value of a tag.

        Raises:
            FairnessInvalid: No answer has it.
        """
        found = Counter(row.tags[tag] for row in self.each if tag in row.tags)
        if not found:
            known = ", ".join(sorted(self.tags())) or "none"
            raise FairnessInvalid(f"no answer has the tag '{tag}'; tags of this run: {known}")
        return found

    def tags(self) -> Counter[str]:
        """Count the answers that have each tag."""
        return Counter(name for row in self.each for name in row.tags)


def _noted(records: Iterable[RunRecord], rows: list[Row]) -> Iterator[RunRecord]:
    questions: dict[str, int] = {}
    for record in records:
        tags = {"kind": str(record.kind)} | dict(record.tags)
        rows.append(
            Row(
                id=record.id,
                question=questions.setdefault(record.rubric_id, len(questions)),
                rubric_sha256=intern(record.rubric_sha256),
                tags={intern(name): intern(value) for name, value in tags.items()},
                score=record.score,
                label_score=record.label_score,
                band=record.band,
                points=tuple(point.verdict for point in record.points),
                mistakes=tuple(mistake.made for mistake in record.mistakes),
            )
        )
        yield record
