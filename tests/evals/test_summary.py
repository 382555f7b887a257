"""Measures of runs whose every figure can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.datasets import Rating
from evals.metrics import TITLES, RunSummary, measures, summarise
from evals.metrics._table import RunTable
from evals.runs import Repeat, RunFile, RunRecord
from grader.types import Band, Evidence, NextQuestion, Usage, Verdict
from tests.evals.factories import record, write_run


def summary(tmp_path: Path, *records: RunRecord) -> RunSummary:
    return summarise(RunFile.open(write_run(tmp_path / "run.jsonl", records)), resamples=100)


def value(found: RunSummary, name: str) -> float | None:
    return found.figures[name].value


def test_verdicts_are_compared_with_labels(tmp_path: Path) -> None:
    found = summary(tmp_path, record("ccmmxx", "cpmmcx"), record("cm", "cm", question="r"))
    assert value(found, "verdict_accuracy") == 0.75
    assert value(found, "covered_accuracy") == 0.75
    assert value(found, "contradicted_called_covered") == 0.5
    assert value(found, "missing_precision") == 1
    assert value(found, "missing_recall") == 0.8
    assert found.confusion["contradicted"] == {
        "covered": 1,
        "partial": 0,
        "missing": 0,
        "contradicted": 1,
        "ungraded": 0,
    }


def test_what_is_ungraded_is_counted_apart_and_changes_no_figure(tmp_path: Path) -> None:
    judged = record("cm", "cm", mistakes=[(True, True), (False, False)])
    silent = record("cmx", "uuu", mistakes=[(True, None)], question="r")
    alone, together = summary(tmp_path, judged), summary(tmp_path, judged, silent)
    for name in alone.figures:
        if name != "review_share":
            assert alone.figures[name].value == together.figures[name].value
            assert alone.figures[name].count == together.figures[name].count
    assert together.counts.ungraded_points == 3
    assert together.counts.ungraded_mistakes == 1
    assert together.confusion["missing"]["ungraded"] == 1


def test_a_judge_that_judged_nothing_has_no_figures(tmp_path: Path) -> None:
    found = summary(tmp_path, record("cm", "uu"))
    assert "verdict_accuracy" not in found.figures
    assert found.counts.points == found.counts.ungraded_points == 2


def test_labels_left_out_are_not_compared(tmp_path: Path) -> None:
    found = summary(tmp_path, record("c-", "cm", mistakes=[(None, True)]))
    assert found.figures["verdict_accuracy"].count == 1
    assert found.counts.unlabelled == 2


def test_points_are_ranked_within_their_answer(tmp_path: Path) -> None:
    good = record("ccmm", "cccc", covered=[0.9, 0.8, 0.2, 0.1])
    bad = record("cm", "cc", covered=[0.1, 0.9])
    one_sided = record("cc", "cc", covered=[0.1, 0.9])
    found = summary(tmp_path, good, bad, one_sided)
    assert found.figures["within_answer_auc"].value == 0.5
    assert found.figures["within_answer_auc"].count == 2


def test_mistakes_are_found_or_alarms_are_false(tmp_path: Path) -> None:
    pairs = [(True, True), (True, False), (False, True), (False, False), (False, False)]
    found = summary(tmp_path, record("c", "c", mistakes=pairs))
    assert value(found, "mistake_precision") == 0.5
    assert value(found, "mistake_recall") == 0.5
    assert value(found, "mistake_f1") == 0.5
    assert value(found, "mistake_false_alarms") == pytest.approx(1 / 3, abs=1e-4)


def test_scores_and_bands_are_compared(tmp_path: Path) -> None:
    scores = [(20.0, 30.0), (50.0, 50.0), (80.0, 70.0)]
    bands = [Band.DOES_NOT_MEET, Band.PARTLY_MEETS, Band.MEETS]
    records = [
        record("c", "c", score=said, label_score=label, band=band, label_band=band)
        for (said, label), band in zip(scores, bands, strict=True)
    ]
    withheld = record("c", "u", score=None, label_score=10.0)
    found = summary(tmp_path, *records, withheld)
    assert value(found, "score_r") == pytest.approx(1)
    assert value(found, "score_rho") == pytest.approx(1)
    assert value(found, "score_mae") == pytest.approx(20 / 3, abs=1e-4)
    assert value(found, "band_kappa") == 1
    assert (found.counts.scores, found.counts.withheld_scores) == (3, 1)


def test_evidence_is_compared_character_by_character(tmp_path: Path) -> None:
    plain = record("c", "c")

    def spans(start: int, end: int) -> tuple[Evidence, ...]:
        return (Evidence(start=start, end=end, quote="x" * (end - start)),)

    points = plain.points[0].model_copy(
        update={"evidence": spans(0, 10), "label_evidence": spans(5, 15)}
    )
    apart = points.model_copy(update={"evidence": spans(20, 30)})
    found = summary(
        tmp_path, *(plain.model_copy(update={"points": (each,)}) for each in (points, apart))
    )
    assert value(found, "evidence_f1") == 0.25
    assert value(found, "evidence_touches") == 0.5


def test_a_follow_up_should_aim_at_a_real_gap(tmp_path: Path) -> None:
    def asked(gap: str) -> NextQuestion:
        return NextQuestion(id="f", ask="?", targets=(gap,), gap=gap)

    pair = [(True, True)]
    records = [
        record("cm", "mm", follow_up=asked("p0"), mistakes=pair),
        record("cm", "mm", follow_up=asked("p1"), mistakes=pair),
        record("cm", "mm", follow_up=asked("m0"), mistakes=pair),
        record("cm", "cm"),
    ]
    found = summary(tmp_path, *records)
    assert value(found, "follow_up_hits") == pytest.approx(2 / 3, abs=1e-4)
    assert found.figures["follow_up_hits"].count == 3


def test_flips_show_over_repeats(tmp_path: Path) -> None:
    again = Repeat(
        points={"p0": Verdict.COVERED, "p1": Verdict.PARTIAL}, mistakes={"m0": True}, score=1
    )
    found = summary(
        tmp_path, record("cm", "cm", repeats=(again,), mistakes=[(True, True)]), record("c", "c")
    )
    assert value(found, "flip_rate") == 0.5
    assert value(found, "mistake_flip_rate") == 0


def test_slices_raters_and_cost_are_told(tmp_path: Path) -> None:
    ratings = (
        Rating.model_validate({"rater": "a", "points": {"p0": "covered", "p1": "missing"}}),
        Rating.model_validate({"rater": "b", "points": {"p0": "covered", "p1": "covered"}}),
    )
    usage = Usage(llm_calls=1, input_tokens=10, output_tokens=5)
    found = summary(
        tmp_path,
        record("cm", "cm", tags={"channel": "spoken"}, usage=usage, elapsed_ms=10),
        record("cm", "mc", tags={"channel": "typed"}, usage=usage, ratings=ratings, elapsed_ms=30),
    )
    assert found.slices["channel=spoken"].figures["verdict_accuracy"].value == 1
    assert found.slices["channel=typed"].figures["verdict_accuracy"].value == 0
    assert found.slices["kind=technical"].answers == 2
    assert found.cost.usage.input_tokens == 20
    assert found.cost.median_ms == 20
    assert found.ceiling is not None
    assert found.ceiling.points == 2


def test_every_measure_has_a_title_and_a_fixed_seed(tmp_path: Path) -> None:
    records = [record("cmx", "cmc", question=f"q{n}") for n in range(4)]
    assert set(measures(RunTable.of(records))) <= set(TITLES)
    assert summary(tmp_path, *records) == summary(tmp_path, *records)
