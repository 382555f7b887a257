from __future__ import annotations

from pathlib import Path

import pytest

from grader.bank import parse_rubric
from grader.errors import ConfigurationError
from grader.judges.llm._items import Items
from grader.judges.llm._prompt import load_prompt, parse_prompt
from grader.types import WorkedExample
from tests.grader.factories import document, full_document

TEXT = """
# system
Judge. It costs $$5.
# task
$question $points $mistakes $examples $fence $answer $fence
# example
$fence $answer $verdicts
# repair
$problems $ids
"""


def test_the_shipped_prompt_is_whole() -> None:
    prompt = load_prompt("judge-v1")
    assert len(prompt.sha256) == 64
    for verdict in ("covered", "partial", "missing", "contradicted"):
        assert f"- {verdict}: " in prompt.system


def test_a_file_may_be_named(tmp_path: Path) -> None:
    place = tmp_path / "mine.md"
    place.write_text(TEXT, encoding="utf-8")

    prompt = load_prompt(str(place))

    assert prompt.system == "Judge. It costs $5."
    assert prompt.sha256 != load_prompt("judge-v1").sha256


def test_the_hash_is_of_the_text_alone() -> None:
    assert parse_prompt("a", TEXT).sha256 == parse_prompt("b", TEXT).sha256
    assert parse_prompt("a", TEXT).sha256 != parse_prompt("a", TEXT + "!").sha256


@pytest.mark.parametrize("name", ["judge-v0", "../judge-v1/", "", "nowhere/mine.md", "/etc/passwd"])
def test_a_prompt_that_is_not_there(name: str) -> None:
    with pytest.raises(ConfigurationError, match="GRADER_LLM_PROMPT"):
        load_prompt(name)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("$answer $fence\n# example", "$fence\n# example", r"'# task' lacks \$answer"),
        ("$ids", "$ids $score", r"'# repair' has the unknown \$score"),
        ("$verdicts", "", r"'# example' lacks \$verdicts"),
        ("Judge.", "Judge $answer.", r"'# system' has the unknown \$answer"),
        ("$$5", "$5", r"stray \$ in its section '# system'"),
        ("# repair", "# repairs", "must have the sections"),
        ("# repair\n$problems $ids\n", "", "must have the sections"),
        ("# system\n", "# system\n# system\n", "must have the sections"),
    ],
)
def test_a_prompt_with_the_wrong_placeholders_is_refused(
    old: str, new: str, complaint: str
) -> None:
    assert old in TEXT
    with pytest.raises(ConfigurationError, match=complaint):
        parse_prompt("mine", TEXT.replace(old, new))


def test_an_answer_full_of_placeholders_is_text() -> None:
    prompt = parse_prompt("mine", TEXT)
    rubric = parse_rubric(document())
    said = "$points ${mistakes} $$ {question} %s \\1"

    task = prompt.task(rubric, Items.of(rubric), said, (), "FENCE")

    assert task.endswith(f"FENCE {said} FENCE")


def test_a_task_names_all_that_bears_on_a_verdict() -> None:
    rubric = parse_rubric(full_document())
    task = load_prompt("judge-v1").task(rubric, Items.of(rubric), "Yes.", (), "FENCE")

    for point in rubric.points:
        for told in (point.id, point.claim, *point.accept, *point.reject):
            assert told in task
    for mistake in rubric.mistakes:
        for told in (mistake.id, mistake.claim, mistake.correction):
            assert told in task
    assert f"{rubric.question}\nA. It decouples.\nB. It sorts.\n" in task
    assert "weight" not in task
    assert "penalty" not in task


def test_an_example_shows_only_the_verdicts_in_question() -> None:
    rubric = parse_rubric(full_document())
    items = Items.of(rubric).only(["buffers"])

    task = load_prompt("judge-v1").task(rubric, items, "Yes.", rubric.examples, "FENCE")

    assert '"buffers": "missing"' in task
    assert '"decouples"' not in task
    assert task.count("FENCE\nIt lets the sender go on.\nFENCE") == 1


def test_mistakes_that_there_are_none_of() -> None:
    rubric = parse_rubric(document())
    task = load_prompt("judge-v1").task(rubric, Items.of(rubric), "Yes.", (), "FENCE")
    assert "(none)" in task


def test_the_answer_of_an_example_may_hold_anything() -> None:
    rubric = parse_rubric(document())
    example = WorkedExample(answer="$fence ${verdicts} FENCE", points={"buffers": "covered"})
    task = parse_prompt("mine", TEXT).task(rubric, Items.of(rubric), "Yes.", (example,), "---")
    assert "--- $fence ${verdicts} FENCE {" in task
