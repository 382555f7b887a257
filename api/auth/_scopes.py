"""What a key may be used for, and who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """One thing that a key may be used for; none includes another.

    Attributes:
        GRADE: Send answers and have them graded.
        READ: Read grades, batches and reviews.
        AUTHOR: Write, publish and retire rubrics.
        REVIEW: See the review queue, correct grades, resolve appeals.
        ADMIN: Set up webhooks, delete records, read the audit log.
    """

    GRADE = "grade"
    READ = "read"
    AUTHOR = "author"
    REVIEW = "review"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)

# What the audit log calls a caller who needs no key.
LOCAL_ACTOR = "local"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request.

    Attributes:
        tenant_id: Whose records the request is about.
        scopes: What it may do.
        key_id: The key it came with; None for a service without keys.
    """

    tenant_id: str
    scopes: frozenset[Scope]
    key_id: str | None = None

    @property
    def actor(self) -> str:
        """Return how the audit log names the caller."""
        return self.key_id or LOCAL_ACTOR
