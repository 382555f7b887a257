"""The client against the OpenAPI document: what it covers, what it sends, what it reads."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints, is_typeddict

import pytest

from api.app import create_app
from grader.client import AsyncGraderClient, GraderClient
from grader.client._blocking import Resource
from grader.client._operations import Call, Operation
from grader.client._session import Session

KEY = "idempotency-key"


class Recorder(Session):
    """Performs nothing, and notes what it was asked to do.

    Attributes:
        calls: In order.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def _note(self, operation: Operation[Any], call: Mapping[str, Any]) -> None:
        self.calls.append(Call(operation, **call))
        raise Noted

    async def call(self, operation: Operation[Any], /, **call: Any) -> Any:
        self._note(operation, call)

    async def file(self, operation: Operation[Any], /, **call: Any) -> Any:
        self._note(operation, call)

    async def lines(self, operation: Operation[Any], /, **call: Any) -> Any:
        self._note(operation, call)
        yield

    async def items(self, operation: Operation[Any], /, **call: Any) -> Any:
        self._note(operation, call)
        yield

    async def events(self, operation: Operation[Any], /, *, after: int = 0, **call: Any) -> Any:
        self._note(operation, {**call, "headers": {"Last-Event-ID": str(after)}})
        yield

    async def read_file(self, path: Path) -> bytes:
        return str(path).encode()


class Noted(Exception):
    """Ends a method once it has said what it wants done."""


def stand_in(name: str, hint: Any) -> Any:
    """Some value for a parameter."""
    if name == "since":
        return datetime(2026, 1, 1, tzinfo=UTC)
    if name == "written_as":
        return "yaml"
    if name in ("answers", "events"):
        return []
    return {bool: True, int: 1, float: 1.0}.get(hint, "x")


def arguments(method: Any) -> dict[str, Any]:
    """A value for every parameter there is, those of a `TypedDict` of options included."""
    hints = get_type_hints(method, include_extras=True)
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            (options,) = hints[name].__args__
            assert is_typeddict(options)
            given |= {key: stand_in(key, hint) for key, hint in get_type_hints(options).items()}
        elif name not in ("self", "on_progress", "timeout"):
            given[name] = stand_in(name, hints.get(name))
    return given


def methods() -> Iterator[tuple[Resource, str]]:
    """Every public method of the async client, with what it is a method of."""
    client = AsyncGraderClient("http://nowhere.invalid")
    for resource in (client, *vars(client).values()):
        if isinstance(resource, Resource):
            for name, _ in inspect.getmembers(type(resource), inspect.isfunction):
                if not name.startswith("_") and name not in ("aclose", "wait"):
                    yield resource, name


def performed() -> list[Call]:
    """What each method has done, with every argument given."""

    async def run(resource: Resource, name: str) -> Call:
        recorder = resource._session = Recorder()
        method = getattr(resource, name)
        result = method(**arguments(method))
        with pytest.raises(Noted):
            await (anext(result) if isinstance(result, AsyncIterator) else result)
        return recorder.calls[0]

    async def everything() -> list[Call]:
        return [await run(resource, name) for resource, name in methods()]

    return asyncio.run(everything())


CALLS = performed()
DOCUMENT = create_app().openapi()
OPERATIONS = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}

# What the client leaves out, by how the path begins, and who calls it instead. Pages, files of the
# pages and metrics are not in the document.
ELSEWHERE = {
    "/v1/invitation": "a candidate's browser, which has the signed link and no key",
    "/v1/greenhouse": "the applicant tracking system, by its own protocol and HTTP basic",
}
COVERED = {(call.operation.method, call.operation.path) for call in CALLS} | {
    # What GET of a rubric is where no version is named.
    ("GET", "/v1/rubrics/{rubric_id}")
}


def left_out(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in ELSEWHERE)


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_every_operation_of_the_service_is_covered(method: str, path: str) -> None:
    assert ((method, path) in COVERED) != left_out(path), (
        f"{method} {path} needs a method of grader.client, or a reason in ELSEWHERE"
    )


def test_the_client_calls_nothing_that_is_not_there() -> None:
    assert set(OPERATIONS) >= COVERED
    assert all(any(path.startswith(start) for _, path in OPERATIONS) for start in ELSEWHERE)


# Sent as files of a form only; the client sends a transcript in JSON.
NOT_IN_FORMS = {"transcript"}


def resolved(schema: Any) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = schema
    return found


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation.path)
def test_everything_that_an_operation_takes_can_be_said(call: Call) -> None:
    operation = OPERATIONS[call.operation.method, call.operation.path]
    parameters = operation.get("parameters", [])
    query = {p["name"] for p in parameters if p["in"] == "query"} - {"cursor"}
    assert set(call.query) == query
    assert set(call.names) == {p["name"] for p in parameters if p["in"] == "path"}
    assert call.operation.creates == any(p["name"] == KEY for p in parameters)
    headers = {p["name"] for p in parameters if p["in"] == "header"} - {KEY, "prefer", "if-match"}
    assert {name.lower() for name in call.headers} - {"prefer", "if-match"} == headers
    content = operation.get("requestBody", {}).get("content", {})
    if call.files:
        fields = set(content["multipart/form-data"]["schema"]["properties"])
        assert set(call.form) | set(call.files) == fields - NOT_IN_FORMS
    elif call.content is None:
        body = resolved(content.get("application/json", {}).get("schema", {}))
        assert set(call.json or ()) == set(body.get("properties", ()))
    else:
        assert call.content_type in content


def shape(schema: Any, definitions: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """Reduce a schema to the names of its fields; all that may stand in one place together."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "…" if name in within else shape(definitions[name], definitions, (*within, name))
    parts: Iterable[Any] = schema.get("anyOf", schema.get("oneOf", schema.get("allOf", ())))
    found: dict[str, Any] = {}
    for part in parts:
        seen = shape(part, definitions, within)
        found |= seen if isinstance(seen, dict) else {}
    if "items" in schema:
        inner = shape(schema["items"], definitions, within)
        return {"[]": inner} if inner else {}
    for name, value in schema.get("properties", {}).items():
        found[name] = shape(value, definitions, within)
    return found


READ = [call for call in CALLS if call.operation.result.core_schema["type"] != "none"]


@pytest.mark.parametrize("call", READ, ids=lambda call: call.operation.path)
def test_everything_that_an_operation_returns_is_read(call: Call) -> None:
    operation = OPERATIONS[call.operation.method, call.operation.path]
    answered = {
        int(status): told for status, told in operation["responses"].items() if status < "3"
    }
    status = 202 if "Prefer" in call.headers else min(answered)
    content = answered[status]["content"]
    if "application/json" not in content or len(content) > 1:
        return  # JSON lines and files, which the document does not describe further
    returned = shape(content["application/json"]["schema"], DOCUMENT["components"]["schemas"])
    own = call.operation.result.json_schema(mode="serialization", by_alias=True)
    assert shape(own, own.get("$defs", {})) == returned


def test_the_two_clients_have_the_same_methods() -> None:
    waiting = AsyncGraderClient("http://nowhere.invalid")
    blocking = GraderClient("http://nowhere.invalid")
    assert vars(waiting).keys() - {"_session"} == vars(blocking).keys() - {"_session", "_over"}
    for name, resource in vars(waiting).items():
        if isinstance(resource, Resource):
            public = {m for m in dir(resource) if not m.startswith("_")}
            assert public == {m for m in dir(getattr(blocking, name)) if not m.startswith("_")}
            for method in public:
                ours, theirs = getattr(resource, method), getattr(getattr(blocking, name), method)
                assert inspect.signature(ours) == inspect.signature(theirs)
                assert inspect.getdoc(theirs)
    blocking.close()
    asyncio.run(waiting.aclose())


def test_nothing_heavy_is_imported() -> None:
    heavy = ["torch", "numpy", "sklearn", "langchain_core", "chromadb", "sqlalchemy", "fastapi"]
    code = f"import sys, grader.client; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
