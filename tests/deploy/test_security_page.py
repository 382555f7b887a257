from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"

_PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_page_names_exists() -> None:
    named = _PROOF.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) >= 30
    missing = [f"{file}::{test}" for file, test in named if test not in _tests_in(ROOT / file)]
    assert not missing


def test_every_threat_has_a_proof() -> None:
    rows = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| threat")
    ]
    assert rows
    assert [row for row in rows if not _PROOF.search(row)] == []


def _tests_in(file: Path) -> set[str]:
    """The names of the test functions in a file; none if there is no such file."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
