"""Who is calling: bearer keys, their scopes, and the dependencies by which routes ask.

async def get_grade(grade_id: str, caller: Reading) -> ...:
"""

from __future__ import annotations

from api.auth._authenticate import Authenticator, is_local, require
from api.auth._dependencies import (
    Administering,
    AnyCaller,
    Authoring,
    Grading,
    Reading,
    Reviewing,
    authorize,
    requires,
)
from api.auth._issue import IssuedKey, KeyIssuer, KeyUnusable
from api.auth._scopes import ALL_SCOPES, Caller, Scope

__all__ = [
    "ALL_SCOPES",
    "Administering",
    "AnyCaller",
    "Authenticator",
    "Authoring",
    "Caller",
    "Grading",
    "IssuedKey",
    "KeyIssuer",
    "KeyUnusable",
    "Reading",
    "Reviewing",
    "Scope",
    "authorize",
    "is_local",
    "require",
    "requires",
]
