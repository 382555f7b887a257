"""A draft that is to be published, examined beforehand: lint and comparison take their time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from semver import Version

from api.records import RubricVersionRow
from api.rubrics._linting import LintReport, lint
from grader.bank import Bank, VersionAdvice, diff_rubrics
from grader.errors import Problem, RubricNotFound
from grader.types import Rubric


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft with what there is to say of it.

    Attributes:
        report: What the lint finds.
        advice: What its changes ask of its number; None where nothing was published before.
    """

    rubric: Rubric
    report: LintReport
    advice: VersionAdvice | None

    @classmethod
    def examined(cls, rubric: Rubric, before: Rubric | None) -> Self:
        """Examine a draft; takes some milliseconds, at most seconds.

        Args:
            rubric: The draft.
            before: What it follows.
        """
        advice = diff_rubrics(before, rubric).version if before else None
        return cls(rubric, lint(rubric), advice)

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being published."""
        return [
            Problem(finding.field, finding.message)
            for finding in self.report.findings
            if finding.severity == "error"
        ]

    @property
    def advice_text(self) -> str:
        """The advice in a sentence, empty where there is none."""
        return self.advice.message if self.advice else ""


def last_published(
    own: Sequence[RubricVersionRow], bank: Bank, draft: RubricVersionRow
) -> Rubric | None:
    """Find what a draft follows: the greatest version published so far, or the one it is a fork of.

    Args:
        own: The tenant's versions of the rubric.
        bank: The shared one.
        draft: Which.
    """
    published = [row for row in own if row.published_at is not None and row.id != draft.id]
    if published:
        return max(published, key=lambda row: Version.parse(row.version)).rubric()
    if draft.forked_from is None:
        return None
    try:
        return bank.get(draft.rubric_id, draft.forked_from)
    except RubricNotFound:  # the bank holds it no more
        return None
