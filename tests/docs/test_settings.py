from __future__ import annotations

import re
from pathlib import Path

from tests.docs.settings_table import DOCUMENT, document

ROOT = DOCUMENT.parents[1]


def test_the_tables_are_those_of_the_classes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "bring docs/settings.md up to date with: python -m tests.docs.settings_table"
    )


def test_every_variable_that_the_documentation_names_exists() -> None:
    listed = set(
        re.findall(r"^\| `(GRADER_\w+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {"GRADER_DATABASE_URL", "GRADER_LLM_MODEL", "GRADER_SPEECH_ENGINE"} <= listed
    listed.add("GRADER_API_KEY")  # of a client, which sets nothing
    documents: list[Path] = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for path in documents:
        # GRADER_TEST_… are the suite's own; GRADER_LLM_… stands for all of a kind.
        named = re.findall(
            r"\bGRADER_(?!TEST_)[A-Z_]+[A-Z]\b(?!_)", path.read_text(encoding="utf-8")
        )
        assert set(named) <= listed, path.name
