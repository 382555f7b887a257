"""What every redactor does."""

from __future__ import annotations

from typing import Protocol

from grader.redaction._redacted import Redacted


class Redactor(Protocol):
    """Knows personal data when it sees it."""

    @property
    def fingerprint(self) -> str:
        """What it finds depends on this and on the text, and on nothing else."""
        ...

    def redact(self, text: str) -> Redacted:
        """Put a placeholder in the place of each piece of personal data."""
        ...
