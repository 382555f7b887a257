"""Checking rubrics and files of rubrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.bank._bank import Bank, rubric_files
from grader.bank._corpus import ReferenceAnswer
from grader.bank._lock import LockFile, lock_problems
from grader.bank._parse import load_rubric, locate
from grader.bank.lint._balance import check_penalties, check_sizes, check_weights
from grader.bank.lint._choices import check_options
from grader.bank.lint._claims import check_claims
from grader.bank.lint._duplicates import (
    check_duplicates,
    check_phrasings,
    check_quoted_mistakes,
)
from grader.bank.lint._findings import Check, Code, Finding
from grader.bank.lint._follow_ups import check_missing, check_reachable, check_revealing
from grader.errors import Problem, RubricInvalid
from grader.types import Rubric

if TYPE_CHECKING:
    from grader.embedding import Embedder

# What is read off the words alone; takes milliseconds.
TEXT_CHECKS: tuple[Check, ...] = (
    check_sizes,
    check_weights,
    check_penalties,
    check_claims,
    check_duplicates,
    check_phrasings,
    check_quoted_mistakes,
    check_missing,
    check_reachable,
    check_revealing,
    check_options,
)


def meaning_checks(embedder: Embedder, plain: Embedder) -> Check:
    """Make the checks that compare meanings: some eighty short texts are encoded for each rubric.

    Args:
        embedder: Compares with the reference answer; what `build_embedder` loads by default.
        plain: Compares statements with each other; what `build_question_embedder` loads, the same
            model without the adapter.

    Raises:
        ConfigurationError: The thresholds were taken with other embedders.
    """
    from grader.bank.lint._meaning import MeaningChecks

    return MeaningChecks(embedder, plain)


def lint_rubric(rubric: Rubric, checks: Sequence[Check] = TEXT_CHECKS) -> list[Finding]:
    """Find weaknesses of a rubric that would make its grades worse.

    Args:
        rubric: A valid rubric.
        checks: What to look for; `(*TEXT_CHECKS, meaning_checks(embedder, plain))` for everything.

    Returns:
        Warnings with the field each is about; empty for a rubric in good order.
    """
    return [finding for check in checks for finding in check(rubric)]


def lint_paths(
    paths: Sequence[Path],
    corpus: Mapping[str, ReferenceAnswer],
    checks: Sequence[Check] = TEXT_CHECKS,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[int, list[Finding]]:
    """Check files and folders of rubrics; a folder's lock file is checked with it.

    Args:
        paths: Files, and folders of rubrics.
        corpus: The reference answers that the rubrics refer to.
        checks: What to look for in a rubric that can be read.
        on_progress: Called with (done, total) after each file.

    Returns:
        How many rubric files were looked at, and all errors and warnings, file by file.
    """
    files = {path: rubric_files(path) if path.is_dir() else [path] for path in paths}
    total = sum(map(len, files.values()))
    findings: list[Finding] = []
    done = 0
    for path, below in files.items():
        rubrics: dict[Path, Rubric] = {}
        first: dict[tuple[str, str], Path] = {}
        for file in below:
            found, rubric = _lint_file(file, corpus, checks)
            findings += found
            if rubric is not None:
                rubrics[file] = rubric
                findings += _defined_twice(rubric, file, first)
            done += 1
            if on_progress:
                on_progress(done, total)
        if path.is_dir() and (path / LockFile.NAME).exists():
            problems = lock_problems(Bank(rubrics.values(), files=first), LockFile.read(path))
            findings += [_as_finding(problem, Code.LOCK) for problem in problems]
    return total, findings


def _lint_file(
    file: Path, corpus: Mapping[str, ReferenceAnswer], checks: Sequence[Check]
) -> tuple[list[Finding], Rubric | None]:
    try:
        rubric = load_rubric(file, corpus)
    except RubricInvalid as error:
        return [_as_finding(problem, Code.SCHEMA) for problem in error.problems], None
    return _located(lint_rubric(rubric, checks), file), rubric


def _defined_twice(rubric: Rubric, file: Path, first: dict[tuple[str, str], Path]) -> list[Finding]:
    already = first.setdefault((rubric.id, rubric.version), file)
    if already == file:
        return []
    message = f"'{rubric.id}' {rubric.version} is already defined in {already}"
    return _located([Finding("id", message, code=Code.DUPLICATE_VERSION)], file)


def _located(findings: Sequence[Finding], file: Path) -> list[Finding]:
    placed = zip(findings, locate(findings, file), strict=True)
    found = [replace(finding, file=p.file, line=p.line) for finding, p in placed]
    return sorted(found, key=lambda finding: finding.line)


def _as_finding(problem: Problem, code: Code) -> Finding:
    return Finding(
        problem.where, problem.message, problem.file, problem.line, problem.severity, code
    )
