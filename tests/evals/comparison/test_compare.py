"""Comparisons whose every figure can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.comparison import Change, Comparison, ComparisonInvalid, Weakness, compare
from evals.datasets import Rating
from evals.runs import RunError, RunInvalid
from grader.types import Verdict
from tests.evals.comparison.simulated import compared, graded, rubric, written
from tests.evals.factories import write_lines

TWO = rubric(2)


def test_verdicts_move_and_become_right_or_wrong(tmp_path: Path) -> None:
    first = [graded(TWO, "cm", "cm", name="1"), graded(TWO, "cm", "mc", name="2")]
    second = [graded(TWO, "cm", "cx", name="1"), graded(TWO, "cm", "cm", name="2")]
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert found.migration["covered"]["missing"] == 1
    assert found.migration["missing"]["covered"] == 1
    assert found.migration["missing"]["contradicted"] == 1
    assert sum(map(sum, (row.values() for row in found.migration.values()))) == 4
    right = found.rightness
    assert (right.both_right, right.gained, right.lost, right.both_wrong) == (1, 2, 1, 0)
    assert right.p_value == 1
    accuracy = found.differences["verdict_accuracy"]
    assert (accuracy.first, accuracy.second, accuracy.difference) == (0.5, 0.75, 0.25)
    assert accuracy.count == 4
    by_point = {point.id: point for point in found.points}
    assert by_point["p0"].accuracy == (0.5, 1.0)
    assert (by_point["p0"].rightness.gained, by_point["p0"].changed) == (1, 1)
    assert by_point["p1"].changed == 2


def test_a_point_that_became_worse_is_told_from_chance(tmp_path: Path) -> None:
    first = [graded(TWO, "cm", "cm", name=str(n)) for n in range(12)]
    second = [graded(TWO, "cm", "mm" if n < 8 else "cm", name=str(n)) for n in range(12)]
    found = compared(tmp_path, first, second, (TWO, TWO))
    lost, steady = found.points
    assert (lost.change, steady.change) == (Change.WORSE, Change.UNCLEAR)
    assert lost.p_adjusted == lost.rightness.p_value == pytest.approx(2 / 2**8, rel=0.01)
    assert steady.p_adjusted is None


def test_what_one_run_did_not_judge_counts_for_neither(tmp_path: Path) -> None:
    first = [graded(TWO, "cm", "cu", name="1"), graded(TWO, "cm", "cm", name="2")]
    second = [graded(TWO, "cm", "mm", name="1"), graded(TWO, "cm", "cm", name="2")]
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert found.differences["verdict_accuracy"].count == 3
    assert found.differences["mean_score"].count == 1
    assert found.first.ungraded_points == found.first.withheld_scores == 1
    assert found.migration["ungraded"]["missing"] == 1
    assert any("left 1 point ungraded" in note for note in found.notes)
    assert found.changed == 1


def test_an_answer_that_failed_is_counted_apart(tmp_path: Path) -> None:
    error = RunError(code="judge_unavailable", message="away")
    first = [graded(TWO, "cm", "uu", name="1", error=error), graded(TWO, "cm", "cm", name="2")]
    second = [graded(TWO, "cm", "cm", name="1"), graded(TWO, "cm", "cm", name="2")]
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert found.first.failed == 1
    assert found.differences["verdict_accuracy"].difference == 0
    (changed,) = found.changed_answers
    assert changed.first.error == error
    assert changed.shift is None


def test_answers_of_one_run_alone_are_listed(tmp_path: Path) -> None:
    first = [graded(TWO, "cm", "cm", name=name) for name in "abc"]
    second = [graded(TWO, "cm", "cm", name=name) for name in "cbd"]
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert found.answers == 2
    assert (found.first.unpaired_ids, found.second.unpaired_ids) == (("a",), ("d",))
    assert found.first.answers == 3
    assert "1 answer that only first has was left out." in found.notes


def test_runs_without_labels_show_how_scores_moved(tmp_path: Path) -> None:
    first = [graded(TWO, "--", "mm" if n % 2 else "cm", name=str(n)) for n in range(12)]
    second = [graded(TWO, "--", "cm" if n % 2 else "cc", name=str(n)) for n in range(12)]
    found = compared(tmp_path, first, second, (TWO, TWO))
    mean = found.differences["mean_score"]
    assert (mean.first, mean.second, mean.difference, mean.change) == (25, 75, 50, Change.HIGHER)
    assert mean.better is None
    assert found.primary == ("mean_score", "covered_share")
    assert "a shift in the mean score (25.0 to 75.0)" in found.headline
    assert any(note.startswith("No point is labelled") for note in found.notes)
    assert found.rightness.p_value is None
    assert {point.change for point in found.points} == {Change.UNDEFINED}


def test_versions_are_mapped_by_point_id(tmp_path: Path) -> None:
    old = rubric(3)
    claim = "Something else altogether about queues."
    new = rubric(3, version="2.0.0").model_copy(
        update={
            "points": (
                *old.points[:2],
                old.points[2].model_copy(update={"id": "new", "claim": claim, "weight": 2.0}),
            )
        }
    )
    first = [graded(old, "cmc", "cmc", name=str(n)) for n in range(3)]
    second = []
    for each in first:
        fresh = each.points[2].model_copy(update={"id": "new", "label": None})
        second.append(
            each.model_copy(
                update={
                    "points": (*each.points[:2], fresh),
                    "unmapped": ("p2",),
                    "rubric_sha256": new.sha256,
                    "rubric_version": "2.0.0",
                    "label_score": None,
                }
            )
        )
    found = compared(tmp_path, first, second, (old, new))
    (gap,) = found.labels.unmapped_second
    assert (gap.rubric_id, gap.id, gap.answers) == ("q", "p2", 3)
    assert [gap.id for gap in found.labels.unlabelled_second] == ["new"]
    assert found.labels.unmapped_first == found.labels.unlabelled_first == ()
    assert found.differences["verdict_accuracy"].count == 6
    assert "score_mae" not in found.differences
    points = {point.id: point for point in found.points}
    assert points["new"].first is None
    assert points["p2"].second is None
    (pair,) = found.rubrics
    assert pair.diff is not None
    assert pair.diff.comparability.added == ("new",)
    text = " ".join(found.notes)
    assert "second has no point or mistake for the labels of p2." in text
    assert "Scores cannot be compared" in text
    assert "Scores were not held against labels" in text


def test_labels_of_the_second_run_hold_for_both(tmp_path: Path) -> None:
    first = [graded(TWO, "c-", "cm", name="1")]
    second = [graded(TWO, "mm", "cm", name="1")]
    found = compared(tmp_path, first, second, (TWO, TWO))
    accuracy = found.differences["verdict_accuracy"]
    assert (accuracy.first, accuracy.second, accuracy.count) == (0.5, 0.5, 2)
    assert any("had other labels" in note for note in found.notes)


def test_changed_answers_come_with_the_reasons(tmp_path: Path) -> None:
    first = [
        graded(TWO, "cm", verdicts, name=name)
        for name, verdicts in zip("abc", ("cm", "cc", "mm"), strict=True)
    ]
    second = [
        graded(TWO, "cm", verdicts, name=name)
        for name, verdicts in zip("abc", ("cm", "mm", "cm"), strict=True)
    ]
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert found.changed == 2
    assert [each.id for each in found.changed_answers] == ["b", "c"]
    largest = found.changed_answers[0]
    assert (largest.shift, largest.answer, largest.question) == (
        -100,
        "The answer b.",
        TWO.question,
    )
    finding = largest.findings[0]
    assert (finding.id, finding.label) == ("p0", Verdict.COVERED)
    assert finding.first is not None
    assert finding.second is not None
    assert (finding.first.verdict, finding.second.verdict) == ("covered", "missing")
    assert finding.first.claim == "Claim p0."
    (only,) = compared(tmp_path, first, second, (TWO, TWO), changed_answers=1).changed_answers
    assert only == largest
    assert compared(tmp_path, first, second, (TWO, TWO), changed_answers=0).changed == 2


def test_mistakes_move_too(tmp_path: Path) -> None:
    under = rubric(1, mistakes=2)
    first = [graded(under, "c", "c", mistakes=[(True, False), (False, False)])]
    second = [graded(under, "c", "c", mistakes=[(True, True), (False, False)])]
    found = compared(tmp_path, first, second, (under, under))
    assert found.mistake_migration["not_made"] == {"made": 1, "not_made": 1, "ungraded": 0}
    assert found.differences["mistake_f1"].difference == 1
    (changed,) = found.changed_answers
    assert [(each.part, each.label) for each in changed.findings] == [("mistake", "made")]


def test_points_that_tell_nothing_apart_are_named(tmp_path: Path) -> None:
    three = rubric(4)
    # The last point is covered exactly where the second and third are not.
    verdicts = ["cccm" if n % 2 else "cmmc" for n in range(20)]
    records = [graded(three, "----", each, name=str(n)) for n, each in enumerate(verdicts)]
    found = compared(tmp_path, records, records, (three, three))
    versions = [point.second for point in found.points]
    assert [each.weakness for each in versions if each] == [
        Weakness.ALWAYS_COVERED,
        None,
        None,
        Weakness.APART_FROM_THE_REST,
    ]
    assert versions[3] is not None
    assert versions[3].item_rest == -1
    few = compared(tmp_path, records[:9], records[:9], (three, three))
    assert {point.second.weakness for point in few.points if point.second} == {None}


def test_slices_and_questions_show_for_whom_it_is_worse(tmp_path: Path) -> None:
    first, second = [], []
    for n in range(24):
        tags = {"channel": "spoken" if n % 2 else "typed"}
        first.append(graded(TWO, "cm", "cm", name=str(n), tags=tags))
        second.append(graded(TWO, "cm", "mm" if n % 2 else "cm", name=str(n), tags=tags))
    found = compared(tmp_path, first, second, (TWO, TWO))
    assert set(found.slices) == {"channel=spoken", "channel=typed"}
    spoken = found.slices["channel=spoken"].differences["verdict_accuracy"]
    assert (spoken.difference, spoken.change) == (-0.5, Change.WORSE)
    assert found.slices["channel=typed"].differences["verdict_accuracy"].difference == 0
    (question,) = found.questions_compared
    assert (question.rubric_id, question.answers) == ("q", 24)
    assert question.differences["verdict_accuracy"].difference == -0.25


def test_few_questions_can_be_resampled_if_asked_for(tmp_path: Path) -> None:
    rubrics = [rubric(2, name=f"q{n}") for n in range(3)]
    first = [graded(each, "cm", "cm", name=f"{each.id}{n}") for each in rubrics for n in range(4)]
    runs = (
        written(tmp_path / "a.jsonl", rubrics, first),
        written(tmp_path / "b.jsonl", rubrics, first),
    )
    alone = compare(*runs, resamples=100)
    assert (alone.unit, alone.units) == ("answer", 12)
    assert any("only 3 questions" in note for note in alone.notes)
    asked = compare(*runs, resamples=100, unit="question")
    assert (asked.unit, asked.units) == ("question", 3)
    assert "With 3 questions no difference can be told from chance; it takes 6." in asked.notes


def test_several_raters_and_json_survive(tmp_path: Path) -> None:
    ratings = (Rating(rater="a"), Rating(rater="b"))
    records = [graded(TWO, "cm", "cm", name=str(n), ratings=ratings) for n in range(3)]
    found = compared(tmp_path, records, records[::-1], (TWO, TWO))
    assert Comparison.model_validate_json(found.model_dump_json()) == found


def test_runs_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.jsonl", TWO, [graded(TWO, "cm", "cm", name="a")])
    other = written(tmp_path / "other.jsonl", TWO, [graded(TWO, "cm", "cm", name="z")])
    with pytest.raises(ComparisonInvalid, match=r"no answer in common.*'a' to 'q'.*'z' to 'q'"):
        compare(ours, other)
    reads = graded(TWO, "cm", "cm", name="a", answer="Another.")
    with pytest.raises(ComparisonInvalid, match="reads differently"):
        compare(ours, written(tmp_path / "reads.jsonl", TWO, [reads]))
    empty = written(tmp_path / "empty.jsonl", TWO, [])
    with pytest.raises(ComparisonInvalid, match="holds no answer"):
        compare(ours, empty)
    twice = written(tmp_path / "twice.jsonl", TWO, [graded(TWO, "cm", "cm")] * 2)
    with pytest.raises(RunInvalid, match=r"twice.jsonl:4: the answer 'a' stands there twice"):
        compare(ours, twice)
    stray = graded(TWO, "cm", "cm", name="a", rubric_sha256="gone")
    with pytest.raises(ComparisonInvalid, match="does not hold"):
        compare(ours, written(tmp_path / "stray.jsonl", TWO, [stray]))
    lines = ours.path.read_text(encoding="utf-8").splitlines()
    cut = write_lines(tmp_path / "cut.jsonl", [*lines[:-1], lines[-1][:200]])
    with pytest.raises(RunInvalid, match=r"cut.jsonl:3: not JSON"):
        compare(ours, type(ours).open(cut))
