from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.bank import Bank, LockFile, lock_problems, parse_rubric
from grader.errors import RubricInvalid
from tests.grader.factories import document


def bank_of(*rubrics: dict[str, Any]) -> Bank:
    return Bank([parse_rubric(rubric) for rubric in rubrics])


def published(**changes: Any) -> dict[str, Any]:
    return document(status="published") | changes


def lock_of(*rubrics: dict[str, Any]) -> LockFile:
    return LockFile({}).with_new(bank_of(*rubrics))


def test_an_unchanged_bank_has_no_problems() -> None:
    assert lock_problems(bank_of(published()), lock_of(published())) == []


def test_a_version_that_changed_is_reported() -> None:
    bank = bank_of(published(question="Something else?"))

    [problem] = lock_problems(bank, lock_of(published()))

    assert problem.message == (
        "queue-basics 1.0.0 was published and has changed; give the changed text a new version"
    )


def test_a_version_that_vanished_is_reported() -> None:
    [problem] = lock_problems(bank_of(), lock_of(published()))

    assert problem.message == "published version queue-basics 1.0.0 is gone; put it back, retired"


def test_a_version_that_went_back_to_draft_is_reported() -> None:
    [problem] = lock_problems(bank_of(published(status="draft")), lock_of(published()))

    assert (problem.where, "cannot be a draft" in problem.message) == ("status", True)


def test_a_version_may_be_retired() -> None:
    assert lock_problems(bank_of(published(status="retired")), lock_of(published())) == []


def test_a_retired_version_must_not_change_either() -> None:
    bank = bank_of(published(status="retired", question="Something else?"))

    [problem] = lock_problems(bank, lock_of(published()))

    assert "has changed" in problem.message


def test_a_published_version_must_be_locked() -> None:
    [problem] = lock_problems(bank_of(published()), LockFile({}))

    assert "is published but not locked" in problem.message


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_what_is_published_needs_a_lock(status: str) -> None:
    bank = bank_of(published(status=status))

    assert lock_problems(bank, LockFile({})) == []
    assert LockFile({}).with_new(bank).versions == {}


def test_a_changed_text_under_a_new_version_is_fine_once_locked() -> None:
    both = [published(), published(version="1.1.0", question="Something else?")]

    assert lock_problems(bank_of(*both), lock_of(*both)) == []


def test_locking_again_never_replaces_a_hash() -> None:
    lock = lock_of(published())
    changed = bank_of(published(question="Something else?"), published(id="new-one"))

    renewed = lock.with_new(changed)

    assert renewed.versions["queue-basics", "1.0.0"] == lock.versions["queue-basics", "1.0.0"]
    assert ("new-one", "1.0.0") in renewed.versions
    assert ("new-one", "1.0.0") not in lock.versions


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    lock = lock_of(published(), published(version="1.1.0"), published(id="caches"))

    lock.write(tmp_path)

    assert LockFile.read(tmp_path).versions == lock.versions


def test_a_lock_is_written_sorted_one_line_per_version(tmp_path: Path) -> None:
    lock_of(published(), published(id="caches")).write(tmp_path)

    lines = (tmp_path / LockFile.NAME).read_text("utf-8").splitlines()

    assert [json.loads(line.rstrip(","))["id"] for line in lines[1:-1]] == [
        "caches",
        "queue-basics",
    ]


def test_an_empty_lock_can_be_written_and_read(tmp_path: Path) -> None:
    LockFile({}).write(tmp_path)

    assert LockFile.read(tmp_path).versions == {}


def test_a_lock_that_does_not_exist_locks_nothing(tmp_path: Path) -> None:
    assert LockFile.read(tmp_path).versions == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"null",
        b"5",
        b"[5]",
        b'{"id": "a"}',
        b'[{"id": "a", "version": "1.0.0"}]',
        b'[{"id": ["a"], "version": "1.0.0", "sha256": "", "structure_sha256": ""}]',
        b"<<<<<<< HEAD\n[]\n",
        b"\xff",
        pytest.param(b"{}"),
        pytest.param(b'""'),
    ],
)
def test_a_damaged_lock_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LockFile.NAME).write_bytes(content)

    with pytest.raises(RubricInvalid, match=r"published\.lock\.json: not a lock file"):
        LockFile.read(tmp_path)
