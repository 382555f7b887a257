from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.fairness import FairnessInvalid, Gap, TagSlices
from evals.fairness._estimate import gap_of
from evals.runs import RunRecord
from tests.evals.factories import record
from tests.evals.fairness.factories import answer, report


def biased(bias: float, seed: int = 1, questions: int = 20) -> list[RunRecord]:
    """Two answers of each kind to each question; spoken ones get `bias` more than they should."""
    random = np.random.default_rng(seed)
    records = []
    for question in range(questions):
        for channel, extra in (("typed", 0.0), ("spoken", bias)):
            for number in range(2):
                score = float(np.clip(50 + extra + random.normal(0, 8), 0, 100))
                name = f"{question}/{channel}/{number}"
                tags = {"channel": channel}
                records.append(answer(name, tags, score=score, question=f"q{question}"))
    return records


def bias_gap(slices: TagSlices, value: str) -> Gap:
    return next(each for each in slices.values if each.value == value).gaps["score_bias"]


def test_unfair_scores_show_as_a_gap_in_bias(tmp_path: Path) -> None:
    found = report(tmp_path, biased(-10))
    (channel,) = found.slices
    spoken, typed = bias_gap(channel, "spoken"), bias_gap(channel, "typed")
    assert spoken.value == pytest.approx(-10, abs=4)
    assert typed.value == pytest.approx(-(spoken.value or 0), abs=1e-3)
    assert spoken.low is not None
    assert spoken.high is not None
    assert spoken.low < -10 < spoken.high < 0
    assert spoken.is_real
    widest = channel.widest["score_bias"]
    assert (widest.least, widest.most) == ("spoken", "typed")
    assert widest.gap.p_value is not None
    assert widest.gap.p_value < 0.05
    assert not any(
        gap.is_real for gap in [bias_gap(report(tmp_path, biased(0)).slices[0], "typed")]
    )


@pytest.mark.parametrize("questions", [8, 20, 60])
def test_false_alarms_are_as_rare_as_they_should_be(questions: int) -> None:
    """Of equals, one in twenty is called unequal: 600 tries, bounds at 4 standard errors."""
    random = np.random.default_rng(questions)
    alarms = 0
    for _ in range(600):
        differences = random.normal(0, 10, questions)
        weights = random.multinomial(questions, np.full(questions, 1 / questions), size=300)
        replicates = weights @ differences / questions
        gap = gap_of(differences.mean(), replicates, count=questions, questions=questions)
        assert gap.p_value is not None
        alarms += gap.p_value < 0.05
        assert (gap.p_value < 0.05) == (not (gap.low or 0) <= 0 <= (gap.high or 0))
    assert 600 * 0.05 - 4 * 5.4 < alarms < 600 * 0.05 + 4 * 5.4


def test_what_the_judge_gets_wrong_more_often_shows_in_accuracy(tmp_path: Path) -> None:
    plain = record("cm", "cm").points
    odd = record("cm", "mm").points
    records = [
        answer(f"{n}/{style}", {"style": style}, score=50, question=f"q{n}", points=points)
        for n in range(12)
        for style, points in (("plain", plain), ("odd", odd))
    ]
    (style,) = report(tmp_path, records, by=("style",)).slices
    by_value = {each.value: each for each in style.values}
    assert by_value["plain"].figures["covered_accuracy"].value == 1
    assert by_value["odd"].figures["covered_accuracy"].value == 0.5
    assert by_value["odd"].gaps["covered_accuracy"].value == -0.5


def test_small_slices_say_so_and_are_no_extremes(tmp_path: Path) -> None:
    records = [*biased(0), answer("few", {"channel": "mailed"}, score=100, question="q1")]
    found = report(tmp_path, records)
    (channel,) = found.slices
    mailed = next(each for each in channel.values if each.value == "mailed")
    assert mailed.small
    assert mailed.gaps["score_bias"].p_value is None
    assert {channel.widest["score_bias"].least, channel.widest["score_bias"].most} == {
        "typed",
        "spoken",
    }
    assert any("fewer than 30 answers" in note and "mailed" in note for note in found.notes)


def test_withheld_scores_count_apart(tmp_path: Path) -> None:
    records = biased(0)
    records[0] = answer("none", {"channel": "typed"}, score=None, question="q0")
    (channel,) = report(tmp_path, records).slices
    typed = next(each for each in channel.values if each.value == "typed")
    assert typed.figures["withheld_share"].value == pytest.approx(1 / 40, abs=1e-4)
    assert typed.figures["score_bias"].count == 39


def test_tags_that_name_answers_are_no_slices_unless_asked_for(tmp_path: Path) -> None:
    records = [
        answer(str(n), {"person": str(n), "all": "same"}, score=50, question=f"q{n % 7}")
        for n in range(40)
    ]
    assert report(tmp_path, records).slices == ()
    asked = report(tmp_path, records, by=("person",)).slices[0]
    assert len(asked.values) == 40
    assert report(tmp_path, records, by=("all",)).slices[0].values[0].gaps == {}


def test_an_unknown_tag_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(FairnessInvalid, match=r"no answer has the tag 'sex'.*channel, kind"):
        report(tmp_path, biased(0), by=("sex",))
    with pytest.raises(FairnessInvalid, match="holds no answers"):
        report(tmp_path, [])
