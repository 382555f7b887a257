"""The core without any input or output: what is sent, and what a response means."""

from __future__ import annotations

import email.utils
import json as json_module  # `json` is a field of `Call`
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from grader.client._errors import APIError, RequestInvalid, ResponseInvalid, error_class
from grader.client.models import Problem
from grader.types import Rubric

T = TypeVar("T")

# As the service has it: an operation that is safe to repeat whatever became of the first request.
_REPEATABLE = frozenset({"GET", "PUT", "PATCH"})
_MOST_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One operation of the API.

    Attributes:
        method: Of the request.
        path: As in the OpenAPI document, with `{names}` of parameters.
        result: What a response holds.
        creates: Whether it takes an `Idempotency-Key`, under which it is done once however often it
            is sent.
        repeatable: Whether doing it twice is the same as doing it once, though it does not create.
    """

    method: str
    path: str
    result: TypeAdapter[T]
    creates: bool = False
    repeatable: bool = False

    def read(self, body: bytes) -> T:
        """Read the body of a response that says that it worked.

        Fields that this client does not know are left out: a newer service may send more.

        Raises:
            ResponseInvalid: It is not what the operation returns.
        """
        try:
            return self.result.validate_json(body or b"null", extra="ignore")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ResponseInvalid(
                f"the response to {self.method} {self.path} cannot be read: "
                f"{where or 'body'}: {first['msg']}; is the address the grading service's, and this "
                "client not much older than it?"
            ) from None


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as it is sent once or several times.

    Attributes:
        names: Values for the names in the path.
        query: Values that are None are left out.
        json: The body, unless `content` is.
        content: The body, as `content_type`.
        form: The body, as fields of a form; a list is a field that comes several times.
        files: Files of the form, by field: name and content.
        headers: Beside those that every request has.
        idempotency_key: Of an operation that creates; one is made without.
    """

    operation: Operation[Any]
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    content: bytes | None = None
    content_type: str = "application/json"
    form: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None

    def request(self) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.build_request`; call it once, and send it often.

        Raises:
            RequestInvalid: A name cannot stand in an address.
        """
        headers = dict(self.headers)
        if self.operation.creates:
            headers["Idempotency-Key"] = self.idempotency_key or str(uuid.uuid4())
        arguments: dict[str, Any] = {
            "method": self.operation.method,
            "url": self.operation.path.format(
                **{name: _segment(name, value) for name, value in self.names.items()}
            ),
            "params": {
                name: _written(value) for name, value in self.query.items() if value is not None
            },
        }
        if self.content is not None:
            headers["Content-Type"] = self.content_type
            arguments["content"] = self.content
        elif self.files:
            arguments["data"] = {name: _in_form(value) for name, value in self.form.items()}
            arguments["files"] = dict(self.files)
        elif self.json is not None:
            arguments["json"] = self.json
        return arguments | {"headers": headers}

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        operation = self.operation
        # What is to be changed only if nobody else has changed it would refuse its own repetition.
        guarded = "If-Match" in self.headers
        safe = operation.creates or operation.repeatable or operation.method in _REPEATABLE
        return safe and not guarded


def keyed(body: Mapping[str, Any]) -> dict[str, Any]:
    """Part a body from the idempotency key that it is sent under; return both as fields of a call."""
    said = {name: value for name, value in body.items() if name != "idempotency_key"}
    return {"json": said, "idempotency_key": body.get("idempotency_key")}


def rubric_document(rubric: Rubric) -> dict[str, Any]:
    """Return a rubric as it is sent: what the service adds when it returns one is left out."""
    names = set(Rubric.model_fields)
    return rubric.model_dump(mode="json", include=names, exclude_defaults=True)


def refusal(response: httpx.Response) -> APIError:
    """Return the error that a response stands for whose status is not 2xx, and whose body is read."""
    try:
        problem = Problem.model_validate_json(response.content, extra="ignore")
    except ValidationError:
        problem = _unexplained(response)
    # What decides is the status that came; the document only repeats it.
    problem = problem.model_copy(update={"status": response.status_code})
    kind = error_class(response.status_code)
    return kind(problem, dict(response.headers), _retry_after(response))


def _unexplained(response: httpx.Response) -> Problem:
    """Describe an error that something between the client and the service answered with."""
    try:
        phrase = HTTPStatus(response.status_code).phrase
    except ValueError:
        phrase = "The request was refused"
    text = " ".join(response.content[:_MOST_QUOTED].decode(errors="replace").split())
    told = f"{response.request.url.host} answered {response.status_code} and said no more"
    return Problem(
        type="about:blank",
        title=phrase,
        status=response.status_code,
        detail=text or told,
        code=f"http_{response.status_code}",
    )


def _retry_after(response: httpx.Response) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _segment(name: str, value: str) -> str:
    if not value or value in (".", ".."):
        raise RequestInvalid(f"{name} must name something, not '{value}'")
    return quote(value, safe="")


def _in_form(value: Any) -> str | list[str]:
    if isinstance(value, Mapping):
        return json_module.dumps(dict(value))
    return [_written(each) for each in value] if isinstance(value, list) else _written(value)


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise RequestInvalid(f"the moment {value.isoformat()} needs a time zone")
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
