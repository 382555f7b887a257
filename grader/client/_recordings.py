"""Recordings that are sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.client._operations import rubric_document
from grader.client._session import Session
from grader.types import Rubric

Recording = bytes | str | Path
"""A recording: its bytes, or the path of its file; wav, mp3, m4a, ogg, webm or flac."""


async def in_form(session: Session, audio: Recording, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Put a recording and what goes with it into a form; return the fields of a call.

    Raises:
        OSError: The file cannot be read.
    """
    if isinstance(audio, bytes):
        file = ("recording", audio)
    else:
        file = (Path(audio).name, await session.read_file(Path(audio)))
    form = {
        name: value
        for name, value in fields.items()
        if value is not None and name != "idempotency_key"
    }
    if isinstance(rubric := form.get("rubric"), Rubric):
        form["rubric"] = rubric_document(rubric)
    call = {"form": form, "files": {"audio": file}}
    key = fields.get("idempotency_key")
    return call if key is None else {**call, "idempotency_key": key}
