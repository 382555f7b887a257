"""What can go wrong between a client and the service.

GraderError
└── ClientError
    ├── RequestInvalid        nothing was sent: an id that cannot stand in an address
    ├── ConnectionFailed      no response: the service cannot be reached, or took too long
    ├── ResponseInvalid       a response that this client cannot read
    ├── WaitTimeout           what was waited for is not done yet
    ├── GradeFailed           a promised grade cannot be made
    ├── SignatureInvalid      a webhook that does not come from the service
    └── APIError              the service refused, with a problem document (RFC 9457)
        ├── Unauthenticated   401
        ├── Forbidden         403
        ├── NotFound          404
        ├── Conflict          409, 412
        ├── Invalid           400, 413, 415, 422: `errors` names the fields that are wrong
        ├── RateLimited       429
        └── Unavailable       500 and above
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.client.models import FieldError, Problem
from grader.errors import GraderError


class ClientError(GraderError):
    """The root of what a client raises; catch this to catch all of it."""

    code = "client_error"


class RequestInvalid(ClientError):
    """What was asked for cannot be sent."""

    code = "request_invalid"


class ConnectionFailed(ClientError):
    """There was no response.

    Attributes:
        sent: Whether the request may have reached the service all the same.
    """

    code = "connection_failed"

    def __init__(self, message: str, *, sent: bool) -> None:
        """Say what went wrong on the way."""
        self.sent = sent
        super().__init__(message)


class ResponseInvalid(ClientError):
    """A response that this client cannot read, as from a proxy or a much newer service."""

    code = "response_invalid"


class WaitTimeout(ClientError):
    """What was waited for is not done yet; it goes on, and can be waited for again."""

    code = "wait_timeout"


class GradeFailed(ClientError):
    """A grade that was promised cannot be made.

    Attributes:
        grade_id: Of the promised grade.
        reason: The service's code for why.
    """

    code = "grade_failed"

    def __init__(self, message: str, *, grade_id: str, reason: str) -> None:
        """Say which grade, and why."""
        self.grade_id = grade_id
        self.reason = reason
        super().__init__(message)


class SignatureInvalid(ClientError):
    """A webhook whose signature does not fit, or that is minutes old; do not act on it."""

    code = "signature_invalid"


class APIError(ClientError):
    """The service refused a request.

    Attributes:
        status: Of the response.
        problem: What the service says of it; `problem.code` is stable.
        headers: Of the response, names in lower case.
        retry_after: Seconds that the service asks to be left alone; None if it does not say.
    """

    code = "api_error"

    def __init__(
        self, problem: Problem, headers: Mapping[str, str], retry_after: float | None = None
    ) -> None:
        """Render the problem, with all that names it to whoever runs the service."""
        self.status = problem.status
        self.problem = problem
        self.headers = headers
        self.retry_after = retry_after
        named = f", request {problem.request_id}" if problem.request_id else ""
        super().__init__(
            f"{problem.title}: {problem.detail} ({problem.status} {problem.code}{named})"
        )

    @property
    def errors(self) -> Sequence[FieldError]:
        """The fields that are wrong, where the service names them."""
        return self.problem.errors

    def details(self) -> dict[str, Any]:
        """Return the problem as plain data."""
        return self.problem.model_dump(exclude_none=True)


class Unauthenticated(APIError):
    """No key was sent, or one that opens nothing."""


class Forbidden(APIError):
    """The key lacks a scope."""


class NotFound(APIError):
    """There is no such record, or it is another tenant's."""


class Conflict(APIError):
    """Where the record stands does not allow this, or it has changed meanwhile."""


class Invalid(APIError):
    """What was sent cannot be used; sending it again will fail again."""


class RateLimited(APIError):
    """The key has made as many requests as it may for now."""


class Unavailable(APIError):
    """The service, or something that it needs, cannot do this now; nothing was made up."""


_BY_STATUS: Mapping[int, type[APIError]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: RateLimited,
}


def error_class(status: int) -> type[APIError]:
    """Return the class of error that a status calls for."""
    return _BY_STATUS.get(status, Unavailable if status >= 500 else APIError)
