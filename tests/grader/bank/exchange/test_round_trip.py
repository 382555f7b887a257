"""Out and in again: what an import gives is what was exported, but for what is said to be lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.bank import Bank, load_bank, load_rubric, parse_rubric
from grader.bank.exchange import (
    Exported,
    Imported,
    guarded,
    read_healthbench,
    read_table,
    rubric_yaml,
    unguarded,
    write_drafts,
    write_healthbench,
    write_table,
)
from grader.types import Rubric, Status
from tests.grader.factories import full_document

ROOT = Path(__file__).parents[4]


def as_list(rubrics: list[Rubric]) -> Exported:
    return write_healthbench(rubrics, lines=False)


Write = Callable[[list[Rubric]], Exported]
Read = Callable[[str], Imported]
FORMATS = {
    "jsonl": (write_healthbench, read_healthbench),
    "json": (as_list, read_healthbench),
    "csv": (write_table, read_table),
}
every_format = pytest.mark.parametrize(("write", "read"), FORMATS.values(), ids=FORMATS)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(ROOT / "rubrics", ROOT / "corpus")


def as_draft(rubric: Rubric, exported: Exported) -> Rubric:
    """What is left of a rubric after the losses that the export spoke of."""
    changes: dict[str, Any] = {"status": Status.DRAFT}
    if any("worked examples" in each.message for each in exported.losses):
        changes["examples"] = ()
    return rubric.model_copy(update=changes)


@every_format
def test_the_whole_bank_comes_back(bank: Bank, write: Write, read: Read) -> None:
    rubrics = list(bank.all_versions())
    exported = write(rubrics)
    imported = read(exported.text)
    assert imported.losses == ()
    assert list(imported.rubrics) == [as_draft(rubric, exported) for rubric in rubrics]


def test_healthbench_keeps_the_hash_of_every_version(bank: Bank) -> None:
    rubrics = list(bank)
    imported = read_healthbench(write_healthbench(rubrics).text)
    assert [r.sha256 for r in imported.rubrics] == [r.sha256 for r in rubrics]


def test_drafts_on_disk_are_what_was_imported(bank: Bank, tmp_path: Path) -> None:
    imported = read_healthbench(write_healthbench(list(bank)).text).rubrics
    paths = write_drafts(imported, tmp_path)
    assert [load_rubric(path, {}) for path in paths] == list(imported)


@every_format
def test_every_field_comes_back(write: Write, read: Read) -> None:
    rubric = parse_rubric(full_document())
    exported = write([rubric])
    assert read(exported.text).rubrics == (as_draft(rubric, exported),)


@every_format
def test_two_versions_of_a_rubric_stay_two(write: Write, read: Read) -> None:
    first = parse_rubric(full_document() | {"examples": [], "status": "draft"})
    second = first.model_copy(update={"version": "2.0.0", "question": "Which of them?"})
    assert read(write([first, second]).text).rubrics == (first, second)


# Text as people paste it: quotes, separators, formulas, line breaks, what looks like our prefixes.
_text = (
    st.lists(
        st.one_of(
            st.sampled_from(["=", "+1", "-", "@", "'", '"', ",", ";", "||", "\n", "\t", "Makes"]),
            st.sampled_from(["Makes this point: ", "id:", "null", "é", "大", "1.0", "yes", "#"]),
            st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8),
        ),
        min_size=1,
        max_size=5,
    )
    .map(" ".join)
    .map(str.strip)
    .filter(bool)
)
_line = _text.map(lambda text: " ".join(text.split())).filter(bool)
_weight = st.one_of(st.integers(1, 1000), st.floats(0.001, 1000))


@st.composite
def _rubrics(draw: st.DrawFn) -> Rubric:
    document = full_document() | {"examples": [], "status": "draft"}
    document |= {"question": draw(_text), "reference_answer": draw(_text)}
    document["vocabulary"] = draw(st.lists(_line, max_size=2))
    for entry in document["points"]:
        entry |= {"claim": draw(_text), "weight": draw(_weight), "required": draw(st.booleans())}
        entry |= {"accept": draw(st.lists(_line, max_size=2)), "reject": draw(st.lists(_line))}
    for entry in document["mistakes"]:
        entry |= {"claim": draw(_text), "penalty": draw(_weight), "correction": draw(_text)}
    for entry in document["follow_ups"]:
        entry["ask"] = draw(_text)
    for entry in document["options"]:
        entry |= {"text": draw(_text), "explanation": draw(_text)}
    return parse_rubric(document)


@every_format
@settings(max_examples=60, deadline=None)
@given(rubric=_rubrics())
def test_any_rubric_comes_back(write: Write, read: Read, rubric: Rubric) -> None:
    assert read(write([rubric]).text).rubrics == (rubric,)


@settings(max_examples=60, deadline=None)
@given(rubric=_rubrics())
def test_any_draft_is_read_from_its_file_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rubric: Rubric
) -> None:
    path = tmp_path_factory.mktemp("drafts") / "it.yaml"
    path.write_text(rubric_yaml(rubric), encoding="utf-8")
    assert load_rubric(path, {}) == rubric


@given(text=st.text(st.sampled_from("'=+-@＝ \t\r\nab")))
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))


def test_line_breaks_within_a_list_are_said_to_be_lost_in_a_table() -> None:
    document = full_document()
    document["points"][0]["accept"] = ["It goes\non at once."]
    exported = write_table([parse_rubric(document)])
    first = exported.losses[0]
    assert (first.where, first.message) == (
        "queue-basics.points[0].accept",
        "line breaks have become spaces",
    )
    assert read_table(exported.text).rubrics[0].points[0].accept == ("It goes on at once.",)


def test_what_healthbench_tools_do_not_read_is_said() -> None:
    exported = write_healthbench([parse_rubric(full_document())])
    fields = {each.where.removeprefix("queue-basics.") for each in exported.losses}
    assert {"follow_ups", "points.accept", "mistakes.correction", "examples"} <= fields
    assert all(each.severity == "warning" for each in exported.losses)


def test_the_points_of_an_export_add_up_as_in_healthbench() -> None:
    rubric = parse_rubric(full_document())
    [example] = map(json.loads, write_healthbench([rubric]).text.splitlines())
    points = [item["points"] for item in example["rubrics"]]
    assert points == [2, 1.5, -2, -1]
    assert all(set(item) >= {"criterion", "points", "tags"} for item in example["rubrics"])
    assert example["rubrics"][2]["criterion"] == (
        "Holds this wrong belief: Each message is handled exactly once."
    )
    assert example["rubrics"][0]["tags"] == ["id:decouples", "required"]
    assert example["prompt"] == [{"role": "user", "content": rubric.question}]
    assert example["ideal_completions_data"]["ideal_completion"] == rubric.reference_answer
