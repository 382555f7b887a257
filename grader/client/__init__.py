"""A typed client of the grading service, for async code and for code that blocks.

    from grader.client import GraderClient

    with GraderClient("https://grader.example.com", "grk_…") as client:
        grade = client.grades.create("There is one thread …", rubric_id="node-event-loop")
        print(grade.score, grade.missing)
        for stored in client.grades.list(needs_review=True):
            ...

`AsyncGraderClient` has the same methods, to be awaited. Requests that may work later are repeated,
and what creates something carries an `Idempotency-Key`, so that nothing is done twice. What goes
wrong is a `ClientError`; what the service refuses is an `APIError`.

Nothing heavy is imported: the core's types and the HTTP library, no model and no database.
"""

from __future__ import annotations

from grader.client._clients import AsyncGraderClient, GraderClient
from grader.client._errors import (
    APIError,
    ClientError,
    Conflict,
    ConnectionFailed,
    Forbidden,
    GradeFailed,
    Invalid,
    NotFound,
    RateLimited,
    RequestInvalid,
    ResponseInvalid,
    SignatureInvalid,
    Unauthenticated,
    Unavailable,
    WaitTimeout,
)
from grader.client._retrying import NO_RETRIES, Retries
from grader.client._webhooks import verify_webhook
from grader.client.models import BatchAnswer, ReviewKind, StoredGrade, UnfinishedGrade

__all__ = [
    "NO_RETRIES",
    "APIError",
    "AsyncGraderClient",
    "BatchAnswer",
    "ClientError",
    "Conflict",
    "ConnectionFailed",
    "Forbidden",
    "GradeFailed",
    "GraderClient",
    "Invalid",
    "NotFound",
    "RateLimited",
    "RequestInvalid",
    "ResponseInvalid",
    "Retries",
    "ReviewKind",
    "SignatureInvalid",
    "StoredGrade",
    "Unauthenticated",
    "Unavailable",
    "UnfinishedGrade",
    "WaitTimeout",
    "verify_webhook",
]
