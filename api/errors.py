"""Errors of the service, each with its HTTP status.

    GraderError
    └── ServiceError            knows how it looks as a problem response
        ├── Unauthenticated     401: no key, or one that opens nothing
        ├── Forbidden           403: the key lacks a scope, or the request came from elsewhere
        ├── NotFound            404: no such record, or another tenant's
        ├── NotYetGraded        409: the grade is promised, and not made yet
        ├── CursorInvalid       400: a cursor that was not given out for this list
        ├── IdempotencyKeyInvalid     400
        ├── IdempotencyKeyReused      422: the key was used for another request
        ├── MediaTypeUnsupported      415: the body is of another kind than can be read
        ├── IdempotencyInProgress     409: the first request with the key is still being answered
        └── RecordsUnavailable  503: the database cannot be reached or written

A subclass is all that a new kind of error needs; nothing has to be registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from grader.errors import GraderError, IndexUnavailable


class ServiceError(GraderError):
    """An error that knows how it looks as a problem response; whichever package defines it.

    Attributes:
        status: Of the response.
        title: The kind of problem, the same each time.
        headers: Of the response.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    title: ClassVar[str] = "The service failed"

    def __init__(self, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Say what is wrong and what to do, and how to tell programs."""
        self.headers = dict(headers or {})
        super().__init__(message)

    @property
    def detail(self) -> str:
        """Return what callers are told; the message, unless that is for the operator alone."""
        return str(self)


class Unauthenticated(ServiceError):
    """No key was sent, or one that opens nothing."""

    code = "unauthenticated"
    status = HTTPStatus.UNAUTHORIZED
    title = "A valid API key is needed"


class Forbidden(ServiceError):
    """The caller is known, and may not do this."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN
    title = "The key does not allow this"


class NotFound(ServiceError):
    """There is no such record that the caller may see."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    title = "There is no such record"


class NotYetGraded(ServiceError):
    """A grade that is promised, and not made yet or never to be, was asked to be worked with."""

    code = "not_yet_graded"
    status = HTTPStatus.CONFLICT
    title = "The grade is not made yet"


class CursorInvalid(ServiceError):
    """A cursor that this service did not give out for this list."""

    code = "cursor_invalid"
    status = HTTPStatus.BAD_REQUEST
    title = "The cursor cannot be used"


class IdempotencyKeyInvalid(ServiceError):
    """An `Idempotency-Key` that is empty, too long or not plain text."""

    code = "idempotency_key_invalid"
    status = HTTPStatus.BAD_REQUEST
    title = "The idempotency key cannot be used"


class IdempotencyKeyReused(ServiceError):
    """An `Idempotency-Key` that was sent with another request before."""

    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "The idempotency key belongs to another request"


class IdempotencyInProgress(ServiceError):
    """The first request with this `Idempotency-Key` is still being answered."""

    code = "idempotency_in_progress"
    status = HTTPStatus.CONFLICT
    title = "The first request with this key is still being answered"


class MediaTypeUnsupported(ServiceError):
    """The body is of another kind than can be read."""

    code = "media_type_unsupported"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "The body is of a kind that cannot be read"


class RecordsUnavailable(ServiceError):
    """The database cannot be reached or written; nothing was kept."""

    code = "records_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The records are unavailable"

    def __init__(self, message: str) -> None:
        """Say what is wrong; ask callers to come back."""
        super().__init__(message, {"Retry-After": "5"})

    @property
    def detail(self) -> str:
        """Return what callers are told, which is not where the database is."""
        return "The records cannot be reached now. Nothing was kept; send the request again later."


PASSING = (RecordsUnavailable, IndexUnavailable)
"""What passes by itself: work that nobody waits for waits itself, and is then done again."""
