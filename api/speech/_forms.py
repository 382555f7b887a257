"""Forms with a file: read to disk, once it is known who sends them, and checked as a model."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, PlainValidator, ValidationError, WithJsonSchema
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from api.errors import MediaTypeUnsupported
from api.media_types import FORM, is_form
from api.speech._errors import UploadBrokenOff

_MOST_FILES = 2  # one more than is useful, so that two can be told from one
_MOST_FIELDS = 200
_READ_AT_ONCE = 1 << 20

_Model = TypeVar("_Model", bound=BaseModel)


def _file(value: object) -> UploadFile:
    if not isinstance(value, UploadFile):
        raise ValueError("send it as a file, with a file name")  # noqa: TRY004 - pydantic's way
    return value


FormFile = Annotated[
    UploadFile,
    PlainValidator(_file),
    WithJsonSchema({"type": "string", "contentMediaType": "application/octet-stream"}),
]
"""A file in a form."""


class FormRoute(APIRoute):
    """A route for forms only, so that another one at its path can take JSON."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match only where the body is a form."""
        match, child = super().matches(scope)
        return (match, child) if is_form(scope) else (Match.NONE, {})


class Form:
    """The form in the body of a request, which is received when it is first asked for.

    Files are on disk unless they are small.
    """

    def __init__(self, request: Request) -> None:
        """Nothing is received yet."""
        self._request = request
        self._data: FormData | None = None

    async def read(self, model: type[_Model]) -> _Model:
        """Check the fields against a model.

        A field that is there several times is a list.

        Raises:
            MediaTypeUnsupported: The body is no form.
            RequestValidationError: The fields do not fit; says which.
        """
        data = await self._received()
        values = {name: data.getlist(name) for name in data}
        try:
            return model.model_validate(
                {name: each[0] if len(each) == 1 else each for name, each in values.items()}
            )
        except ValidationError as error:
            found = error.errors(include_url=False)
            # Each is of a field; the type of an error in JSON would be taken for one of the body.
            raise RequestValidationError(
                [{**each, "loc": ("body", *each["loc"]), "type": "form"} for each in found]
            ) from None

    async def fingerprint(self) -> str:
        """Hash what tells the request from others, whatever divides its parts."""
        digest = hashlib.sha256(f"{self._request.method} {self._request.url.path}\n".encode())
        for name, value in (await self._received()).multi_items():
            part = hashlib.sha256()
            if isinstance(value, UploadFile):
                while chunk := await value.read(_READ_AT_ONCE):
                    part.update(chunk)
                await value.seek(0)
            else:
                part.update(value.encode("utf-8", "surrogatepass"))
            digest.update(f"{part.hexdigest()} {name}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    async def close(self) -> None:
        """Delete the files."""
        if self._data is not None:
            await self._data.close()

    async def _received(self) -> FormData:
        if self._data is None:
            if not is_form(self._request.scope):
                raise MediaTypeUnsupported(f"send a form ({FORM}) with the recording in it")
            try:
                self._data = await self._request.form(
                    max_files=_MOST_FILES, max_fields=_MOST_FIELDS
                )
            except ClientDisconnect:
                raise UploadBrokenOff("the connection was lost during an upload") from None
        return self._data


async def open_form(request: Request) -> AsyncGenerator[Form]:
    """Give the form of a request, and delete its files at the end; a dependency."""
    form = Form(request)
    try:
        yield form
    finally:
        await form.close()


OpenForm = Annotated[Form, Depends(open_form)]


def form_body(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a form as a request body, for the OpenAPI document."""
    return {"content": {FORM: {"schema": model.model_json_schema()}}}
