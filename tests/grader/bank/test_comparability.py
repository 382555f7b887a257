from __future__ import annotations

from typing import Any

import pytest

from grader.bank import parse_rubric
from grader.bank._comparability import Comparability, Level, compare_structures
from tests.grader.factories import full_document

OLD = full_document() | {"examples": [], "follow_ups": []}
FIRST, SECOND = OLD["points"]
LIGHTER = SECOND | {"weight": 1}
NEW = {"id": "sorts", "claim": "Priorities can be given.", "weight": 1}


def compared(**changes: Any) -> Comparability:
    return compare_structures(parse_rubric(OLD), parse_rubric(OLD | changes), {})


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, Level.IDENTICAL),
        ({"version": "1.2.4", "status": "draft"}, Level.IDENTICAL),
        ({"vocabulary": []}, Level.SAME_SCALE),
        ({"points": [SECOND, FIRST]}, Level.SAME_SCALE),
        ({"points": [FIRST | {"claim": "The sender goes on."}, SECOND]}, Level.SAME_SCALE),
        ({"points": [FIRST, LIGHTER]}, Level.RESCORABLE),
        ({"points": [FIRST]}, Level.RESCORABLE),
        ({"mistakes": []}, Level.RESCORABLE),
        ({"points": [FIRST, SECOND, NEW]}, Level.PARTLY),
        ({"points": [FIRST, NEW]}, Level.PARTLY),
        ({"points": [NEW], "mistakes": []}, Level.NOT_AT_ALL),
        ({"id": "another-rubric"}, Level.NOT_AT_ALL),
    ],
)
def test_the_level_follows_from_ids_and_weights(changes: dict[str, Any], level: Level) -> None:
    assert compared(**changes).level is level


def test_ids_are_sorted_by_what_becomes_of_their_verdicts() -> None:
    found = compared(points=[FIRST, LIGHTER, NEW], mistakes=OLD["mistakes"][:1])

    assert found.kept == ("decouples", "exactly-once")
    assert found.reweighted == ("buffers",)
    assert found.added == ("sorts",)
    assert found.dropped == ("in-order",)
    assert not found.same_structure


def test_an_id_that_went_from_a_mistake_to_a_point_is_another_thing() -> None:
    found = compared(points=[FIRST, SECOND, NEW | {"id": "in-order"}], mistakes=OLD["mistakes"][:1])

    assert "in-order" in found.added
    assert "in-order" in found.dropped


@pytest.mark.parametrize(
    "changes",
    [
        {"points": [FIRST | {"claim": "The sender goes on."}, SECOND]},
        {"points": [FIRST | {"accept": []}, SECOND]},
        {"points": [FIRST | {"reject": []}, SECOND]},
    ],
)
def test_reworded_points_are_named_as_judged_anew(changes: dict[str, Any]) -> None:
    found = compared(**changes)

    assert found.reworded == ("decouples",)
    assert found.message.endswith("on what was reworded: decouples.")


def test_another_order_of_phrasings_is_no_rewording() -> None:
    assert compared(points=[FIRST | {"accept": FIRST["accept"][::-1]}, SECOND]).reworded == ()


def test_required_points_that_changed_move_the_band() -> None:
    found = compared(points=[FIRST | {"required": False}, SECOND])

    assert found.level is Level.SAME_SCALE
    assert "another band" in found.message
