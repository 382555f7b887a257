"""Finding the rubric that a command line names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.settings import Settings
    from grader.types import Rubric


def rubric_named(name: str, settings: Settings) -> Rubric:
    """Read `file`, or find `id` or `id@version` in the bank, drafts included.

    Raises:
        RubricNotFound: There is no such rubric.
        RubricInvalid: The file, or one of the bank, has problems.
        BadInput: The name ends in `@`.
    """
    from grader.bank import load_bank
    from grader.cli._open import bank_of_file, is_rubric_file
    from grader.errors import BadInput

    # A pipe, as of `<(git show HEAD:rubrics/data/indexes.yaml)`, is a file too.
    if is_rubric_file(name) or Path(name).is_fifo():
        return next(iter(bank_of_file(Path(name), settings)))
    rubric_id, mark, version = name.partition("@")
    if mark and not version:
        raise BadInput(f"'{name}' names no version; write one as in '{rubric_id or 'id'}@1.0.0'")
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir, drafts=True)
    return bank.get(rubric_id, version or None)
