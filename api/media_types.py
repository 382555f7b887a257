"""What kind of body a request has."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

FORM = "multipart/form-data"


def is_form(scope: Scope) -> bool:
    """Tell whether the body is a form with files."""
    kind = Headers(scope=scope).get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() == FORM
