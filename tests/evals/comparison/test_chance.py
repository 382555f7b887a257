"""Whether differences are told from chance: equal judges are not told apart, better ones are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, permutation_test

from evals.comparison import Change, Unit, compare, regressions
from evals.comparison._inference import Design, estimates
from evals.comparison._tables import PairedTables
from evals.metrics import RunTable, formulas, tallied
from evals.runs import RunRecord
from tests.evals.comparison.simulated import simulated, written

SEEDS = 200
NAMES = ("covered_kappa", "verdict_accuracy", "score_mae")


@pytest.mark.parametrize(
    ("unit", "questions", "answers"), [("question", 8, 3), ("question", 20, 2), ("answer", 1, 20)]
)
def test_equal_judges_seem_to_differ_one_time_in_twenty(
    unit: Unit, questions: int, answers: int
) -> None:
    alarms: Counter[tuple[str, str]] = Counter()
    for seed in range(SEEDS):
        first, second, _ = simulated(
            np.random.default_rng(seed), questions=questions, answers=answers
        )
        if unit == "answer":
            # How a judge gets on with the one question would be a real difference.
            first, second = _exchanged(first, second, seed)
        paired = PairedTables.of(RunTable.of(first), RunTable.of(second))
        assert paired.unit == unit
        found = paired.differences(200, seed, NAMES)
        for name, each in found.items():
            assert each.low is not None
            assert each.high is not None
            alarms[name, "p"] += each.change in {Change.BETTER, Change.WORSE}
            alarms[name, "interval"] += not each.low <= 0 <= each.high
    # What 200 throws of a fair die with twenty sides give, 999 times in 1000.
    few, many = binom.ppf([0.0005, 0.9995], SEEDS, 0.05)
    for name in NAMES:
        assert few <= alarms[name, "p"] <= many, alarms
        # Intervals are approximate, and hold about 94 % with so few units.
        assert alarms[name, "interval"] <= binom.ppf(0.9995, SEEDS, 0.065), alarms


def _exchanged(
    first: list[RunRecord], second: list[RunRecord], seed: int
) -> tuple[list[RunRecord], list[RunRecord]]:
    swap = np.random.default_rng(1000 + seed).random(len(first)) < 0.5
    pairs = [(b, a) if s else (a, b) for a, b, s in zip(first, second, swap, strict=True)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_a_better_judge_is_reported_better(tmp_path: Path) -> None:
    first, second, rubrics = simulated(
        np.random.default_rng(5), questions=12, answers=6, skill=(0.5, 2.5)
    )
    found = compare(
        written(tmp_path / "old.jsonl", rubrics, first),
        written(tmp_path / "new.jsonl", rubrics, second),
        resamples=200,
    )
    assert (found.unit, found.units) == ("question", 12)
    for name in NAMES:
        each = found.differences[name]
        assert each.change is Change.BETTER
        assert each.p_value is not None
        assert each.p_value < 0.05
    assert found.headline.startswith("new is better than old on points covered or not (kappa ")
    assert regressions(found) == ()
    back = compare(
        written(tmp_path / "a.jsonl", rubrics, second),
        written(tmp_path / "b.jsonl", rubrics, first),
        resamples=200,
    )
    assert [each.measure for each in regressions(back)] == list(NAMES)
    assert back.differences["score_mae"].change is Change.WORSE
    assert back.headline.startswith("b is worse than a on ")


def test_a_better_wording_of_one_rubric_is_reported_better(tmp_path: Path) -> None:
    first, second, rubrics = simulated(
        np.random.default_rng(3), questions=1, answers=30, skill=(0.3, 2.5), spread=0
    )
    found = compare(
        written(tmp_path / "a.jsonl", rubrics, first),
        written(tmp_path / "b.jsonl", rubrics, second),
        resamples=200,
    )
    assert (found.unit, found.units) == ("answer", 30)
    assert any("All answers are to one question" in note for note in found.notes)
    each = found.differences["verdict_accuracy"]
    assert each.p_value is not None
    assert each.p_value < 0.05
    assert each.change is Change.BETTER


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    records, _, rubrics = simulated(np.random.default_rng(1), questions=7, answers=2)
    run = written(tmp_path / "a.jsonl", rubrics, records)
    found = compare(run, run, resamples=200)
    assert found.changed == 0
    assert found.rightness.p_value == 1
    for each in found.differences.values():
        assert each.change in {Change.UNCLEAR, Change.UNDEFINED}
        assert (each.difference or 0, each.low or 0, each.high or 0) == (0, 0, 0)
    assert found.headline.startswith("No measurable difference between")


def test_p_values_are_those_of_a_permutation_test() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(2, 9)) + np.array([[0], [0.8]])
    cases = np.stack([values.ravel(), np.ones(18)], axis=1)
    measure = tallied(np.arange(18), 18, cases, formulas.share)
    design = Design(np.zeros(9, dtype=np.int64), resamples=100, seed=1)
    found = estimates({"mean": measure}, design)["mean"]
    theirs = permutation_test(
        (values[1], values[0]),
        lambda a, b, axis: (a - b).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
    )
    assert design.is_exhaustive
    assert found.difference == pytest.approx(theirs.statistic)
    assert found.p_value == pytest.approx(theirs.pvalue)


def test_answers_are_drawn_within_their_questions() -> None:
    design = Design(np.array([0, 0, 0, 1, 1]), resamples=50, seed=1)
    drawn = np.concatenate(list(design.draws()))
    assert drawn.shape == (50, 5)
    assert (drawn[:, :3].sum(axis=1) == 3).all()
    assert (drawn[:, 3:].sum(axis=1) == 2).all()
    assert design.freedom == 3
