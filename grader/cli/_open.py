"""Opening the grader for a command: settings with readable errors, a progress bar while indexing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import ConfigurationError

if TYPE_CHECKING:
    from grader.bank import Bank, ReferenceAnswer
    from grader.grading import Grader
    from grader.settings import Settings

_RUBRIC_SUFFIXES = {".yaml", ".yml", ".json"}


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Args:
        **overrides: Values given on the command line; None means not given.

    Raises:
        ConfigurationError: A value is out of range; says which variable.
    """
    from pydantic import ValidationError

    from grader.settings import Settings

    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"GRADER_{'_'.join(map(str, detail['loc'])).upper()}: {detail['msg'].lower()}, "
            f"not {detail['input']!r}"
            for detail in error.errors()
        ]
        raise ConfigurationError("\n".join(lines)) from None


@contextmanager
def opened(
    settings: Settings, bank: Bank | None = None, *, indexed: bool = True
) -> Iterator[Grader]:
    """Open a grader, showing what it is doing on standard error, and close it at the end."""
    from grader.cli._progress import progress

    with progress("loading the model", "indexing rubrics") as show:
        from grader.grading import Grader

        grader = Grader.open(settings, bank=bank, indexed=indexed, on_progress=show)
    with grader:
        yield grader


def is_rubric_file(name: str) -> bool:
    """Tell a rubric file from a rubric id."""
    return Path(name).suffix in _RUBRIC_SUFFIXES or Path(name).is_file()


def bank_of_file(path: Path, settings: Settings) -> Bank:
    """Load a bank of one rubric file, whatever its status."""
    from grader.bank import Bank, load_rubric

    rubric = load_rubric(path, corpus_for(path.parent, settings))
    return Bank([rubric], files={(rubric.id, rubric.version): path}, drafts=True)


def bank_of_folder(folder: Path, settings: Settings) -> Bank:
    """Load the bank in a folder; drafts may be graded against, since their author asks."""
    from grader.bank import load_bank

    return load_bank(folder, corpus_folder_for(folder, settings), drafts=True)


def corpus_for(folder: Path, settings: Settings) -> Mapping[str, ReferenceAnswer]:
    """Load the reference answers that rubrics in `folder` refer to."""
    from grader.bank import load_corpus

    return load_corpus(corpus_folder_for(folder, settings))


def corpus_folder_for(folder: Path, settings: Settings) -> Path:
    """Find `corpus/` in or beside a folder of rubrics or one of its parents; else the bank's own."""
    resolved = folder.resolve()
    for place in (resolved, *resolved.parents[:2]):
        if (place / "corpus").is_dir():
            return place / "corpus"
    return settings.corpus_dir
