"""What can go wrong with an engine, as problem responses."""

from __future__ import annotations

from http import HTTPStatus

from api.errors import ServiceError
from grader.speech import TranscriptionFailed


class TranscriptionBroken(ServiceError):
    """The engine could not transcribe, and would not if it were asked again."""

    code = TranscriptionFailed.code
    status = HTTPStatus.BAD_GATEWAY
    title = "The recording could not be transcribed"


class TranscriptionUnavailable(ServiceError):
    """The engine could not transcribe now."""

    code = TranscriptionFailed.code
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The recording cannot be transcribed now"


def as_problem(error: TranscriptionFailed) -> ServiceError:
    """Return the problem response for a failure of an engine."""
    if error.retryable:
        return TranscriptionUnavailable(str(error), {"Retry-After": "10"})
    return TranscriptionBroken(str(error))


class UploadBrokenOff(ServiceError):
    """The connection was lost before the whole form was there; nobody reads this, but the log."""

    code = "upload_broken_off"
    status = HTTPStatus.BAD_REQUEST
    title = "The upload broke off"
