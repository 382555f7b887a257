from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.bank import ReferenceAnswer, parse_rubric
from grader.types import Evidence, MistakeFinding, PointFinding, Rubric, Verdict
from tests.grader.factories import document, full_document, mistake, point

Path = tuple[str | int, ...]

FREE_TEXT = {
    "question",
    "reference_answer",
    "claim",
    "accept",
    "reject",
    "correction",
    "ask",
    "vocabulary",
    "text",
    "explanation",
    "answer",
    "rater",
}


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from leaves(inner, (*path, position))
    else:
        yield path


def at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def changed(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(data)
    at(result, path[:-1])[path[-1]] = value
    return result


def shuffled(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict):
        keys = data.draw(st.permutations(list(value)))
        return {key: shuffled(value[key], data) for key in keys}
    if isinstance(value, list):
        return [shuffled(inner, data) for inner in value]
    return value


FULL = full_document()
TEXTS = [path for path in leaves(FULL) if {step for step in path if step in FREE_TEXT}]
RUBRIC = parse_rubric(FULL)


@given(st.data())
def test_the_order_of_keys_does_not_change_the_hash(data: st.DataObject) -> None:
    rubric = parse_rubric(shuffled(FULL, data))

    assert rubric.sha256 == RUBRIC.sha256
    assert rubric.structure_sha256 == RUBRIC.structure_sha256


@pytest.mark.parametrize("status", ["draft", "published", "retired"])
def test_the_status_does_not_change_the_hash(status: str) -> None:
    assert parse_rubric(FULL | {"status": status}).sha256 == RUBRIC.sha256


@pytest.mark.parametrize("style", [None, '"', "'", "|", ">"])
def test_the_style_of_quotes_does_not_change_the_hash(style: str | None) -> None:
    text = yaml.safe_dump(FULL, default_style=style)

    assert parse_rubric(yaml.safe_load(text)).sha256 == RUBRIC.sha256


def test_space_around_a_claim_does_not_change_the_hash() -> None:
    spaced = changed(FULL, ("points", 0, "claim"), f"  {FULL['points'][0]['claim']} \n")

    assert parse_rubric(spaced).sha256 == RUBRIC.sha256


def test_a_whole_number_weighs_as_much_as_its_decimal() -> None:
    assert parse_rubric(changed(FULL, ("points", 0, "weight"), 2.0)).sha256 == RUBRIC.sha256


@given(
    path=st.sampled_from(TEXTS),
    word=st.text("abcxyzäé漢🎉.-", min_size=1, max_size=8),
    place=st.integers(0, 20),
)
def test_any_word_of_any_text_changes_the_hash(path: Path, word: str, place: int) -> None:
    said = at(FULL, path).split()
    said.insert(place, word)

    rubric = parse_rubric(changed(FULL, path, " ".join(said)))

    assert rubric.sha256 != RUBRIC.sha256
    assert rubric.structure_sha256 == RUBRIC.structure_sha256


def test_the_property_above_looks_at_every_kind_of_text() -> None:
    assert {step for path in TEXTS for step in path} >= FREE_TEXT


def test_the_text_behind_a_reference_is_part_of_the_hash() -> None:
    def hash_with(text: str) -> str:
        answer = ReferenceAnswer(source="a.md", title="A", text=text)
        return parse_rubric(document(reference="a.md"), {"a.md": answer}).sha256

    assert hash_with("A queue decouples.") == hash_with("A queue decouples.")
    assert hash_with("A queue decouples.") != hash_with("A queue couples.")


STRUCTURE = [
    (("points", 0, "weight"), 3),
    (("points", 1, "weight"), 1.25),
    (("mistakes", 1, "penalty"), 1.5),
    (("mistakes", 1, "id"), "no-order"),
    (("options", 0, "id"), "third"),
]
OTHER = [
    (("id",), "queues"),
    (("version",), "1.2.4"),
    (("level",), "junior"),
    (("topics",), ["queues", "messaging"]),
    (("topics",), ["messaging"]),
    (("reference",), "messaging/brokers.md"),
    (("points", 0, "required"), False),
    (("points", 0, "accept"), ["Both sides run apart.", "The sender goes on at once."]),
    (("points", 0, "accept"), ["The sender goes on at once."]),
    (("mistakes", 0, "severity"), "minor"),
    (("follow_ups", 0, "style"), "probe"),
    (("follow_ups", 0, "id"), "ask-again"),
    (("follow_ups", 0, "targets"), ["decouples", "exactly-once"]),
    (("options", 0, "correct"), False),
    (("options",), FULL["options"][::-1]),
    (("examples", 0, "points", "decouples"), "partial"),
    (("examples", 0, "mistakes", "exactly-once"), True),
    (("examples",), []),
    (("points",), FULL["points"][::-1]),
]


@pytest.mark.parametrize(("path", "value"), [*STRUCTURE, *OTHER], ids=str)
def test_any_other_value_changes_the_hash_too(path: Path, value: Any) -> None:
    assert parse_rubric(changed(FULL, path, value)).sha256 != RUBRIC.sha256


@pytest.mark.parametrize(("path", "value"), STRUCTURE[:4], ids=str)
def test_ids_weights_and_penalties_change_the_structure(path: Path, value: Any) -> None:
    rubric = parse_rubric(changed(FULL, path, value))

    assert rubric.structure_sha256 != RUBRIC.structure_sha256


@pytest.mark.parametrize(("path", "value"), [STRUCTURE[4], *OTHER], ids=str)
def test_nothing_else_changes_the_structure(path: Path, value: Any) -> None:
    rubric = parse_rubric(changed(FULL, path, value))

    assert rubric.structure_sha256 == RUBRIC.structure_sha256


def test_a_point_turned_into_a_mistake_changes_the_structure() -> None:
    a, b, c = ({"id": name, "claim": "A claim."} for name in "abc")
    two_points = document(points=[a | {"weight": 1}, b | {"weight": 1}])
    one_of_each = document(points=[a | {"weight": 1}], mistakes=[b | {"penalty": 1}])
    renamed = document(points=[a | {"weight": 1}, c | {"weight": 1}])

    hashes = {parse_rubric(d).structure_sha256 for d in (two_points, one_of_each, renamed)}

    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("status",), "draft"),
        (("kind",), "technical"),
        (("level",), "mid"),
        (("topics",), []),
        (("reference",), None),
        (("reference_answer",), ""),
        (("mistakes",), []),
        (("follow_ups",), []),
        (("vocabulary",), []),
        (("options",), []),
        (("examples",), []),
        (("points", 0, "required"), False),
        (("points", 0, "accept"), []),
        (("points", 0, "reject"), []),
    ],
    ids=str,
)
def test_a_default_written_out_does_not_change_the_hash(path: Path, default: Any) -> None:
    rubric = parse_rubric(changed(document(), path, default))

    assert rubric.sha256 == parse_rubric(document()).sha256


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("mistakes", 1, "severity"), "major"),
        (("mistakes", 1, "correction"), ""),
        (("options", 1, "explanation"), ""),
        (("points", 1, "required"), False),
    ],
    ids=str,
)
def test_a_default_written_out_in_an_entry_does_not_change_the_hash(
    path: Path, default: Any
) -> None:
    assert path[-1] not in at(FULL, path[:-1])
    assert parse_rubric(changed(FULL, path, default)).sha256 == RUBRIC.sha256


def test_the_hash_of_a_published_version_stays_what_it_was() -> None:
    """Grades keep these hashes for years; a change here breaks every lock file."""
    assert RUBRIC.sha256 == "6e75e6ab9b8fa078aebc653caf19b5fd78efcd843e5e5283eb2abd72e418722b"
    assert (
        RUBRIC.structure_sha256
        == "900c25d889961787e311b385449afc5ce6fdb5a4f3cd89abb84a91536c281ba4"
    )


def test_a_changed_copy_has_hashes_of_its_own() -> None:
    rubric = parse_rubric(document())
    before = (rubric.sha256, rubric.structure_sha256)
    lighter = rubric.points[0].model_copy(update={"weight": 0.5})

    other_text = rubric.model_copy(update={"question": "Something else?"})
    other_weight = rubric.model_copy(update={"points": (lighter,)})

    assert other_text.sha256 != before[0]
    assert other_text.structure_sha256 == before[1]
    assert other_weight.structure_sha256 != before[1]
    assert rubric.model_copy().sha256 == before[0]
    assert (rubric.sha256, rubric.structure_sha256) == before


def test_the_rubric_itself_refuses_ids_that_point_nowhere() -> None:
    sent = full_document()
    sent["follow_ups"][0]["targets"] = ["nothing"]

    with pytest.raises(ValidationError, match="unknown target 'nothing'"):
        Rubric.model_validate(sent)


def test_the_rubric_itself_refuses_repeated_ids() -> None:
    sent = document()
    sent["points"][1]["id"] = "decouples"

    with pytest.raises(ValidationError, match=r"already used at points\[0\]\.id"):
        Rubric.model_validate(sent)


def test_a_rubric_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RUBRIC.question = "Something else?"  # type: ignore[misc]


def test_the_total_weight_is_that_of_the_points_alone() -> None:
    assert RUBRIC.total_weight == 3.5


def test_the_confidence_of_a_finding_is_the_probability_of_its_verdict() -> None:
    shares = {Verdict.COVERED: 0.6, Verdict.PARTIAL: 0.3, Verdict.MISSING: 0.1}

    assert point("a", Verdict.COVERED, shares).confidence == 0.6
    assert point("a", Verdict.PARTIAL, shares).confidence == 0.3
    assert point("a", Verdict.CONTRADICTED, shares).confidence == 0


def test_what_was_not_judged_has_no_confidence() -> None:
    assert point("a", Verdict.UNGRADED).confidence == 0
    assert mistake("a", None, 0.9).confidence == 0


def test_the_confidence_that_a_mistake_was_not_made_is_the_rest() -> None:
    assert mistake("a", True, 0.75).confidence == 0.75
    assert mistake("a", False, 0.25).confidence == 0.75


@pytest.mark.parametrize("probability", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_probability_lies_between_0_and_1(probability: float) -> None:
    with pytest.raises(ValidationError):
        MistakeFinding(mistake_id="a", made=True, probability=probability)
    with pytest.raises(ValidationError):
        PointFinding(
            point_id="a", verdict=Verdict.COVERED, probabilities={Verdict.COVERED: probability}
        )


def test_evidence_does_not_begin_before_the_answer() -> None:
    with pytest.raises(ValidationError):
        Evidence(start=-1, end=3, quote="abc")
