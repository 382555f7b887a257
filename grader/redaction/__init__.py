"""Taking personal data out of a text before it leaves for a language model, and finding it again."""

from grader.redaction._protocol import Redactor
from grader.redaction._redacted import Finding, Redacted
from grader.redaction._registry import REDACTORS, build_redactor

__all__ = ["REDACTORS", "Finding", "Redacted", "Redactor", "build_redactor"]
