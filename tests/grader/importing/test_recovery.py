"""How much of each guide is recovered, exactly, in every format."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from grader.importing import Draft, Shape
from grader.importing._topics import topic_of
from tests.grader.importing.helpers import comparable, contents, drafts_of, expected, guide_files
from tests.grader.importing.rendering import GUIDES, RENDERERS, items_of

UNSEEN = GUIDES / "unseen"
ALL = [*guide_files(), *guide_files(UNSEEN)]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_guide_is_recovered_exactly(path: Path) -> None:
    drafts = drafts_of(path.read_bytes(), path.name)
    wanted = expected(path)
    assert [contents(draft) for draft in drafts] == [comparable(entry) for entry in wanted]
    for draft, entry in zip(drafts, wanted, strict=True):
        assert draft.kind == entry.get("kind", "technical")
        assert (str(draft.level[0]) if draft.level else None) == entry.get("level")
        assert sum(bool(o.explanation) for o in draft.options) >= entry.get("explained", 0)
        if "topic" in entry:
            assert topic_of(draft, path.name)[0] == entry["topic"]


@pytest.mark.parametrize("extension", RENDERERS)
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_format_makes_no_difference(path: Path, extension: str) -> None:
    data = RENDERERS[extension](items_of(path))
    drafts = drafts_of(data, f"{path.stem}.{extension}")
    assert [contents(draft) for draft in drafts] == [comparable(entry) for entry in expected(path)]


def test_what_the_guides_hold_in_all() -> None:
    """Guards the expectations: a guide or an entry that goes missing shows here."""
    counts: Counter[str] = Counter()
    shapes: Counter[Shape] = Counter()
    for path in ALL:
        for draft in drafts_of(path.read_bytes(), path.name):
            shapes[draft.shape] += 1
            counts.update(_counts(draft))
    assert counts == {
        "questions": 41,
        "missing": 18,
        "points": 51,
        "drafted": 97,
        "mistakes": 19,
        "red flags": 7,
        "follow-ups": 19,
        "options": 35,
    }
    assert set(shapes) == set(Shape)


def _counts(draft: Draft) -> Counter[str]:
    found = contents(draft)
    return Counter(
        {
            "questions": int(draft.question is not None),
            "missing": int(draft.question is None),
            "points": len(found.get("points", ())),
            "drafted": found.get("drafted", 0),
            "mistakes": len(found.get("mistakes", ())),
            "red flags": len(found.get("red_flags", ())),
            "follow-ups": len(found.get("follow_ups", ())),
            "options": len(found.get("options", ())),
        }
    )
