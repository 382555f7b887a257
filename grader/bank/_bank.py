"""A set of rubrics, by id and version."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from semver import Version

from grader.bank._corpus import ReferenceAnswer, read_corpus
from grader.bank._parse import load_rubric
from grader.errors import Problem, RubricInvalid, RubricNotFound
from grader.types import Rubric, Status

# Interview scripts live beside the rubrics and have a format of their own.
_NOT_RUBRICS = "interviews"


class Bank:
    """Rubrics by id and version; the newest published version of an id is the current one.

    A bank opened by its author for trying things out (`drafts=True`) falls back to a draft where
    an id has no published version. A bank that serves never does.
    """

    def __init__(
        self,
        rubrics: Iterable[Rubric],
        *,
        files: Mapping[tuple[str, str], Path] | None = None,
        drafts: bool = False,
    ) -> None:
        """Build a bank.

        Args:
            rubrics: All versions of all rubrics.
            files: Where each (id, version) was read from, for messages.
            drafts: Whether a draft may stand in for a missing published version.
        """
        self._files = dict(files or {})
        self._versions: dict[str, dict[str, Rubric]] = {}
        self._drafts = drafts
        for rubric in rubrics:
            self._versions.setdefault(rubric.id, {})[rubric.version] = rubric

    def __len__(self) -> int:
        """Return how many ids have a current version."""
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Rubric]:
        """Yield the current version of every id, by id."""
        for rubric_id in sorted(self._versions):
            rubric = self._current(rubric_id)
            if rubric is not None:
                yield rubric

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Tell whether the bank holds an (id, version)."""
        rubric_id, version = key
        return version in self._versions.get(rubric_id, {})

    def all_versions(self) -> Iterator[Rubric]:
        """Yield every version of every rubric, whatever its status."""
        for rubric_id in sorted(self._versions):
            yield from sorted(self._versions[rubric_id].values(), key=_version_key)

    def file_of(self, rubric: Rubric) -> Path | None:
        """Return the file a rubric was read from, if it was."""
        return self._files.get((rubric.id, rubric.version))

    def get(self, rubric_id: str, version: str | None = None) -> Rubric:
        """Find a rubric.

        Args:
            rubric_id: Its id.
            version: A version; the current one by default.

        Raises:
            RubricNotFound: No such id, version, or no published version.
        """
        versions = self._versions.get(rubric_id)
        if versions is None:
            near = difflib.get_close_matches(rubric_id, self._versions, n=3, cutoff=0.4)
            hint = (
                f"the nearest are {', '.join(near)}"
                if near
                else "`grader rubrics list` and GET /v1/rubrics list the ids"
            )
            raise RubricNotFound(f"there is no rubric '{rubric_id[:80]}'; {hint}")
        rubric = versions.get(version) if version else self._current(rubric_id)
        if rubric is None or (rubric.status is Status.DRAFT and not self._drafts):
            listed = ", ".join(f"{v} ({r.status})" for v, r in sorted(versions.items()))
            wanted = f"version {version}" if version else "published version"
            raise RubricNotFound(f"rubric '{rubric_id}' has no {wanted}; it has {listed}")
        return rubric

    def _current(self, rubric_id: str) -> Rubric | None:
        ranked = sorted(self._versions[rubric_id].values(), key=_version_key)
        wanted = (Status.PUBLISHED, Status.DRAFT) if self._drafts else (Status.PUBLISHED,)
        for status in wanted:
            found = [rubric for rubric in ranked if rubric.status is status]
            if found:
                return found[-1]
        return None


def load_bank(rubrics_dir: Path, corpus_dir: Path | None, *, drafts: bool = False) -> Bank:
    """Read every rubric below a folder.

    Args:
        rubrics_dir: Folder of `**/*.yaml`.
        corpus_dir: Folder of the reference answers; None if all references are inline.
        drafts: Whether drafts may be graded against.

    Raises:
        RubricInvalid: Something is wrong in some file; carries all problems of all files.
    """
    if not rubrics_dir.is_dir():
        raise RubricInvalid([Problem("", "there is no such folder of rubrics", str(rubrics_dir))])
    problems: list[Problem] = []
    corpus: Mapping[str, ReferenceAnswer] = {}
    if corpus_dir and corpus_dir.is_dir():
        corpus, problems = read_corpus(corpus_dir)
    files: dict[tuple[str, str], Path] = {}
    rubrics: list[Rubric] = []
    for path in rubric_files(rubrics_dir):
        try:
            rubric = load_rubric(path, corpus)
        except RubricInvalid as error:
            problems += error.problems
            continue
        key = (rubric.id, rubric.version)
        if key in files:
            message = f"'{rubric.id}' {rubric.version} is already defined in {files[key]}"
            problems.append(Problem("id", message, str(path), 1))
            continue
        files[key] = path
        rubrics.append(rubric)
    if not files and not problems:
        problems.append(Problem("", "there is no .yaml file in this folder", str(rubrics_dir)))
    if problems:
        raise RubricInvalid(problems)
    return Bank(rubrics, files=files, drafts=drafts)


def rubric_files(rubrics_dir: Path) -> list[Path]:
    """List the rubric files below a folder, interview scripts aside, in a stable order."""
    return [
        path
        for path in sorted([*rubrics_dir.rglob("*.yaml"), *rubrics_dir.rglob("*.yml")])
        if _NOT_RUBRICS not in path.relative_to(rubrics_dir).parts[:-1]
    ]


def _version_key(rubric: Rubric) -> Version:
    return Version.parse(rubric.version)
