"""Rubrics of tenants: what each sees, and what an author makes of its own."""

from __future__ import annotations

from api.rubrics._author import RubricAuthor
from api.rubrics._body import (
    ONE_RUBRIC,
    RubricBody,
    RubricFormat,
    SentRubric,
    described_body,
    open_body,
)
from api.rubrics._candidate import Candidate
from api.rubrics._catalogue import Catalogue, Entry, Owner, RubricFilter
from api.rubrics._errors import RubricIsDraft
from api.rubrics._exporting import rubric_file
from api.rubrics._linting import LintReport, RubricLint, unreadable
from api.rubrics._reading import read_draft, read_import
from api.rubrics._resources import (
    ImportedRubrics,
    ImportLoss,
    OptionText,
    PublishedRubric,
    RubricDetail,
    RubricDraft,
    RubricPage,
    RubricSummary,
    RubricVersion,
    RubricVersionPage,
    Validation,
)
from api.rubrics._routing import PublishedRubrics, index_published, route_question
from api.rubrics._target import MeantVersion, Target, etag

__all__ = [
    "ONE_RUBRIC",
    "Candidate",
    "Catalogue",
    "Entry",
    "ImportLoss",
    "ImportedRubrics",
    "LintReport",
    "MeantVersion",
    "OptionText",
    "Owner",
    "PublishedRubric",
    "PublishedRubrics",
    "RubricAuthor",
    "RubricBody",
    "RubricDetail",
    "RubricDraft",
    "RubricFilter",
    "RubricFormat",
    "RubricIsDraft",
    "RubricLint",
    "RubricPage",
    "RubricSummary",
    "RubricVersion",
    "RubricVersionPage",
    "SentRubric",
    "Target",
    "Validation",
    "described_body",
    "etag",
    "index_published",
    "open_body",
    "read_draft",
    "read_import",
    "route_question",
    "rubric_file",
    "unreadable",
]
