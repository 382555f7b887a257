"""What may not become of a rubric version.

ServiceError
├── RubricIdTaken         409: the id is the shared bank's
├── VersionExists         409: there is such a version already
├── VersionIsFinal        409: it is no draft any more, or not published yet
├── RubricNotPublishable  409: the lint found errors in it
├── VersionNotGreater     409: a later version is published
└── ChangedMeanwhile      412: it is no longer what `If-Match` names
RubricNotFound
└── RubricIsDraft         404: there is such a version, and it is not graded by
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from api.errors import ServiceError
from grader.errors import Problem, RubricNotFound


class RubricIdTaken(ServiceError):
    """The id belongs to a rubric of the shared bank, and nothing says that this is a fork of it."""

    code = "rubric_id_taken"
    status = HTTPStatus.CONFLICT
    title = "The id belongs to the shared bank"


class VersionExists(ServiceError):
    """There is a version of this id and number already."""

    code = "rubric_version_exists"
    status = HTTPStatus.CONFLICT
    title = "There is such a version already"


class VersionIsFinal(ServiceError):
    """What was asked for does not follow on where the version stands."""

    code = "rubric_version_is_final"
    status = HTTPStatus.CONFLICT
    title = "Where the version stands does not allow this"


class RubricNotPublishable(ServiceError):
    """The lint found errors, with which grades would be wrong."""

    code = "rubric_not_publishable"
    status = HTTPStatus.CONFLICT
    title = "The rubric has errors"

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        """Keep the errors beside the message."""
        self.problems = tuple(problems)
        super().__init__(message)

    def details(self) -> dict[str, Any]:
        """Return the errors, one object each."""
        return {"errors": [{"field": p.where, "message": p.message} for p in self.problems]}


class VersionNotGreater(ServiceError):
    """A version is published only after all that were published before it."""

    code = "rubric_version_not_greater"
    status = HTTPStatus.CONFLICT
    title = "A later version is published"


class ChangedMeanwhile(ServiceError):
    """The version was changed since it was read."""

    code = "changed_meanwhile"
    status = HTTPStatus.PRECONDITION_FAILED
    title = "The rubric was changed meanwhile"


class RubricIsDraft(RubricNotFound):
    """The version is there, and answers are not graded by it before it is published."""
