from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.bank import Bank, LockFile, ReferenceAnswer, lint_rubric, lock_problems, parse_rubric
from grader.types import Kind, Status, Verdict


@pytest.fixture(scope="session")
def lock(checkout: Path) -> LockFile:
    return LockFile.read(checkout / "rubrics")


def with_first_changed(bank: Bank, **changes: Any) -> Bank:
    first, *others = bank.all_versions()
    return Bank([parse_rubric(first.model_dump(mode="json") | changes), *others])


def test_a_copy_without_changes_matches_the_lock(real_bank: Bank, lock: LockFile) -> None:
    assert lock_problems(with_first_changed(real_bank), lock) == []


def test_it_holds_at_least_a_dozen_published_rubrics(real_bank: Bank) -> None:
    assert len(real_bank) >= 12
    assert all(rubric.status is Status.PUBLISHED for rubric in real_bank)


def test_it_has_no_lint_problem(real_bank: Bank) -> None:
    assert [
        f"{rubric.id}: {problem}"
        for rubric in real_bank.all_versions()
        for problem in lint_rubric(rubric)
    ] == []


def test_the_lock_file_matches(real_bank: Bank, lock: LockFile) -> None:
    assert lock.versions
    assert lock_problems(real_bank, lock) == []


def test_each_rubric_has_five_to_eight_points(real_bank: Bank) -> None:
    sizes = {r.id: len(r.points) for r in real_bank if r.kind is not Kind.MULTIPLE_CHOICE}

    assert {name: size for name, size in sizes.items() if not 5 <= size <= 8} == {}


def test_the_three_heaviest_points_and_every_mistake_have_a_follow_up(real_bank: Bank) -> None:
    uncovered = []
    for rubric in real_bank:
        heaviest = sorted(rubric.points, key=lambda point: -point.weight)[:3]
        targets = {target for follow_up in rubric.follow_ups for target in follow_up.targets}
        wanted = [*(p.id for p in heaviest), *(m.id for m in rubric.mistakes)]
        uncovered += [f"{rubric.id}: {name}" for name in wanted if name not in targets]

    assert uncovered == []


def test_each_reference_answer_has_120_to_250_words(real_bank: Bank) -> None:
    lengths = {rubric.id: len(rubric.reference_answer.split()) for rubric in real_bank}

    assert {name: n for name, n in lengths.items() if not 120 <= n <= 250} == {}


def test_each_reference_answer_is_used_by_some_rubric(
    real_bank: Bank, real_corpus: Mapping[str, ReferenceAnswer]
) -> None:
    used = {rubric.reference for rubric in real_bank.all_versions()}

    assert set(real_corpus) - used == set()


def test_each_file_is_named_after_its_rubric(real_bank: Bank) -> None:
    files = {rubric.id: real_bank.file_of(rubric) for rubric in real_bank}

    assert [name for name, file in files.items() if file is None or name not in file.name] == []


def test_no_two_rubrics_ask_the_same_question(real_bank: Bank) -> None:
    questions = [rubric.question.casefold() for rubric in real_bank]

    assert len(set(questions)) == len(questions)


def test_examples_are_labelled_by_a_person_in_full(real_bank: Bank) -> None:
    unlabelled = [
        f"{rubric.id}[{position}]"
        for rubric in real_bank
        for position, example in enumerate(rubric.examples)
        if set(example.points) != {point.id for point in rubric.points}
        or Verdict.UNGRADED in example.points.values()
    ]

    assert any(rubric.examples for rubric in real_bank)
    assert unlabelled == []


def test_a_changed_claim_in_a_copy_is_caught(real_bank: Bank, lock: LockFile) -> None:
    rubric = next(real_bank.all_versions())
    points = rubric.model_dump(mode="json")["points"]
    points[0]["claim"] += " Always."

    problems = lock_problems(with_first_changed(real_bank, points=points), lock)

    assert [problem.message for problem in problems] == [
        f"{rubric.id} 1.0.0 was published and has changed; give the changed text a new version"
    ]


def test_a_changed_word_of_a_reference_answer_is_caught(real_bank: Bank, lock: LockFile) -> None:
    text = next(real_bank.all_versions()).reference_answer + " Always."

    [problem] = lock_problems(with_first_changed(real_bank, reference_answer=text), lock)

    assert "has changed" in problem.message


def test_a_vanished_version_is_caught(real_bank: Bank, lock: LockFile) -> None:
    gone, *others = real_bank.all_versions()

    [problem] = lock_problems(Bank(others), lock)

    assert f"{gone.id} {gone.version} is gone" in problem.message


def test_a_version_that_went_back_to_draft_is_caught(real_bank: Bank, lock: LockFile) -> None:
    [problem] = lock_problems(with_first_changed(real_bank, status="draft"), lock)

    assert "cannot be a draft" in problem.message
