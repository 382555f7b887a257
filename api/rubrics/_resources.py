"""Rubrics as they are returned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from api.rubrics._catalogue import Entry, Owner
from api.rubrics._linting import LintReport
from grader.bank import VersionAdvice
from grader.errors import Problem
from grader.types import Frozen, Kind, Level, Rubric, Status


class OptionText(BaseModel):
    """One choice of a multiple-choice question, as a candidate sees it."""

    id: str
    text: str


class RubricSummary(BaseModel):
    """A rubric without what its answers are judged by.

    Attributes:
        options: Of a multiple-choice question, in order: the first is A.
        owner: Whether it is the caller's own or the shared bank's.
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
    owner: Owner = Owner.BANK

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Summarise a rubric."""
        summary = cls.model_validate(entry.rubric, from_attributes=True)
        return summary.model_copy(update={"owner": entry.owner})


class RubricPage(BaseModel):
    """One page of rubrics.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[RubricSummary]
    next_cursor: str | None


class RubricRecord(Frozen):
    """What is known of a version beside what it says; the moments only of a tenant's own.

    Attributes:
        owner: Whether it is the caller's own or the shared bank's.
        forked_from: The bank's version of this id that it was made from.
    """

    owner: Owner
    forked_from: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None
    retired_at: datetime | None = None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the record of a version."""
        if entry.row is None:
            return cls(owner=entry.owner)
        return cls(
            owner=entry.owner,
            forked_from=entry.row.forked_from,
            created_at=entry.row.created_at,
            updated_at=entry.row.updated_at,
            published_at=entry.row.published_at,
            retired_at=entry.row.retired_at,
        )


class RubricDetail(Rubric):
    """A whole rubric with its two hashes and its record."""

    content_hash: Annotated[str, Field(serialization_alias="sha256")]
    structure_hash: Annotated[str, Field(serialization_alias="structure_sha256")]
    record: RubricRecord

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Add the hashes and the record to a rubric."""
        return cls.model_validate(_detail(entry))


class RubricDraft(RubricDetail):
    """A draft as it is kept, and what the lint says of it."""

    lint: LintReport

    @classmethod
    def linted(cls, entry: Entry, report: LintReport) -> Self:
        """Add what the lint says."""
        return cls.model_validate(_detail(entry) | {"lint": report})


class PublishedRubric(RubricDetail):
    """A version that was just published.

    Attributes:
        lint: Its warnings; with errors it would not have been published.
        advice: Whether its number says how much changed since the version before; null for the
            first of an id. A number that promises too much or too little is published all the same.
    """

    lint: LintReport
    advice: VersionAdvice | None

    @classmethod
    def advised(cls, entry: Entry, report: LintReport, advice: VersionAdvice | None) -> Self:
        """Add what the lint says, and what the number should be."""
        return cls.model_validate(_detail(entry) | {"lint": report, "advice": advice})


class RubricVersion(Frozen):
    """One version in a list of them."""

    id: str
    version: str
    status: Status
    sha256: str
    structure_sha256: str
    record: RubricRecord

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return what a list says of a version."""
        rubric = entry.rubric
        return cls(
            id=rubric.id,
            version=rubric.version,
            status=rubric.status,
            sha256=rubric.sha256,
            structure_sha256=rubric.structure_sha256,
            record=RubricRecord.of(entry),
        )


class RubricVersionPage(BaseModel):
    """One page of versions, newest first.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: list[RubricVersion]
    next_cursor: str | None


class Validation(Frozen):
    """What there is to say of a rubric that is not kept.

    Attributes:
        valid: Whether it follows the format, so that it can be made a draft.
        publishable: Whether the lint finds no errors in it either.
        sha256: That it would have; null for what is not valid.
        structure_sha256: Likewise.
    """

    valid: bool
    publishable: bool
    sha256: str | None
    structure_sha256: str | None
    lint: LintReport

    @classmethod
    def of(cls, rubric: Rubric | None, report: LintReport) -> Self:
        """Report on a rubric; None for what is none."""
        return cls(
            valid=rubric is not None,
            publishable=report.errors == 0,
            sha256=rubric.sha256 if rubric else None,
            structure_sha256=rubric.structure_sha256 if rubric else None,
            lint=report,
        )


class ImportLoss(Frozen):
    """What could not be carried over, or needs a person's eye.

    Attributes:
        field: Where in what was sent.
        line: 1-based; null where lines say nothing.
    """

    field: str
    message: str
    line: int | None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Return a loss as it is sent."""
        return cls(field=problem.where, message=problem.message, line=problem.line or None)


class ImportedRubrics(Frozen):
    """The drafts that an import made, by id."""

    items: tuple[RubricVersion, ...]
    losses: tuple[ImportLoss, ...]


def _detail(entry: Entry) -> dict[str, object]:
    rubric = entry.rubric
    return {
        **rubric.model_dump(),
        "content_hash": rubric.sha256,
        "structure_hash": rubric.structure_sha256,
        "record": RubricRecord.of(entry),
    }
