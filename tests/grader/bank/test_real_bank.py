from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.bank import Bank, LockFile, ReferenceAnswer, lint_rubric, lock_problems, parse_rubric
from grader.types import Kind, Rubric, Status, Verdict


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


@pytest.mark.parametrize(
    ("area", "at_least"),
    [
        ("nodejs", 10),
        ("http-apis", 7),
        ("security", 5),
        ("data", 9),
        ("caching", 4),
        ("messaging", 4),
        ("distributed-systems", 7),
        ("system-design", 4),
        ("incidents", 4),
        ("delivery", 4),
        ("testing", 2),
        ("behavioural", 4),
        ("multiple-choice", 10),
    ],
)
def test_each_area_has_its_questions(real_bank: Bank, area: str, at_least: int) -> None:
    files = [real_bank.file_of(rubric) for rubric in real_bank]

    assert sum(file is not None and file.parent.name == area for file in files) >= at_least


def test_it_has_64_questions_besides_multiple_choice(real_bank: Bank) -> None:
    assert sum(rubric.kind is not Kind.MULTIPLE_CHOICE for rubric in real_bank) >= 64


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


def test_each_rubric_has_two_to_four_mistakes_with_corrections(real_bank: Bank) -> None:
    odd = [r.id for r in real_bank if not 2 <= len(r.mistakes) <= 4]
    uncorrected = [m.id for r in real_bank for m in r.mistakes if not m.correction]

    assert (odd, uncorrected) == ([], [])


def test_each_point_has_phrasings_that_make_it_and_that_contradict_it(real_bank: Bank) -> None:
    bare = [
        f"{rubric.id}: {point.id}"
        for rubric in real_bank
        for point in rubric.points
        if not (point.accept and point.reject)
    ]

    assert bare == []


def test_each_rubric_has_topics_and_vocabulary(real_bank: Bank) -> None:
    assert [rubric.id for rubric in real_bank if not (rubric.topics and rubric.vocabulary)] == []


def multiple_choice(bank: Bank) -> list[Rubric]:
    return [rubric for rubric in bank if rubric.kind is Kind.MULTIPLE_CHOICE]


def test_multiple_choice_questions_have_four_options_each_explained(real_bank: Bank) -> None:
    for rubric in multiple_choice(real_bank):
        assert len(rubric.options) == 4, rubric.id
        assert all(len(option.explanation.split()) >= 8 for option in rubric.options), rubric.id
        assert 3 <= len(rubric.points) <= 6, rubric.id


def test_multiple_choice_questions_have_one_right_option_or_say_how_many(real_bank: Bank) -> None:
    for rubric in multiple_choice(real_bank):
        right = sum(option.correct for option in rubric.options)

        assert right == (2 if "which two" in rubric.question.casefold() else 1), rubric.id


def test_every_option_counts_towards_the_grade(real_bank: Bank) -> None:
    for rubric in multiple_choice(real_bank):
        points = {point.id for point in rubric.points}
        mistakes = {mistake.id for mistake in rubric.mistakes}
        required = {point.id for point in rubric.points if point.required}
        right = {option.id for option in rubric.options if option.correct}
        wrong = {option.id for option in rubric.options if not option.correct}

        assert right <= points, rubric.id
        assert wrong <= mistakes, rubric.id
        assert right == required, rubric.id


def test_the_right_option_shows_neither_by_its_length_nor_by_its_place(real_bank: Bank) -> None:
    rubrics = multiple_choice(real_bank)
    for rubric in rubrics:
        lengths = [len(option.text) for option in rubric.options]
        assert max(lengths) <= 1.25 * min(lengths), rubric.id
    longest = [max(rubric.options, key=lambda option: len(option.text)) for rubric in rubrics]
    places = {n for r in rubrics for n, option in enumerate(r.options) if option.correct}

    assert sum(option.correct for option in longest) <= len(rubrics) / 2
    assert places == {0, 1, 2, 3}


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
