"""The lock file: the hash of every version ever published, so that none changes unnoticed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import TypeAdapter, ValidationError

from grader.bank._bank import Bank
from grader.errors import Problem, RubricInvalid
from grader.types import Frozen, Rubric, Status


class LockedVersion(NamedTuple):
    """The two hashes of one published version."""

    sha256: str
    structure_sha256: str


class _Entry(Frozen):
    id: str
    version: str
    sha256: str
    structure_sha256: str


_Entries = TypeAdapter(list[_Entry])


class LockFile:
    """Hashes of published versions by id and version, kept as JSON in `published.lock.json`."""

    NAME = "published.lock.json"

    def __init__(self, versions: Mapping[tuple[str, str], LockedVersion]) -> None:
        """Build from known versions."""
        self.versions = dict(versions)

    @classmethod
    def read(cls, rubrics_dir: Path) -> Self:
        """Read the lock file of a bank; one that does not exist yet locks nothing.

        Raises:
            RubricInvalid: The file is not the JSON that `write` makes.
        """
        path = rubrics_dir / cls.NAME
        if not path.exists():
            return cls({})
        try:
            entries = _Entries.validate_json(path.read_bytes())
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            message = f"not a lock file ({reason}); restore it from version control"
            raise RubricInvalid([Problem("", message, str(path))]) from None
        return cls(
            {(e.id, e.version): LockedVersion(e.sha256, e.structure_sha256) for e in entries}
        )

    def write(self, rubrics_dir: Path) -> None:
        """Write one line per version, sorted, so that a change reads well in a diff."""
        lines = [
            json.dumps({"id": key[0], "version": key[1], **locked._asdict()})
            for key, locked in sorted(self.versions.items())
        ]
        text = "[\n" + ",\n".join(lines) + "\n]\n"
        (rubrics_dir / self.NAME).write_text(text, encoding="utf-8")

    def with_new(self, bank: Bank) -> LockFile:
        """Return a lock that also holds the bank's published versions not locked yet."""
        added = {
            (r.id, r.version): _hashes(r)
            for r in bank.all_versions()
            if r.status is Status.PUBLISHED and (r.id, r.version) not in self.versions
        }
        return LockFile(self.versions | added)


def lock_problems(bank: Bank, lock: LockFile) -> list[Problem]:
    """Find published versions that changed, vanished, went back to draft, or are not locked.

    A version that was published stays in the bank, retired if need be: grades made under it must
    stay explainable.
    """
    problems: list[Problem] = []
    present = {(r.id, r.version): r for r in bank.all_versions()}
    for key, locked in lock.versions.items():
        rubric = present.get(key)
        name = f"{key[0]} {key[1]}"
        file = str(bank.file_of(rubric) or "") if rubric else ""
        if rubric is None:
            problems.append(Problem("", f"published version {name} is gone; put it back, retired"))
        elif rubric.status is Status.DRAFT:
            problems.append(
                Problem("status", f"{name} was published; it cannot be a draft", file, 1)
            )
        elif _hashes(rubric) != locked:
            message = f"{name} was published and has changed; give the changed text a new version"
            problems.append(Problem("version", message, file, 1))
    for key, rubric in present.items():
        if rubric.status is Status.PUBLISHED and key not in lock.versions:
            message = f"{key[0]} {key[1]} is published but not locked; run 'grader rubrics lock'"
            problems.append(Problem("status", message, str(bank.file_of(rubric) or ""), 1))
    return problems


def _hashes(rubric: Rubric) -> LockedVersion:
    return LockedVersion(rubric.sha256, rubric.structure_sha256)
