from __future__ import annotations

from pathlib import Path

import pytest

from evals.fairness import FairnessInvalid, PairTags
from evals.runs import RunRecord
from grader.types import Verdict
from tests.evals.factories import record
from tests.evals.fairness.factories import answer, report


def versions(shift: float, contents: int = 40) -> list[RunRecord]:
    """Each content typed and spoken, the spoken one `shift` higher give or take 1."""
    return [
        answer(
            f"{number}/{style}",
            {"content": str(number), "style": style},
            score=50 + (0 if style == "typed" else shift + (-1) ** number),
            question=f"q{number % 8}",
        )
        for number in range(contents)
        for style in ("typed", "spoken")
    ]


def test_a_shift_is_found_with_its_size(tmp_path: Path) -> None:
    found = report(tmp_path, versions(-6)).counterfactuals
    assert found is not None
    (spoken,) = found.manners
    assert (found.base, found.contents, found.unpaired) == ("typed", 40, 0)
    assert (spoken.manner, spoken.pairs, spoken.questions) == ("spoken", 40, 8)
    assert spoken.shift.value == -6
    assert spoken.size.value == 6
    assert spoken.shift.is_real
    assert spoken.label_shift is not None
    assert spoken.label_shift.value == 0
    assert spoken.band_changes.value == 0
    assert len(found.worst) == 20
    assert {case.shift for case in found.worst} == {-7}
    other = report(tmp_path, versions(0)).counterfactuals
    assert other is not None
    assert other.manners[0].shift.value == 0
    assert other.manners[0].size.value == 1
    assert not other.manners[0].shift.is_real


def test_flips_are_told_by_direction_and_by_point(tmp_path: Path) -> None:
    def pair(number: int, style: str, verdicts: str, made: bool, score: float) -> RunRecord:
        return record(
            "cmp",
            verdicts,
            question=f"q{number}",
            id=f"{number}/{style}",
            tags={"content": str(number), "style": style},
            mistakes=[(False, made)],
            score=score,
            label_score=50,
        )

    records = [
        each
        for number in range(6)
        for each in (
            pair(number, "typed", "cmp", made=False, score=50),
            pair(number, "verbose", "ppu", made=True, score=30),
        )
    ]
    found = report(tmp_path, records).counterfactuals
    assert found is not None
    (verbose,) = found.manners
    assert verbose.flip_rate.value == 1
    assert verbose.flip_rate.count == 12  # what is ungraded on either side is no flip
    assert (verbose.up.value, verbose.down.value) == (0.5, 0.5)
    assert verbose.mistake_flip_rate.value == 1
    first = found.worst[0]
    assert [(flip.point_id, flip.base, flip.other) for flip in first.flips[:2]] == [
        ("p0", Verdict.COVERED, Verdict.PARTIAL),
        ("p1", Verdict.MISSING, Verdict.PARTIAL),
    ]
    assert first.mistakes == ("m0",)
    assert (first.base_score, first.other_score, first.shift) == (50, 30, -20)
    assert first.base_answer


def test_versions_pair_only_under_one_rubric_version(tmp_path: Path) -> None:
    records = versions(0, 6)
    records[1] = records[1].model_copy(update={"rubric_sha256": "another"})
    records[3] = records[3].model_copy(update={"score": None})
    found = report(tmp_path, records)
    pairs = found.counterfactuals
    assert pairs is not None
    assert pairs.contents == 5
    assert pairs.unpaired == 2
    assert (pairs.manners[0].pairs, pairs.manners[0].withheld) == (4, 1)
    assert any(note.endswith("in no score figure: 1 pair.") for note in found.notes)


def test_labels_that_shift_themselves_are_pointed_out(tmp_path: Path) -> None:
    records = [
        each.model_copy(update={"label_score": 30.0}) if "spoken" in each.id else each
        for each in versions(-20)
    ]
    found = report(tmp_path, records)
    assert any("labels themselves differ" in note and "spoken" in note for note in found.notes)


def test_other_tags_and_another_base_may_be_named(tmp_path: Path) -> None:
    renamed = [
        each.model_copy(update={"tags": {"says": each.tags["content"], "how": each.tags["style"]}})
        for each in versions(5)
    ]
    found = report(tmp_path, renamed, pairs=PairTags("says", "how", "spoken")).counterfactuals
    assert found is not None
    assert found.manners[0].manner == "typed"
    assert found.manners[0].shift.value == -5
    assert report(tmp_path, renamed).counterfactuals is None
    with pytest.raises(FairnessInvalid, match=r"how=shouted.*--base: spoken, typed"):
        report(tmp_path, renamed, pairs=PairTags("says", "how", "shouted"), must_pair=True)
    with pytest.raises(FairnessInvalid, match="no answer has the tag 'content'"):
        report(tmp_path, renamed, must_pair=True)
    alone = [each for each in versions(5) if "typed" in each.id]
    with pytest.raises(FairnessInvalid, match="no two answers share a value of 'content'"):
        report(tmp_path, alone, must_pair=True)
