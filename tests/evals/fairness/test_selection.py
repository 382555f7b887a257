from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, fisher_exact

from evals.fairness import (
    FairnessInvalid,
    Group,
    Selection,
    Threshold,
    ThresholdInvalid,
    parse_threshold,
    ratio_interval,
)
from evals.runs import RunRecord
from grader.types import Band
from tests.evals.fairness.factories import answer, report

MEETS = Threshold(band=Band.MEETS)


def group(name: str, passed: int, size: int, tag: str = "sex") -> list[RunRecord]:
    """Answers of a group, so many of which score 80 and the others 20."""
    return [
        answer(f"{name}{n}", {tag: name}, score=80 if n < passed else 20, question=f"q{n % 9}")
        for n in range(size)
    ]


def groups(found: Selection) -> Mapping[str, Group]:
    return {each.name: each for each in found.groups}


def test_rates_and_ratios_of_a_worked_example(tmp_path: Path) -> None:
    """48 of 80 against 12 of 40: 60 % and 30 %, a ratio of one half."""
    records = group("men", 48, 80) + group("women", 12, 40)
    (found,) = report(tmp_path, records, groups=("sex",), threshold=MEETS).selections
    men, women = groups(found)["men"].selection, groups(found)["women"].selection
    assert men is not None
    assert women is not None
    assert (men.rate, women.rate, men.ratio, women.ratio) == (0.6, 0.3, 1, 0.5)
    assert women.below_four_fifths
    assert not men.below_four_fifths
    assert women.p_value == pytest.approx(fisher_exact([[12, 28], [48, 32]]).pvalue, rel=0.01)
    low, high = binomtest(12, 40).proportion_ci(method="wilson")
    assert (women.low, women.high) == (round(low, 4), round(high, 4))
    assert women.ratio_high is not None
    assert women.ratio_high < 0.9
    assert men.ratio_low is None


def test_exactly_four_fifths_is_not_below(tmp_path: Path) -> None:
    records = group("a", 50, 100) + group("b", 40, 100)
    (found,) = report(tmp_path, records, groups=("sex",), threshold=MEETS).selections
    rate = groups(found)["b"].selection
    assert rate is not None
    assert rate.ratio == 0.8
    assert not rate.below_four_fifths


def test_scoring_rate_counts_what_lies_above_the_median_of_all(tmp_path: Path) -> None:
    scores = {"x": [10, 20, 30, 40], "y": [30, 50, 60]}
    records = [
        answer(f"{name}{score}", {"race": name}, score=score)
        for name, each in scores.items()
        for score in each
    ]
    (found,) = report(tmp_path, records, groups=("race",)).selections
    assert found.median == 30
    more = [*records, *(answer(f"?{n}", {}, score=55) for n in range(5))]
    assert report(tmp_path, more, groups=("race",)).selections[0].median == 52.5
    assert groups(found)["x"].scoring.passed == 1  # a score at the median is not above it
    assert groups(found)["y"].scoring.passed == 2
    assert groups(found)["x"].scoring.ratio == pytest.approx((1 / 4) / (2 / 3), abs=1e-4)
    assert groups(found)["x"].selection is None


def test_two_tags_are_also_crossed(tmp_path: Path) -> None:
    records = [
        answer(f"{sex}{race}{n}", {"sex": sex, "race": race}, score=20 + 60 * (n % 2))
        for sex in ("f", "m")
        for race in ("a", "b")
        for n in range(4)
    ]
    records.append(answer("unknown", {"sex": "f"}, score=80))
    found = report(tmp_path, records, groups=("sex", "race"), threshold=MEETS)
    sexes, races, both = found.selections
    assert (sexes.tags, races.tags, both.tags) == (("sex",), ("race",), ("sex", "race"))
    assert set(groups(both)) == {"f × a", "f × b", "m × a", "m × b"}
    assert (sexes.unknown, races.unknown, both.unknown) == (0, 1, 1)
    assert any("belong to no known group of race" in note for note in found.notes)


def test_small_groups_are_left_out_only_when_asked(tmp_path: Path) -> None:
    records = group("most", 30, 99) + group("one", 1, 1)
    (kept,) = report(tmp_path, records, groups=("sex",), threshold=MEETS).selections
    one = groups(kept)["one"].selection
    assert one is not None
    assert one.ratio == 1  # a single person sets the pace for all others
    report_ = report(tmp_path, records, groups=("sex",), threshold=MEETS, least_share=0.02)
    (found,) = report_.selections
    assert groups(found)["one"].left_out
    one, most = groups(found)["one"].selection, groups(found)["most"].selection
    assert one is not None
    assert most is not None
    assert (one.rate, one.ratio, most.ratio) == (1, None, 1)
    assert any(
        "Left out of the impact ratios" in note and "one (1" in note for note in report_.notes
    )
    assert any("too few to say anything: one" in note for note in report_.notes)


def test_a_persons_answers_are_averaged(tmp_path: Path) -> None:
    records = [
        answer(f"{who}{n}", {"sex": sex, "who": who}, score=score)
        for who, sex, scores in (("ann", "f", [90, 60]), ("bob", "m", [90, 20]))
        for n, score in enumerate(scores)
    ]
    records.append(answer("c", {"sex": "m", "who": "cid"}, score=None))
    found = report(tmp_path, records, groups=("sex",), candidate="who", threshold=MEETS)
    (selection,) = found.selections
    assert (selection.unit, selection.size, selection.withheld) == ("who", 2, 1)
    rates = {
        name: each.selection.rate for name, each in groups(selection).items() if each.selection
    }
    assert rates == {"f": 1, "m": 0}
    torn = [*records, answer("x", {"sex": "m", "who": "ann"}, score=1)]
    with pytest.raises(FairnessInvalid, match="who=ann has sex=f in one answer and sex=m in 'x'"):
        report(tmp_path, torn, groups=("sex",), candidate="who")


def test_nobody_passing_leaves_no_ratio(tmp_path: Path) -> None:
    records = group("a", 0, 40) + group("b", 0, 40)
    (found,) = report(tmp_path, records, groups=("sex",), threshold=MEETS).selections
    assert all(each.selection and each.selection.ratio is None for each in found.groups)
    withheld = [answer("x", {"sex": "a"}, score=None)]
    with pytest.raises(FairnessInvalid, match="no answer with a score"):
        report(tmp_path, withheld, groups=("sex",))


def test_thresholds_are_bands_or_scores() -> None:
    assert parse_threshold("meets") == MEETS
    assert parse_threshold("65.5") == Threshold(score=65.5)
    assert str(parse_threshold("65.5")) == "score 65.5"
    for wrong in ("good", "101", "-1", "nan", ""):
        with pytest.raises(ThresholdInvalid, match="neither a band"):
            parse_threshold(wrong)


@given(st.data())
def test_the_interval_of_a_ratio_holds_the_ratio(data: st.DataObject) -> None:
    sizes = data.draw(st.tuples(st.integers(1, 200), st.integers(1, 200)))
    first = data.draw(st.integers(0, sizes[0]))
    second = data.draw(st.integers(1, sizes[1]))
    low, high = ratio_interval((first, sizes[0]), (second, sizes[1]))
    ratio = (first / sizes[0]) / (second / sizes[1])
    assert 0 <= low <= ratio + 1e-9
    assert high >= ratio - 1e-9


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.5), (0.2, 0.6), (0.9, 0.95)])
def test_the_interval_of_a_ratio_covers_it_as_often_as_promised(p: float, q: float) -> None:
    """All outcomes of 40 against 60, each as likely as it is: 93 to 98 % of them cover."""
    covered = total = 0.0
    for first in range(41):
        for second in range(1, 61):
            share = binom.pmf(first, 40, p) * binom.pmf(second, 60, q)
            if share < 1e-7:
                continue
            low, high = ratio_interval((first, 40), (second, 60))
            total += share
            covered += share * (low <= p / q <= high)
    assert 0.93 < covered / total < 0.98
