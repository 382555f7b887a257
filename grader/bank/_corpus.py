"""Reference answers: Markdown files under `corpus/`, a title and a few paragraphs each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from grader.errors import Problem, RubricInvalid
from grader.types import Frozen


class ReferenceAnswer(Frozen):
    """A model answer.

    Attributes:
        source: Path under the corpus folder, with forward slashes.
        title: The text of the first heading.
        text: The answer itself, without the title.
    """

    source: str
    title: str
    text: str


def passages(text: str) -> tuple[str, ...]:
    """Split a reference answer into its paragraphs, in order, each on one line."""
    return tuple(" ".join(p.split()) for p in re.split(r"\n\s*\n", text) if p.strip())


def load_corpus(folder: Path) -> Mapping[str, ReferenceAnswer]:
    """Read every `**/*.md` below `folder`.

    Returns:
        Reference answers by source path.

    Raises:
        RubricInvalid: A file is not UTF-8, has no title, or has nothing below it; lists all such.
    """
    corpus, problems = read_corpus(folder)
    if problems:
        raise RubricInvalid(problems)
    return corpus


def read_corpus(folder: Path) -> tuple[Mapping[str, ReferenceAnswer], list[Problem]]:
    """Read what can be read of a corpus, and say what cannot."""
    problems: list[Problem] = []
    corpus: dict[str, ReferenceAnswer] = {}
    for path in sorted(folder.rglob("*.md")):
        source = path.relative_to(folder).as_posix()
        try:
            corpus[source] = _parse(path.read_bytes().decode("utf-8-sig"), source)
        except UnicodeDecodeError as error:
            problems.append(Problem("", f"not UTF-8 at byte {error.start}", str(path), 1))
        except OSError as error:
            problems.append(Problem("", f"cannot be read: {error.strerror}", str(path)))
        except ValueError as error:
            problems.append(Problem("", str(error), str(path), 1))
    return corpus, problems


def _parse(text: str, source: str) -> ReferenceAnswer:
    first, _, rest = text.strip().partition("\n")
    if not first.startswith("# ") or not first[2:].strip():
        raise ValueError("the first line must be a title, as in '# Event loop'")
    if not rest.strip():
        raise ValueError("there is no answer below the title")
    return ReferenceAnswer(source=source, title=first[2:].strip(), text=rest.strip())
