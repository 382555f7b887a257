from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import Change, RubricDiff, diff_rubrics, parse_rubric
from grader.types import Rubric
from tests.grader.factories import full_document

OLD = full_document() | {"version": "1.0.0", "reference": None}


def changed(**changes: Any) -> Rubric:
    return parse_rubric(OLD | changes)


def edited(part: str, position: int, **changes: Any) -> Rubric:
    entries = [dict(entry) for entry in OLD[part]]
    entries[position] |= changes
    return changed(**{part: entries})


def diff(new: Rubric) -> RubricDiff:
    return diff_rubrics(parse_rubric(OLD), new)


def in_words(found: RubricDiff) -> list[tuple[str, str, str, list[str]]]:
    return [(e.part, e.id, e.change, [f.field for f in e.fields]) for e in found.entries]


def test_a_rubric_does_not_differ_from_itself() -> None:
    found = diff(parse_rubric(OLD))

    assert found.is_empty
    assert (found.fields, found.entries, found.reference_answer) == ((), (), None)


def test_a_version_number_of_its_own_is_a_difference() -> None:
    found = diff(changed(version="1.0.1"))

    assert not found.is_empty
    assert (found.fields, found.entries) == ((), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "retired"),
        ("question", "Which of these does a queue give you?"),
        ("level", "mid"),
        ("reference", "messaging/elsewhere.md"),
    ],
)
def test_fields_of_the_rubric_are_given_before_and_after(field: str, value: str) -> None:
    [change] = diff(changed(**{field: value})).fields

    assert (change.field, change.old, change.new) == (field, OLD[field], value)


def test_lists_are_compared_by_what_they_hold() -> None:
    found = diff(changed(topics=["messaging", "brokers"], vocabulary=OLD["vocabulary"][::-1]))
    topics, vocabulary = found.fields

    assert (topics.field, topics.removed, topics.added) == ("topics", ("queues",), ("brokers",))
    assert vocabulary.field == "order of vocabulary"
    assert (vocabulary.removed, vocabulary.added) == ((), ())


def test_a_reworded_point_shows_old_and_new_text_and_phrasings() -> None:
    claim, phrasing = "The sender need not wait for the receiver.", "The sender goes on at once."
    found = diff(edited("points", 0, claim=claim, accept=[phrasing], weight=3, required=False))

    assert in_words(found) == [
        ("points", "decouples", Change.CHANGED, ["claim", "weight", "required", "accept"])
    ]
    reworded, weight, required, accept = found.entries[0].fields
    assert (reworded.old, reworded.new) == (OLD["points"][0]["claim"], claim)
    assert (weight.old, weight.new) == (2, 3)
    assert (required.old, required.new) == (True, False)
    assert (accept.removed, accept.added) == (("Both sides run apart.",), ())


def test_points_that_came_and_went_are_shown_whole() -> None:
    new = {"id": "sorts", "claim": "Priorities can be given.", "weight": 1, "reject": ["None can."]}
    added, removed = diff(changed(points=[OLD["points"][0], new], examples=[])).entries[:2]

    assert (added.id, added.change, removed.id, removed.change) == (
        "sorts",
        Change.ADDED,
        "buffers",
        Change.REMOVED,
    )
    assert {f.field: f.new for f in added.fields if f.new is not None} == {
        "claim": "Priorities can be given.",
        "weight": 1,
        "required": False,
    }
    assert [f.added for f in added.fields if f.field == "reject"] == [("None can.",)]
    assert [f.old for f in removed.fields if f.field == "weight"] == [1.5]


def test_a_point_under_a_new_id_is_recognised_by_its_claim() -> None:
    renamed = OLD["points"][1] | {"id": "holds-bursts", "weight": 2}
    found = diff(changed(points=[OLD["points"][0], renamed], examples=[]))
    [point, *_] = found.entries

    assert (point.id, point.old_id, point.change) == ("holds-bursts", "buffers", Change.RENAMED)
    assert [f.field for f in point.fields] == ["weight"]
    assert found.comparability.renamed == {"holds-bursts": "buffers"}


@pytest.mark.parametrize(
    ("part", "position", "changes"),
    [
        ("mistakes", 0, {"penalty": 1, "severity": "minor", "correction": "Repeats happen."}),
        ("follow_ups", 0, {"ask": "And twice?", "targets": ["decouples"], "style": "probe"}),
        ("options", 1, {"text": "It orders.", "explanation": "It does not."}),
    ],
)
def test_other_parts_are_compared_field_by_field(
    part: str, position: int, changes: dict[str, Any]
) -> None:
    found = diff(edited(part, position, **changes))

    name = OLD[part][position]["id"]
    assert in_words(found) == [(part, name, Change.CHANGED, list(changes))]


def test_examples_are_recognised_by_their_answer() -> None:
    first = OLD["examples"][0]
    other = {"answer": "No idea.", "points": {"buffers": "missing"}}
    relabelled = first | {"points": {"decouples": "partial", "buffers": "missing"}}

    assert in_words(diff(changed(examples=[other, first]))) == [
        ("examples", "2", Change.ADDED, ["answer", "points", "rater"])
    ]
    [example] = diff(changed(examples=[relabelled])).entries
    [labels] = example.fields
    assert (example.id, labels.field) == ("1", "points")
    assert labels.removed == ("decouples: covered",)
    assert labels.added == ("decouples: partial",)


def test_another_order_is_a_change_of_the_rubric_not_of_its_points() -> None:
    [order] = diff(changed(points=OLD["points"][::-1])).fields

    assert order.field == "order of points"
    assert (order.old, order.new) == (("decouples", "buffers"), ("buffers", "decouples"))


def test_the_reference_answer_is_compared_word_by_word() -> None:
    found = diff(changed(reference_answer="A queue lets the sender go on. It holds bursts back."))

    assert found.reference_answer is not None
    assert [(c.removed, c.added) for c in found.reference_answer.changes] == [
        ("producer", "sender"),
        ("also", ""),
    ]
    assert found.fields == ()
    assert diff(changed(reference_answer=OLD["reference_answer"].replace(" ", "\n"))).is_empty


def test_it_is_plain_data_as_json() -> None:
    found = diff(edited("points", 0, claim="The producer goes on."))

    assert RubricDiff.model_validate_json(found.model_dump_json()) == found


PARTS = st.sampled_from(["points", "mistakes", "follow_ups", "options", "examples", "topics"])


@given(st.lists(PARTS, unique=True), st.randoms())
def test_what_is_added_one_way_is_removed_the_other_way(parts: list[str], random: Any) -> None:
    document: dict[str, Any] = dict(OLD)
    for part in parts:
        document[part] = random.sample(OLD[part], k=random.randint(0, len(OLD[part])))
    if not document["points"] or "points" in parts or "mistakes" in parts:
        document |= {"points": document["points"] or OLD["points"], "follow_ups": []}
        document["examples"] = []
    old, new = parse_rubric(OLD), parse_rubric(document)
    there, back = diff_rubrics(old, new), diff_rubrics(new, old)
    opposite = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}

    assert sorted(
        (e.part, e.id, opposite.get(e.change, e.change)) for e in there.entries
    ) == sorted((e.part, e.id, e.change) for e in back.entries)
    assert there.comparability.dropped == back.comparability.added
    assert there.is_empty == (old.sha256 == new.sha256)
