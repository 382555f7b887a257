"""The table of redactors that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.errors import ConfigurationError
from grader.redaction._protocol import Redactor
from grader.redaction._redacted import Redacted


class _KeepsAll:
    """Takes nothing out."""

    fingerprint = "none"

    def redact(self, text: str) -> Redacted:
        return Redacted.of(text, ())


def _presidio() -> Redactor:
    try:
        from grader.redaction._presidio import PresidioRedactor
    except ImportError as error:
        raise ConfigurationError(
            "GRADER_LLM_REDACTION=presidio needs a package that is not installed: install "
            f"answer-grader[redaction] ({error})"
        ) from None
    return PresidioRedactor()


REDACTORS: Mapping[str, Callable[[], Redactor]] = {"none": _KeepsAll, "presidio": _presidio}


def build_redactor(name: str) -> Redactor:
    """Build a redactor by its name.

    Raises:
        ConfigurationError: Unknown name, or a package that it needs is missing.
    """
    build = REDACTORS.get(name)
    if build is None:
        known = ", ".join(REDACTORS)
        raise ConfigurationError(f"GRADER_LLM_REDACTION is '{name}'; it can be: {known}")
    return build()
