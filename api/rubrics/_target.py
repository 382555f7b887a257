"""Which version a change is meant for, and entity tags, by which an author's change does not undo a colleague's (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from api.rubrics._catalogue import Entry
from api.rubrics._errors import ChangedMeanwhile

_IfMatch = Annotated[
    str | None,
    Header(
        description="The `ETag` that the version was read with: nothing is done if it was changed "
        "since. Without it, whatever is there is meant."
    ),
]


@dataclass(frozen=True, slots=True)
class Target:
    """The version that a change is meant for.

    Attributes:
        if_match: Tags of its states, at one of which the change is aimed; None for any state.
    """

    rubric_id: str
    version: str
    if_match: str | None = None


async def _target(rubric_id: str, version: str, if_match: _IfMatch = None) -> Target:
    return Target(rubric_id, version, if_match)


MeantVersion = Annotated[Target, Depends(_target)]

_TAG = re.compile(r'(W/)?"[^"]*"')


def etag(entry: Entry) -> str:
    """Name the state of a version: its content, where it stands, and when it was last changed."""
    rubric, row = entry.rubric, entry.row
    changed = row.updated_at.isoformat() if row else ""
    state = f"{rubric.sha256} {rubric.status} {changed}"
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


def check_unchanged(entry: Entry, if_match: str | None) -> None:
    """Check that a version is what the caller takes it for.

    Raises:
        ChangedMeanwhile: It is not.
    """
    if if_match is None or if_match.strip() == "*":
        return
    # Weak tags never match here, and what is no tag matches nothing.
    tags = {found.group() for found in _TAG.finditer(if_match)}
    if etag(entry) not in tags:
        raise ChangedMeanwhile(
            f"'{entry.rubric.id}' {entry.rubric.version} is not what If-Match names; read it again, "
            "and send the change with its ETag"
        )
