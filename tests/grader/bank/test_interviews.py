from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.bank import (
    INTERVIEWS,
    Bank,
    InterviewInvalid,
    InterviewScript,
    load_interview,
    load_interviews,
    parse_rubric,
    read_interviews,
)
from grader.errors import GraderError, Problem
from grader.types import Level
from tests.grader.factories import document

VALID = """\
id: friendly-chat
version: 1.0.0
title: A friendly chat
level: mid
minutes: 20
setup: Read the CV.
opening: {minutes: 2, say: Welcome.}
questions:
  - rubric: queue-basics
    minutes: 7
  - rubric: cache-basics
    minutes: 8
    transition: Now to caches.
    max_follow_ups: 0
closing:
  minutes: 3
  say: Thank you.
policy:
  max_follow_ups: 3
"""

Write = Callable[..., Path]


def bank_of(**levels: str) -> Bank:
    return Bank(
        parse_rubric(document(id=name.replace("_", "-"), level=level, status="published"))
        for name, level in levels.items()
    )


BANK = bank_of(queue_basics="mid", cache_basics="junior", staff_only="staff", log_basics="intern")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_script(content: str | bytes, name: str = "friendly-chat.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_script


def edited(old: str, new: str) -> str:
    assert old in VALID, "the table edits text that is not there"
    return VALID.replace(old, new, 1)


def problems_of(path: Path, bank: Bank = BANK) -> tuple[Problem, ...]:
    with pytest.raises(InterviewInvalid) as caught:
        load_interview(path, bank)
    return caught.value.problems


def test_a_valid_script_loads(write: Write) -> None:
    script = load_interview(write(VALID), BANK)

    assert (script.id, script.level, script.minutes) == ("friendly-chat", Level.MID, 20)
    assert [question.rubric for question in script.questions] == ["queue-basics", "cache-basics"]
    assert script.questions[1].transition == "Now to caches."
    assert script.opening.say == "Welcome."
    assert script.planned_minutes == 20


def test_a_question_may_limit_its_follow_ups_itself(write: Write) -> None:
    script = load_interview(write(VALID), BANK)

    assert [script.follow_ups_for(question) for question in script.questions] == [3, 0]


def test_the_policy_has_defaults(write: Write) -> None:
    script = load_interview(write(VALID[: VALID.index("policy:")]), BANK)

    assert script.policy.max_follow_ups == 2
    assert script.policy.hint_escalation
    assert script.policy.stop_when_covered


def test_a_script_cannot_be_changed(write: Write) -> None:
    script = load_interview(write(VALID), BANK)

    with pytest.raises(ValidationError):
        setattr(script, "minutes", 30)  # noqa: B010 - the type checker refuses it as well


MISTAKES_IN_A_FILE = {
    "missing field": ("setup: Read the CV.\n", "", 1, "setup", "missing"),
    "unknown field": ("title:", "titel:", 3, "titel", "did you mean 'title'"),
    "unknown field of a question": (
        "    transition: Now",
        "    transitions: Now",
        13,
        "questions[1].transitions",
        "did you mean 'transition'",
    ),
    "unknown field of the policy": (
        "  max_follow_ups: 3",
        "  max_follow_up: 3",
        19,
        "policy.max_follow_up",
        "did you mean 'max_follow_ups'",
    ),
    "unknown field far from any": ("title:", "zzzz:", 3, "zzzz", "unknown field; remove it"),
    "bad level": ("level: mid", "level: wizard", 4, "level", "'senior' or 'staff', not 'wizard'"),
    "bad version": ("version: 1.0.0", "version: v1", 2, "version", "like 1.0.0, not 'v1'"),
    "bad id": ("id: friendly-chat", "id: Friendly Chat", 1, "id", "joined by hyphens"),
    "time in words": ("minutes: 7", "minutes: seven", 10, "questions[0].minutes", "not 'seven'"),
    "time in halves": ("minutes: 7", "minutes: 7.5", 10, "questions[0].minutes", "whole number"),
    "no time": ("minutes: 7", "minutes: 0", 10, "questions[0].minutes", "at least 1, not 0"),
    "far too much time": ("minutes: 20", "minutes: 999", 5, "minutes", "at most 240, not 999"),
    "negative number of follow-ups": (
        "max_follow_ups: 0",
        "max_follow_ups: -1",
        14,
        "questions[1].max_follow_ups",
        "at least 0, not -1",
    ),
    "empty words": ("say: Thank you.", "say: ' '", 17, "closing.say", "must not be empty"),
    "text for the opening": (
        "opening: {minutes: 2, say: Welcome.}",
        "opening: Welcome.",
        7,
        "opening",
        "must be a mapping, not 'Welcome.'",
    ),
    "text for a switch": (
        "  max_follow_ups: 3",
        "  stop_when_covered: often",
        19,
        "policy.stop_when_covered",
        "true or false, not 'often'",
    ),
    "unknown rubric": (
        "rubric: cache-basics",
        "rubric: cash-basics",
        11,
        "questions[1].rubric",
        "there is no rubric 'cash-basics'; the nearest are cache-basics",
    ),
    "the same question twice": (
        "rubric: cache-basics",
        "rubric: queue-basics",
        11,
        "questions[1].rubric",
        "'queue-basics' is already asked in questions[0]",
    ),
    "far too hard": (
        "rubric: cache-basics",
        "rubric: staff-only",
        11,
        "questions[1].rubric",
        "for level staff; an interview for level mid can ask those for intern, junior, mid, senior",
    ),
    "far too easy": ("level: mid", "level: staff", 11, "questions[1].rubric", "mid, senior, staff"),
    "times that do not add up": (
        "minutes: 7",
        "minutes: 9",
        5,
        "minutes",
        "take 22 minutes in all, not 20",
    ),
    "another name": ("id: friendly-chat", "id: talk", 1, "id", "in a file called 'friendly-chat'"),
    "a key given twice": ("level: mid", "level: mid\nlevel: mid", 5, "", "'level' is given twice"),
}


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    MISTAKES_IN_A_FILE.values(),
    ids=MISTAKES_IN_A_FILE.keys(),
)
def test_a_mistake_is_reported_with_file_line_and_field(
    write: Write, old: str, new: str, line: int, field: str, message: str
) -> None:
    path = write(edited(old, new))

    reported = problems_of(path)
    [problem] = [p for p in reported if (p.where, p.line) == (field, line)]

    assert message in problem.message
    assert problem.file == str(path)
    # A field with a wrong name is missing under its right one.
    assert len(reported) == 1 or new.startswith(("titel", "zzzz"))


def test_a_list_of_questions_that_are_all_wrong_is_not_also_called_empty(write: Write) -> None:
    start, end = VALID.index("questions:\n"), VALID.index("closing:")

    wrong = problems_of(write(VALID[:start] + "questions: [one, two]\n" + VALID[end:]))
    empty = problems_of(write(VALID[:start] + "questions: []\n" + VALID[end:]))

    assert [p.where for p in wrong] == ["questions[0]", "questions[1]"]
    assert [(p.where, p.message) for p in empty] == [("questions", "must have at least one entry")]


def test_all_problems_come_at_once_in_the_order_of_their_lines(write: Write) -> None:
    text = (
        VALID.replace("version: 1.0.0", "version: one")
        .replace("rubric: queue-basics", "rubric: nothing-like-it")
        .replace("minutes: 8", "minutes: many")
        .replace("  say: Thank you.", "  said: Thank you.")
    )

    assert [(p.line, p.where) for p in problems_of(write(text))] == [
        (2, "version"),
        (9, "questions[0].rubric"),
        (12, "questions[1].minutes"),
        (15, "closing.say"),
        (17, "closing.said"),
    ]


def test_times_and_levels_are_checked_together(write: Write) -> None:
    text = edited("rubric: cache-basics", "rubric: staff-only").replace("minutes: 8", "minutes: 9")

    assert [p.where for p in problems_of(write(text))] == ["minutes", "questions[1].rubric"]


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_question_that_is_not_published_cannot_be_asked(write: Write, status: str) -> None:
    unpublished = parse_rubric(document(id="cache-basics", status=status))
    bank = Bank([*bank_of(queue_basics="mid"), unpublished])

    [problem] = problems_of(write(VALID), bank)

    assert problem.where == "questions[1].rubric"
    assert f"has no published version; it has 1.0.0 ({status})" in problem.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id: caf\xe9\n", "not UTF-8 at byte 7"),
        ("id: [\n", "not valid YAML"),
        ("- one\n", "is a mapping that begins with 'id:', not a list"),
        ("", "not empty"),
    ],
)
def test_a_file_that_is_no_script_at_all_has_one_problem(
    write: Write, content: str | bytes, message: str
) -> None:
    [problem] = problems_of(write(content))

    assert message in problem.message


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path / "none.yaml")

    assert "cannot be read" in problem.message


def test_the_error_is_one_of_ours_and_lists_the_problems_for_machines(write: Write) -> None:
    with pytest.raises(GraderError) as caught:
        load_interview(write(edited("level: mid", "level: wizard")), BANK)

    assert caught.value.code == "interview_invalid"
    assert [error["field"] for error in caught.value.details()["errors"]] == ["level"]


def test_a_folder_is_read_by_level_and_then_by_id(write: Write, tmp_path: Path) -> None:
    for name, level in (("zeal", "junior"), ("calm", "senior"), ("able", "senior")):
        text = edited("level: mid", f"level: {level}").replace("friendly-chat", name)
        write(text, f"{name}.yaml")
    (tmp_path / "README.md").write_text("no script", encoding="utf-8")

    assert [script.id for script in load_interviews(tmp_path, BANK)] == ["zeal", "able", "calm"]


def test_all_problems_of_all_files_come_at_once(write: Write, tmp_path: Path) -> None:
    write(VALID)
    write(edited("level: mid", "level: wizard"), "one.yaml")
    write(b"\xff", "two.yml")

    scripts, problems = read_interviews(tmp_path, BANK)
    with pytest.raises(InterviewInvalid) as caught:
        load_interviews(tmp_path, BANK)

    assert [script.id for script in scripts] == ["friendly-chat"]
    assert [Path(problem.file).name for problem in problems] == ["one.yaml", "two.yml"]
    assert caught.value.problems == problems


def test_without_a_folder_there_are_no_scripts(tmp_path: Path) -> None:
    assert load_interviews(tmp_path / "none", BANK) == ()


scalars = st.none() | st.booleans() | st.integers(-5, 300) | st.text("ab1-. ", max_size=6)
json_like = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text("ab"), scalars)
FIELDS = ["id", "version", "level", "minutes", "opening", "questions", "closing", "policy", "more"]


def read_or_problems(path: Path) -> tuple[InterviewScript | None, tuple[Problem, ...]]:
    try:
        return load_interview(path, BANK), ()
    except InterviewInvalid as error:
        return None, error.problems


@given(st.dictionaries(st.sampled_from(FIELDS), json_like, min_size=1, max_size=3))
def test_whatever_a_field_holds_the_only_error_is_that_the_script_is_invalid(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("scripts") / "friendly-chat.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(VALID) | changes), encoding="utf-8")

    script, problems = read_or_problems(path)

    assert all(problem.message and problem.line for problem in problems)
    if script is None:
        assert problems
    else:
        assert InterviewScript.model_validate(script.model_dump(mode="json")) == script


@pytest.fixture(scope="module")
def real(checkout: Path, real_bank: Bank) -> dict[str, InterviewScript]:
    scripts = load_interviews(checkout / "rubrics" / INTERVIEWS, real_bank)
    return {script.id: script for script in scripts}


def test_there_is_a_real_script_for_each_of_four_levels(real: dict[str, InterviewScript]) -> None:
    assert [(script.id, script.level) for script in real.values()] == [
        (level, Level(level)) for level in ("intern", "mid", "senior", "staff")
    ]


def test_real_scripts_take_45_to_60_minutes_and_leave_time_to_ask_back(
    real: dict[str, InterviewScript],
) -> None:
    for script in real.values():
        assert 45 <= script.minutes == script.planned_minutes <= 60
        assert script.closing.minutes >= 5
        assert all(5 <= question.minutes <= 15 for question in script.questions)


def test_real_scripts_ask_questions_of_several_areas_at_about_their_level(
    real: dict[str, InterviewScript], real_bank: Bank
) -> None:
    for script in real.values():
        rubrics = [real_bank.get(question.rubric) for question in script.questions]
        files = [real_bank.file_of(rubric) for rubric in rubrics]
        areas = {file.parent.name for file in files if file}

        assert len(rubrics) >= 5
        assert len(areas) >= 4
        assert sum(rubric.level is script.level for rubric in rubrics) >= 3


def test_no_two_real_scripts_ask_the_same_question(real: dict[str, InterviewScript]) -> None:
    asked = [question.rubric for script in real.values() for question in script.questions]

    assert len(set(asked)) == len(asked)


def test_real_scripts_lead_over_to_every_question(real: dict[str, InterviewScript]) -> None:
    for script in real.values():
        assert all(question.transition for question in script.questions)
        assert len(script.setup.split()) >= 50


def test_interviews_are_not_in_the_lock_file(checkout: Path) -> None:
    lock = (checkout / "rubrics" / "published.lock.json").read_text(encoding="utf-8")

    assert '"id": "intern"' not in lock
