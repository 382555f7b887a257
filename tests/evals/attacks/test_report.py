"""The figures, worked out by hand."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from evals.attacks import Case, Family, Outcome, Side, render_report, summarise


def _outcome(
    score: float | None,
    *,
    base: float | None = 0.0,
    alone: bool = False,
    family: Family = Family.PADDING,
    rubric_id: str = "a",
    name: str = "x",
    text: str = "text",
    refused: str = "",
) -> Outcome:
    return Outcome(
        case=Case(
            side=Side.ATTACK,
            group=family,
            name=name,
            rubric_id=rubric_id,
            base_id=None if alone else "base",
            text=text,
        ),
        base_score=base,
        score=score,
        refused=refused,
    )


def _oddity(score: float, base: float, name: str = "typos") -> Outcome:
    return Outcome(
        case=Case(side=Side.ODDITY, group=name, name=name, rubric_id="a", base_id="b", text="text"),
        base_score=base,
        score=score,
    )


def test_lift_by_family() -> None:
    report = summarise(
        [
            _outcome(12.5, base=2.5),
            _outcome(0.0, base=6.0, rubric_id="b"),
            _outcome(30.0, base=10.0, name="y"),
            _outcome(9.0, alone=True, family=Family.KEYWORD_LISTS),
            _outcome(1.0, alone=True, family=Family.VERBOSITY, refused="empty"),
        ]
    )
    padding = next(group for group in report.families if group.name == Family.PADDING)
    assert (padding.tried, padding.cases, padding.over) == (2, 3, 1)
    assert padding.lift.value == pytest.approx((10 - 6 + 20) / 3, abs=1e-3)
    assert padding.gain.value == pytest.approx((10 + 0 + 20) / 3, abs=1e-3)
    assert (padding.highest, padding.lowest) == (20.0, -6.0)
    assert padding.alone.value is None
    assert report.attacks is not None
    assert report.attacks.lift.value == pytest.approx((10 - 6 + 20 + 9 + 1) / 5, abs=1e-3)
    assert report.attacks.refused == 1
    assert report.wrong.count == 1
    assert report.pure.value == pytest.approx(5.0)
    assert report.keyword_lists.value == pytest.approx(9.0)
    assert [group.name for group in report.families] == [
        family
        for family in Family
        if family in (Family.KEYWORD_LISTS, Family.PADDING, Family.VERBOSITY)
    ]
    assert [each.case.name for each in report.most_lifted][:2] == ["y", "x"]


def test_exactly_ten_is_not_over_ten() -> None:
    report = summarise([_outcome(12.4, base=2.4), _outcome(12.6, base=2.5)])
    assert report.attacks is not None
    assert report.attacks.over == 1


def test_withheld_scores_are_counted_apart() -> None:
    report = summarise([_outcome(None), _outcome(3.0, base=None), _outcome(4.0)])
    assert report.attacks is not None
    assert report.attacks.withheld == 2
    assert report.attacks.lift.value == pytest.approx(4.0)
    assert len(report.most_lifted) == 1


def test_oddities_count_losses() -> None:
    report = summarise([_oddity(70.0, 75.0), _oddity(78.0, 80.0), _oddity(91.0, 90.0, "emoji")])
    assert report.attacks is None
    assert [(kind.name, kind.over) for kind in report.kinds] == [("emoji", 0), ("typos", 1)]
    assert report.oddities is not None
    assert report.oddities.lift.value == pytest.approx(-2.0)
    assert report.most_lost[0].score == 70.0


def test_the_interval_resamples_questions() -> None:
    # Ten cases of one question are one draw, however many they are.
    alike = [_outcome(10.0)] * 10 + [_outcome(0.0, rubric_id="b")] * 10
    lift = summarise(alike).families[0].lift
    assert (lift.low, lift.high) == (0.0, 10.0)


@given(st.permutations(range(6)))
def test_the_order_of_outcomes_does_not_matter(order: list[int]) -> None:
    outcomes = [
        _outcome(float(number), rubric_id="ab"[number % 2], name=str(number)) for number in range(6)
    ]
    assert summarise(outcomes[index] for index in order) == summarise(outcomes)


def test_nothing_at_all() -> None:
    report = summarise([])
    assert report.attacks is None
    assert report.oddities is None
    assert report.pure.value is None


def test_what_is_printed() -> None:
    report = summarise(
        [
            _outcome(12.5, text="[red]bold[/red] \u202e\U000e0041 end", family=Family.SWAPS),
            _outcome(3.0, alone=True, family=Family.KEYWORD_LISTS),
            _oddity(70.0, 75.0),
        ],
        judge="scripted",
    )
    out = io.StringIO()
    render_report(report, Console(file=out, width=80))
    shown = out.getvalue()
    assert "number-and-entity-swaps" in shown
    assert "12.50" in shown
    assert "Mean score of keyword lists alone: 3.00" in shown
    assert "75 to 70  typos on b" in shown
    assert "[red]bold[/red] \\u202e\\ue0041 end" in shown
    assert "\u202e" not in shown
    assert max(map(len, shown.splitlines())) <= 80
