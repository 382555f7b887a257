"""Rubrics, and what is said of them."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from grader.bank import VersionAdvice
from grader.types import Frozen, Kind, Level, Rubric, Status

RubricFormat = Literal["yaml", "json", "healthbench", "csv"]
"""As in a rubric file, the same as JSON, HealthBench-style JSON lines, or a table."""


class RubricFilter(TypedDict, total=False):
    """Which rubrics to list.

    Attributes:
        status: Of each id the newest version that stands so; published ones by default.
        owner: Only your own (`tenant`), or only those of the shared bank (`bank`).
        text: Only rubrics with this in their id, question or topics.
        limit: At most so many are fetched at once.
    """

    topic: str
    level: Level
    kind: Kind
    status: Status
    owner: Literal["bank", "tenant"]
    text: str
    limit: int


class OptionText(Frozen):
    """One choice of a multiple-choice question, as a candidate sees it."""

    id: str
    text: str


class RubricSummary(Frozen):
    """A rubric without what its answers are judged by.

    Attributes:
        options: Of a multiple-choice question, in order: the first is A.
        owner: `tenant` for your own, `bank` for one of the shared bank.
    """

    id: str
    version: str
    status: Status
    question: str
    kind: Kind
    level: Level
    topics: tuple[str, ...]
    options: tuple[OptionText, ...]
    sha256: str
    structure_sha256: str
    owner: str


class RubricRecord(Frozen):
    """What is known of a version beside what it says; the moments only of your own.

    Attributes:
        owner: `tenant` for your own, `bank` for one of the shared bank.
        forked_from: The bank's version of this id that it was made from.
    """

    owner: str
    forked_from: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None
    retired_at: datetime | None = None


class RubricVersion(Frozen):
    """One version in a list of them."""

    id: str
    version: str
    status: Status
    sha256: str
    structure_sha256: str
    record: RubricRecord


class LintFinding(Frozen):
    """One thing that is wrong or weak about a rubric.

    Attributes:
        code: Which kind, as `grader rubrics lint --json` gives it.
        severity: An `error` keeps the rubric from being published, a `warning` does not.
        field: As in `points[2].weight`; empty for the rubric as a whole.
        line: In what was sent, 1-based; None where it was not looked up.
    """

    code: str
    severity: Literal["error", "warning"]
    field: str
    message: str
    line: int | None = None


class LintReport(Frozen):
    """What the lint found, errors first.

    Attributes:
        meanings: `compared` where meanings were compared too; `not_now`, `too_long` or
            `unavailable` where only the words were looked at; None where nobody asked.
    """

    errors: int
    warnings: int
    findings: tuple[LintFinding, ...]
    meanings: str | None = None


class RubricDetail(Rubric):
    """A whole rubric with its two hashes and its record."""

    content_hash: Annotated[str, Field(alias="sha256")]
    structure_hash: Annotated[str, Field(alias="structure_sha256")]
    record: RubricRecord

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole content, as the service made it."""
        return self.content_hash

    @cached_property
    def structure_sha256(self) -> str:
        """Hash of ids and weights alone, likewise."""
        return self.structure_hash


class RubricDraft(RubricDetail):
    """A draft as it is kept, and what the lint says of it."""

    lint: LintReport


class PublishedRubric(RubricDraft):
    """A version that was just published.

    Attributes:
        advice: Whether its number says how much changed since the version before; None for the
            first of an id.
    """

    advice: VersionAdvice | None


class Validation(Frozen):
    """What there is to say of a rubric that is not kept.

    Attributes:
        valid: Whether it follows the format, so that it can be made a draft.
        publishable: Whether the lint finds no errors in it either.
        sha256: That it would have; None for what is not valid.
        structure_sha256: Likewise.
    """

    valid: bool
    publishable: bool
    sha256: str | None
    structure_sha256: str | None
    lint: LintReport


class ImportLoss(Frozen):
    """What could not be carried over, or needs a person's eye.

    Attributes:
        field: Where in what was sent.
        line: 1-based; None where lines say nothing.
    """

    field: str
    message: str
    line: int | None


class ImportedRubrics(Frozen):
    """The drafts that an import made, by id."""

    items: tuple[RubricVersion, ...]
    losses: tuple[ImportLoss, ...]


class RubricFile(Frozen):
    """A rubric, written down.

    Attributes:
        name: What to call the file.
        losses: What its format has no place for; empty for nothing.
    """

    name: str
    media_type: str
    text: str
    losses: str = ""


class VersionComparison(Frozen):
    """Whether one version of a rubric is better than another.

    Attributes:
        headline: The result in one or two sentences.
        notes: What a reader must know who relies on the figures.
        answers: Answers that were graded under both.
        changed: How many of them were graded differently.
        report: The whole report as an HTML page that needs nothing else; it quotes answers.
    """

    headline: str
    notes: tuple[str, ...]
    answers: int
    changed: int
    report: str
