"""What is weak about a rubric, and what keeps it from being published."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Literal, Self

from grader.bank.lint import TEXT_CHECKS, Check, Code, Finding, lint_rubric
from grader.errors import ConfigurationError, RubricInvalid
from grader.grading import Grader
from grader.types import Frozen, Rubric

_log = logging.getLogger(__name__)

# Comparing meanings takes about a second for a rubric as most are; a few times that is waited for.
_SECONDS = 8.0
_MOST_CHARACTERS = 20_000

# With these, some answers get a wrong grade for certain, not just a worse one.
_ERRORS = {Code.NO_OPTIONS, Code.CONTRADICTORY_PHRASING}


class Meanings(StrEnum):
    """Whether meanings were compared too, beside what can be read off the words.

    Attributes:
        COMPARED: They were.
        NOT_NOW: The model is busy, or still being loaded; ask again in a moment.
        TOO_LONG: Statements and reference answer have more than 20,000 characters together;
            `grader rubrics lint --deep` takes any.
        UNAVAILABLE: The service runs with an embedder that the limits do not hold for.
    """

    COMPARED = "compared"
    NOT_NOW = "not_now"
    TOO_LONG = "too_long"
    UNAVAILABLE = "unavailable"


class LintFinding(Frozen):
    """One thing that is wrong or weak.

    Attributes:
        code: Which kind, as `grader rubrics lint --json` gives it.
        severity: An `error` keeps the rubric from being published, a `warning` does not.
        field: As in `points[2].weight`; empty for the rubric as a whole.
        line: In the body that was sent, 1-based; null where it was not looked up.
    """

    code: Code
    severity: Literal["error", "warning"]
    field: str
    message: str
    line: int | None = None


class LintReport(Frozen):
    """What the lint found, errors first.

    Attributes:
        errors: How many findings keep the rubric from being published.
        warnings: How many do not.
        meanings: Whether meanings were compared too; null where nobody asked for that.
    """

    errors: int
    warnings: int
    findings: tuple[LintFinding, ...]
    meanings: Meanings | None = None

    @classmethod
    def of(cls, findings: Iterable[LintFinding], meanings: Meanings | None = None) -> Self:
        """Count findings."""
        ordered = tuple(sorted(findings, key=lambda finding: finding.severity))
        errors = sum(finding.severity == "error" for finding in ordered)
        warnings = len(ordered) - errors
        return cls(errors=errors, warnings=warnings, findings=ordered, meanings=meanings)


class RubricLint:
    """Looks over rubrics for requests: the words always, and meanings where there is time.

    Meanings are compared one rubric after the other, in a thread of their own. Whoever has waited
    too long gets what the words show; a request never waits for a model to be loaded.
    """

    def __init__(self, grader: Grader) -> None:
        """Compare meanings with the models of `grader`."""
        self._grader = grader
        self._checks: Sequence[Check] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lint")

    def close(self) -> None:
        """Finish what is being compared, and nothing else."""
        self._thread.shutdown(cancel_futures=True)

    async def report(self, rubric: Rubric) -> LintReport:
        """Look a rubric over."""
        found, meanings = await self._compared(rubric)
        if found is None:
            found = await asyncio.to_thread(lint_rubric, rubric, TEXT_CHECKS)
        return _report(rubric, found, meanings)

    async def _compared(self, rubric: Rubric) -> tuple[list[Finding] | None, Meanings]:
        if _is_long(rubric):
            return None, Meanings.TOO_LONG
        # What is not begun when the time is over never begins.
        comparison = asyncio.wrap_future(self._thread.submit(self._find, rubric))
        try:
            async with asyncio.timeout(_SECONDS):
                return await comparison, Meanings.COMPARED
        except TimeoutError:
            return None, Meanings.NOT_NOW
        except ConfigurationError as error:
            _log.warning("rubrics are looked over by their words alone: %s", error)
            return None, Meanings.UNAVAILABLE
        except Exception:  # noqa: BLE001 - whatever a check raises; the draft is kept
            _log.exception("a rubric was looked over by its words alone")
            return None, Meanings.UNAVAILABLE

    def _find(self, rubric: Rubric) -> list[Finding]:
        if self._checks is None:
            self._checks = self._grader.lint_checks()
        return lint_rubric(rubric, self._checks)


def lint(rubric: Rubric) -> LintReport:
    """Look for weaknesses that can be read off the words; takes some milliseconds, at most seconds."""
    return _report(rubric, lint_rubric(rubric), None)


def unreadable(error: RubricInvalid) -> LintReport:
    """Report a document that is no rubric at all."""
    return LintReport.of(
        LintFinding(
            code=Code.SCHEMA,
            severity="error",
            field=problem.where,
            message=problem.message,
            line=problem.line or None,
        )
        for problem in error.problems
    )


def _report(rubric: Rubric, findings: Iterable[Finding], meanings: Meanings | None) -> LintReport:
    return LintReport.of(
        (
            LintFinding(
                code=finding.code,
                severity="error" if _is_error(finding, rubric) else "warning",
                field=finding.where,
                message=finding.message,
            )
            for finding in findings
        ),
        meanings,
    )


def _is_long(rubric: Rubric) -> bool:
    claims = (text for point in rubric.points for text in (point.claim, *point.accept))
    beliefs = (text for m in rubric.mistakes for text in (m.claim, m.correction))
    texts = (rubric.reference_answer, *claims, *beliefs)
    return sum(map(len, texts)) > _MOST_CHARACTERS


def _is_error(finding: Finding, rubric: Rubric) -> bool:
    if finding.code is Code.CORRECT_OPTIONS:  # how many may be right depends on the wording
        return not any(option.correct for option in rubric.options)
    return finding.severity == "error" or finding.code in _ERRORS
