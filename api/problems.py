"""Errors as `application/problem+json` (RFC 9457); no traceback ever leaves the service."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.errors import ServiceError
from api.observability import current_request_id
from api.pages import asks_for_a_page, not_found_response
from grader.bank import InterviewNotFound
from grader.errors import (
    AnswerInvalid,
    BadInput,
    ConfigurationError,
    GraderError,
    IndexUnavailable,
    JudgeUnavailable,
    NoMatchingRubric,
    RubricInvalid,
    RubricNotFound,
)
from grader.interviewing import InterviewConflict, InterviewStateInvalid, NothingToAsk
from grader.speech import (
    AudioInvalid,
    CannotGrade,
    TranscriberNotConfigured,
    TranscriptInvalid,
)

_log = logging.getLogger(__name__)

_RETRY_SECONDS = "5"
_MEDIA_TYPE = "application/problem+json"

# The first class that an error is an instance of decides.
_STATUS: tuple[tuple[type[GraderError], HTTPStatus, str], ...] = (
    (CannotGrade, HTTPStatus.UNPROCESSABLE_ENTITY, "What was said cannot be graded"),
    (AudioInvalid, HTTPStatus.UNPROCESSABLE_ENTITY, "The recording cannot be used"),
    (TranscriptInvalid, HTTPStatus.UNPROCESSABLE_ENTITY, "The transcript cannot be used"),
    (TranscriberNotConfigured, HTTPStatus.NOT_IMPLEMENTED, "No speech-to-text engine is set up"),
    (AnswerInvalid, HTTPStatus.UNPROCESSABLE_ENTITY, "The answer cannot be graded"),
    (RubricInvalid, HTTPStatus.UNPROCESSABLE_ENTITY, "The rubric is not valid"),
    (RubricNotFound, HTTPStatus.NOT_FOUND, "There is no such rubric"),
    (InterviewNotFound, HTTPStatus.NOT_FOUND, "There is no such interview script"),
    (InterviewConflict, HTTPStatus.CONFLICT, "The interview is elsewhere"),
    (InterviewStateInvalid, HTTPStatus.CONFLICT, "The interview cannot go on"),
    (NothingToAsk, HTTPStatus.UNPROCESSABLE_ENTITY, "There is nothing to ask"),
    (NoMatchingRubric, HTTPStatus.UNPROCESSABLE_ENTITY, "No rubric matches the question"),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY, "The request cannot be used"),
    (JudgeUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "The judge is unavailable"),
    (IndexUnavailable, HTTPStatus.SERVICE_UNAVAILABLE, "The vector index is unavailable"),
    (ConfigurationError, HTTPStatus.SERVICE_UNAVAILABLE, "The service is not set up"),
)


class FieldError(BaseModel):
    """One field that is wrong.

    Attributes:
        line: 1-based line of the body, where it was text.
    """

    field: str
    message: str
    line: int | None = None


class Problem(BaseModel):
    """What went wrong, for programs and for people.

    Attributes:
        type: A URN that names the kind of problem.
        code: The same name, short and stable.
        detail: What is wrong here and what to do.
        errors: The fields that are wrong, where there are several.
        nearest: For a question that matches no rubric: the nearest ones.
        request_id: Names the request, as its log records do.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:answer-grader:rubric_not_found",
                    "title": "There is no such rubric",
                    "status": 404,
                    "detail": "there is no rubric 'event-loop'; the nearest are node-event-loop",
                    "code": "rubric_not_found",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None
    nearest: list[dict[str, Any]] | None = None
    request_id: str | None = None

    def response(self) -> Response:
        """Return the HTTP response."""
        # Escaped to ASCII: what is quoted of the request may hold half of a surrogate pair.
        request_id = current_request_id()
        told = self.model_copy(update={"request_id": request_id})
        content = json.dumps(told.model_dump(exclude_none=True))
        headers = {"X-Request-Id": request_id} if request_id else None
        return Response(content, self.status, headers, media_type=_MEDIA_TYPE)


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What was sent cannot be used", "model": Problem},
    "5XX": {"description": "The service cannot answer now", "model": Problem},
}


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Make an OpenAPI document say what errors really look like.

    FastAPI describes every response as plain JSON and adds a validation error of its own shape.
    """
    described = [*document["paths"].values(), *document.get("webhooks", {}).values()]
    for operation in (o for path in described for o in path.values()):
        responses = operation["responses"]
        responses.pop("422", None)
        for status in PROBLEM_RESPONSES:
            content = responses.get(status, {}).get("content", {})
            if "application/json" in content:
                content[_MEDIA_TYPE] = content.pop("application/json")
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem response."""
    app.add_exception_handler(GraderError, _on_grader_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_grader_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, GraderError):
        raise error
    if isinstance(error, ServiceError):
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("%s", error)
        response = _problem(error.status, error.code, error.title, error.detail, **error.details())
        response.headers.update(error.headers)
        return response
    status, title = HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed"
    for kind, kind_status, kind_title in _STATUS:
        if isinstance(error, kind):
            status, title = kind_status, kind_title
            break
    response = _problem(status, error.code, title, str(error), **error.details())
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


async def _on_invalid_request(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    details = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        place = next(detail for detail in details if detail["type"] == "json_invalid")
        reason = place.get("ctx", {}).get("error", "it cannot be parsed")
        message = f"The body is not valid JSON: {reason} at character {place['loc'][-1]}."
        return _problem(
            HTTPStatus.BAD_REQUEST, "json_invalid", "The body is not valid JSON", message
        )
    errors = [
        {"field": ".".join(str(step) for step in detail["loc"][1:]), "message": _in_words(detail)}
        for detail in details
    ]
    summary = "; ".join(
        f"{e['field']}: {e['message']}" if e["field"] else e["message"] for e in errors
    )
    return _problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "request_invalid",
        "The request is not valid",
        summary,
        errors=errors,
    )


def _in_words(detail: Any) -> str:
    if detail["type"] == "missing" and len(detail["loc"]) == 1:
        return "there is no body; send a JSON object"
    if detail["type"] in ("model_attributes_type", "model_type") and len(detail["loc"]) == 1:
        return "the body must be a JSON object, sent as application/json"
    if detail["type"] == "extra_forbidden":
        what = "query parameter" if detail["loc"][0] == "query" else "field"
        return f"there is no such {what}; GET /openapi.json lists those there are"
    return str(detail["msg"]).removeprefix("Value error, ")


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND and asks_for_a_page(request):
        return not_found_response()
    response = _problem(status, status.name.lower(), status.phrase, str(error.detail))
    response.headers.update(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = _allowed(request, response.headers.get("Allow", ""))
    return response


def _allowed(request: Request, told: str) -> str:
    """Add the methods of all operations on the same path to those that one of them told."""
    methods = {method.strip() for method in told.split(",") if method.strip()}
    for template, operations in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(request.url.path):
            methods |= {method.upper() for method in operations}
    return ", ".join(sorted(methods))


async def _on_unexpected(request: Request, error: Exception) -> Response:
    _log.error("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        "The service failed",
        "An unexpected error occurred; it has been logged. Nothing was graded.",
    )


def _problem(status: HTTPStatus, code: str, title: str, detail: str, **extra: Any) -> Response:
    problem = Problem(
        type=f"urn:answer-grader:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        **extra,
    )
    return problem.response()
