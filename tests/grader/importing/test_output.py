"""From guides to files: where they lie, what they say, and what is never overwritten."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import Bank, load_bank, load_corpus, load_rubric, parse_rubric
from grader.errors import RubricInvalid, RubricNotFound
from grader.importing import ImportReport, OutputRefused, import_guides
from grader.importing._document import Source
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._render import Named, render_rubric
from grader.types import Status
from tests.grader.importing.helpers import WordEncoder, guide_files
from tests.grader.importing.rendering import GUIDES

QUEUE = """# Messaging

Q: What is a queue good for?

A: A queue lets the producer go on at once. Bursts are held back until there is time.

Key Points:
- The producer need not wait for the consumer
- Bursts are buffered and can be worked off later

Common Mistakes:
- Using a queue to hide a slow database

Red Flags:
- Claims that messages never arrive twice

Follow-up Questions:
- What happens to a message that arrives twice?
"""
LOST = "# Caching (1 Question)\n\nThe application reads the cache first and the database after.\n"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


def guide(tmp_path: Path, text: str = QUEUE, name: str = "guide.md") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def run(paths: list[Path], output: Path, **options: Any) -> ImportReport:
    return import_guides(paths, output, WordEncoder, **options)


def test_a_draft_is_a_rubric_and_a_reference_answer(tmp_path: Path, output: Path) -> None:
    report = run([guide(tmp_path)], output)
    (written,) = report.drafts
    assert (written.rubric, written.corpus) == (
        "rubrics/messaging/queue-good.yaml",
        "corpus/messaging/queue-good.md",
    )
    rubric = load_rubric(output / written.rubric, load_corpus(output / "corpus"))
    assert rubric.status is Status.DRAFT
    assert rubric.question == "What is a queue good for?"
    assert rubric.topics == ("messaging",)
    assert [point.claim for point in rubric.points] == [
        "The producer need not wait for the consumer",
        "Bursts are buffered",
        "Bursts can be worked off later",
    ]
    assert [(m.claim, m.severity, m.penalty) for m in rubric.mistakes] == [
        ("Using a queue to hide a slow database", "major", 1),
        ("Claims that messages never arrive twice", "critical", 2),
    ]
    (follow_up,) = rubric.follow_ups
    assert follow_up.targets[0] == "claims-messages-never-arrive"
    assert rubric.reference_answer.startswith("A queue lets the producer go on at once.")


def test_every_field_says_where_it_comes_from(tmp_path: Path, output: Path) -> None:
    run([guide(tmp_path)], output)
    text = (output / "rubrics/messaging/queue-good.yaml").read_text(encoding="utf-8")
    for origin, field in (
        ("guide.md:3", "question: What is a queue good for?"),
        ("guide.md:1", "topics: [messaging]"),
        ("guide.md:5", "reference: messaging/queue-good.md"),
        ("guide.md:9; one of 2 claims of one entry", "  - id: bursts-buffered"),
        ("guide.md:12", "  - id: using-queue-hide-slow"),
        ("guide.md:18", "  - id: ask-happens-message-arrives-twice"),
    ):
        assert re.search(rf"^ *# {re.escape(origin)}\n{re.escape(field)}$", text, re.MULTILINE)


def test_the_report_names_every_field_and_every_skipped_line(tmp_path: Path, output: Path) -> None:
    report = run([guide(tmp_path, QUEUE + "\nSubscribe to our newsletter!\n")], output)
    saved = json.loads((output / report.report).read_text(encoding="utf-8"))
    assert saved == report.as_json()
    (draft,) = saved["drafts"]
    fields = {field["field"]: field for field in draft["fields"]}
    assert fields["points[2].claim"]["lines"] == [
        {"file": "guide.md", "unit": "line", "first": 9, "last": 9}
    ]
    (of_guide,) = saved["guides"]
    skipped = {entry["reason"]: entry for entry in of_guide["skipped"]}
    assert skipped["advertisement"]["lines"][0]["first"] == 20
    assert of_guide["lines"]["total"] == of_guide["lines"]["in_fields"] + sum(
        line["last"] - line["first"] + 1 for e in of_guide["skipped"] for line in e["lines"]
    )


def test_drafts_never_load_as_published(output: Path) -> None:
    run([*guide_files(), *guide_files(GUIDES / "unseen")], output)
    rubrics = []
    corpus = load_corpus(output / "corpus")
    for path in sorted(output.rglob("*.yaml")):
        try:
            rubrics.append(load_rubric(path, corpus))
        except RubricInvalid as error:
            assert any("must not be empty" in p.message for p in error.problems)  # noqa: PT017
    assert len(rubrics) == 41
    assert {rubric.status for rubric in rubrics} == {Status.DRAFT}
    assert list(Bank(rubrics)) == []
    with pytest.raises(RubricNotFound, match="no published version"):
        Bank(rubrics).get(rubrics[0].id)


def test_a_lost_question_is_marked_and_the_loader_says_what_to_finish(
    tmp_path: Path, output: Path
) -> None:
    report = run([guide(tmp_path, LOST)], output)
    (written,) = report.drafts
    assert not written.loads
    assert "question: must not be empty" in written.problems[0]
    assert written.named.to_finish[0].startswith("write the question")
    path = output / written.rubric
    text = path.read_text(encoding="utf-8")
    assert "# missing: the guide lost it\nquestion: ''\n" in text
    path.write_text(text.replace("question: ''", "question: What is it?"), encoding="utf-8")
    assert load_rubric(path, load_corpus(output / "corpus")).question == "What is it?"


def test_a_question_without_points_is_written_and_refused_by_the_loader(
    tmp_path: Path, output: Path
) -> None:
    (written,) = run([guide(tmp_path, "1. What is REST?\n", "guide.txt")], output).drafts
    assert written.corpus == ""
    assert "points: must have at least one entry" in written.problems[0]


def test_bad_guides_are_reported_and_the_others_imported(tmp_path: Path, output: Path) -> None:
    empty = guide(tmp_path, "", "empty.md")
    report = run([empty, guide(tmp_path), tmp_path / "none.md"], output)
    assert [failure.file for failure in report.failures] == [str(empty), str(tmp_path / "none.md")]
    assert all(failure.message.startswith(failure.file) for failure in report.failures)
    assert len(report.drafts) == 1


def test_nothing_is_written_if_every_guide_is_bad(tmp_path: Path, output: Path) -> None:
    report = run([tmp_path / "none.md"], output)
    assert report.report == ""
    assert not output.exists()


def test_guides_of_one_name_are_told_apart(tmp_path: Path, output: Path) -> None:
    (tmp_path / "other").mkdir()
    same = guide(tmp_path / "other")
    first = guide(tmp_path)
    report = run([first, same, first], output)
    assert [written.file for written in report.drafts] == [str(first), str(same)]
    assert [written.named.id for written in report.drafts] == ["queue-good", "queue-good-2"]


def test_existing_files_are_not_overwritten_without_force(tmp_path: Path, output: Path) -> None:
    path = guide(tmp_path)
    run([path], output)
    rubric = output / "rubrics/messaging/queue-good.yaml"
    rubric.write_text("mine", encoding="utf-8")
    other = guide(tmp_path, LOST, "lost.md")
    with pytest.raises(OutputRefused, match=r"queue-good\.yaml"):
        run([other, path], output)
    assert rubric.read_text(encoding="utf-8") == "mine"
    assert not (output / "rubrics/caching").exists()


def test_force_replaces_drafts(tmp_path: Path, output: Path) -> None:
    path = guide(tmp_path)
    run([path], output)
    rubric = output / "rubrics/messaging/queue-good.yaml"
    before = rubric.read_text(encoding="utf-8")
    rubric.write_text(before.replace("claim: ", "claim: Changed. "), encoding="utf-8")
    run([path], output, force=True)
    assert rubric.read_text(encoding="utf-8") == before
    assert [p.name for p in output.glob("*.json")] == ["import-report.json"]


@pytest.mark.parametrize("status", ["published", "retired"])
def test_force_never_replaces_what_was_published(tmp_path: Path, output: Path, status: str) -> None:
    path = guide(tmp_path)
    run([path], output)
    rubric = output / "rubrics/messaging/queue-good.yaml"
    corpus = output / "corpus/messaging/queue-good.md"
    text = rubric.read_text(encoding="utf-8").replace("status: draft", f"status: {status}")
    rubric.write_text(text, encoding="utf-8")
    corpus.write_text("# Finished\n\nby a person", encoding="utf-8")
    (written,) = run([path], output, force=True).drafts
    assert written.kept == f"what stands there is {status}"
    assert rubric.read_text(encoding="utf-8") == text
    assert corpus.read_text(encoding="utf-8") == "# Finished\n\nby a person"


def test_force_keeps_a_reference_answer_that_another_published_rubric_uses(
    tmp_path: Path, output: Path
) -> None:
    path = guide(tmp_path)
    run([path], output)
    rubric = output / "rubrics/messaging/queue-good.yaml"
    text = rubric.read_text(encoding="utf-8").replace("status: draft", "status: published")
    (output / "rubrics/renamed.yaml").write_text(text, encoding="utf-8")
    rubric.unlink()
    (written,) = run([path], output, force=True).drafts
    assert written.kept == "it belongs to a published rubric"
    assert not rubric.exists()


def test_force_keeps_what_it_cannot_read(tmp_path: Path, output: Path) -> None:
    path = guide(tmp_path)
    run([path], output)
    rubric = output / "rubrics/messaging/queue-good.yaml"
    rubric.write_text("status: [unclosed", encoding="utf-8")
    (written,) = run([path], output, force=True).drafts
    assert written.kept
    assert rubric.read_text(encoding="utf-8") == "status: [unclosed"


def test_a_second_import_into_the_folder_has_a_report_of_its_own(
    tmp_path: Path, output: Path
) -> None:
    assert run([guide(tmp_path)], output).report == "import-report.json"
    assert run([guide(tmp_path, LOST, "lost.md")], output).report == "import-report-2.json"


def test_drafts_that_do_not_load_stay_out_of_the_bank_in_use(tmp_path: Path, output: Path) -> None:
    with pytest.raises(OutputRefused, match="rubrics in use"):
        run([guide(tmp_path, LOST)], output, bank=output / "rubrics")
    assert not output.exists()
    run([guide(tmp_path)], output, bank=output / "rubrics")
    assert len(load_bank(output / "rubrics", output / "corpus", drafts=True)) == 1


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = guide(tmp_path)
    with pytest.raises(OutputRefused, match="is a file"):
        run([path], path)


def test_a_topic_named_like_the_folder_of_interview_scripts_is_renamed(
    tmp_path: Path, output: Path
) -> None:
    text = QUEUE.replace("# Messaging", "# Interviews")
    (written,) = run([guide(tmp_path, text, "interviews.md")], output).drafts
    assert written.rubric.startswith("rubrics/interviews-guide/")


HOSTILE = st.text(max_size=60).filter(lambda text: bool(text.strip()))


@given(HOSTILE, HOSTILE)
def test_any_words_survive_the_file(question: str, claim: str) -> None:
    """No text turns into a number, a date, a comment or another field on its way through YAML."""
    question, claim = (" ".join(clean_of(text).split()) or "x" for text in (question, claim))
    source = (Source("guide: #1.md\n", 0, 1, 1),)
    draft = Draft(
        shape=Shape.LABELLED,
        question=Passage(question, source),
        points=(Passage(claim, source, note="a\nb: c"),),
    )
    text = render_rubric(Named(draft, "an-id", "2024", None, ("do this:\n- that",)))
    import yaml

    rubric = parse_rubric(yaml.safe_load(text))
    assert rubric.question == question
    assert rubric.points[0].claim == claim
    assert rubric.topics == ("2024",)


def clean_of(text: str) -> str:
    from grader.importing._document import clean

    return clean(text)


@pytest.mark.parametrize(
    "word", ["yes", "No", "null", "1.0", "2024-01-02", "~", "- a", "#x", "a: b"]
)
def test_words_that_yaml_reads_as_something_else_stay_words(word: str) -> None:
    test = Draft(shape=Shape.LABELLED, question=Passage(word, ()), points=(Passage(word, ()),))
    import yaml

    rubric = parse_rubric(yaml.safe_load(render_rubric(Named(test, "x", "no", None, ()))))
    assert (rubric.question, rubric.points[0].claim) == (word, word)
