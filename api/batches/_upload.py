"""Receiving a batch's file: to disk, and only once somebody wants it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import IO, Annotated

import anyio.to_thread
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.errors import MediaTypeUnsupported, ServiceError
from grader.errors import BatchInvalid

_RAW = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_FORM = "multipart/form-data"
_FIELD = "file"
_WRITTEN_AT_ONCE = 1 << 20

# What the body of the request may look like, in the OpenAPI document.
REQUEST_BODY = {
    "required": True,
    "content": {
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "JSON lines, up to 50,000 and 100 MB"},
        },
        _FORM: {
            "schema": {
                "type": "object",
                "required": [_FIELD],
                "properties": {
                    _FIELD: {"type": "string", "contentMediaType": "application/x-ndjson"}
                },
            }
        },
    },
}


class StorageUnavailable(ServiceError):
    """There is no room for the file."""

    code = "storage_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The file cannot be stored"


class Upload:
    """The file in the body of a request, which is read when it is first asked for."""

    def __init__(self, request: Request) -> None:
        """Nothing is read yet."""
        self._request = request
        self._file: IO[bytes] | None = None

    async def file(self) -> IO[bytes]:
        """Return the whole file, on disk if it is not small.

        Raises:
            MediaTypeUnsupported: The body is neither JSON lines nor a form.
            BatchInvalid: The form holds no file.
            StorageUnavailable: There is no room for it.
        """
        if self._file is None:
            try:
                self._file = await self._receive()
            except OSError as error:
                raise StorageUnavailable(
                    f"the file cannot be stored for reading ({error.strerror}); send it again later",
                    {"Retry-After": "30"},
                ) from error
        await anyio.to_thread.run_sync(self._file.seek, 0)
        return self._file

    async def fingerprint(self) -> str:
        """Hash what tells the request from others; see `api.idempotency`."""
        url = self._request.url
        digest = hashlib.sha256(f"{self._request.method} {url.path}?{url.query}\n".encode())
        file = await self.file()
        while chunk := await anyio.to_thread.run_sync(file.read, _WRITTEN_AT_ONCE):
            digest.update(chunk)
        return digest.hexdigest()

    async def close(self) -> None:
        """Delete the file."""
        if self._file is not None:
            await anyio.to_thread.run_sync(self._file.close)

    async def _receive(self) -> IO[bytes]:
        kind = self._request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == _FORM:
            return await self._receive_form()
        if kind not in _RAW:
            raise MediaTypeUnsupported(
                f"send JSON lines as {_RAW[0]}, or as the field '{_FIELD}' of a form ({_FORM})"
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request
        try:
            held = bytearray()
            async for chunk in self._request.stream():
                held += chunk
                if len(held) >= _WRITTEN_AT_ONCE:
                    await anyio.to_thread.run_sync(file.write, bytes(held))
                    held.clear()
            await anyio.to_thread.run_sync(file.write, bytes(held))
        except BaseException:
            file.close()
            raise
        return file

    async def _receive_form(self) -> IO[bytes]:
        form = await self._request.form(max_files=1, max_fields=1)
        sent = form.get(_FIELD)
        if not isinstance(sent, UploadFile):
            await form.close()
            raise BatchInvalid(
                f"the form holds no file; send it as the field '{_FIELD}' with a file name, as "
                f"curl -F {_FIELD}=@answers.jsonl does"
            )
        return sent.file


async def open_upload(request: Request) -> AsyncGenerator[Upload]:
    """Give the upload of a request, and close it at the end; a dependency."""
    upload = Upload(request)
    try:
        yield upload
    finally:
        await upload.close()


BatchUpload = Annotated[Upload, Depends(open_upload)]
