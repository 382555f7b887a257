from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.errors import RubricInvalid
from grader.scoring import CREDIT, WITHHELD, band_of, missing_points, score
from grader.types import Band, MistakeFinding, PointFinding, Rubric, Verdict
from tests.grader.factories import mistake, mistakes, point, points, weighted

C, P, M, X, U = (
    Verdict.COVERED,
    Verdict.PARTIAL,
    Verdict.MISSING,
    Verdict.CONTRADICTED,
    Verdict.UNGRADED,
)
GRADED = [C, P, M, X]
BANDS = list(Band)
RISING = {M: [P, C], X: [P, C], P: [C]}


class Case(NamedTuple):
    rubric: Rubric
    points: list[PointFinding]
    mistakes: list[MistakeFinding]


def shared(parts: tuple[int, ...]) -> dict[Verdict, float]:
    return {verdict: part / sum(parts) for verdict, part in zip(GRADED, parts, strict=True)}


# Made once: to build a strategy takes longer than to draw from it.
parts = st.integers(0, 20)
shares = st.tuples(parts, parts, parts, parts).filter(any).map(shared)
sizes = st.sampled_from([1, 2, 3, 5, 9, 0.1, 0.5, 1.5, 2.25, 1 / 3, 100])
point_parts = st.lists(
    st.tuples(sizes, st.booleans(), st.sampled_from(GRADED), shares), min_size=1, max_size=5
)
mistake_parts = st.lists(st.tuples(sizes, st.booleans(), st.integers(0, 50)), max_size=3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    on_points, on_mistakes = draw(point_parts), draw(mistake_parts)
    rubric = weighted(
        {f"p{i}": weight for i, (weight, *_) in enumerate(on_points)},
        {f"m{i}": penalty for i, (penalty, *_) in enumerate(on_mistakes)},
        required={f"p{i}" for i, (_, required, *_) in enumerate(on_points) if required},
    )
    return Case(
        rubric,
        [point(f"p{i}", verdict, mix) for i, (*_, verdict, mix) in enumerate(on_points)],
        [mistake(f"m{i}", made, share / 50) for i, (_, made, share) in enumerate(on_mistakes)],
    )


def value_of(
    rubric: Rubric, found: Sequence[PointFinding], made: Sequence[MistakeFinding]
) -> float:
    value = score(rubric, found, made).value
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("verdicts", "made", "expected"),
    [
        ((C, C, C), (), 100),
        ((M, M, M), (), 0),
        ((X, X, X), (), 0),
        ((P, P, P), (), 50),
        ((C, M, M), (), 60),
        ((M, C, M), (), 30),
        ((M, M, C), (), 10),
        ((C, P, M), (), 75),
        ((C, X, P), (), 65),
        ((C, C, C), ("small",), 90),
        ((C, C, C), ("large",), 70),
        ((C, C, C), ("small", "large"), 60),
        ((C, M, M), ("small", "large"), 20),
        ((M, C, M), ("small", "large"), 0),
        ((M, M, M), ("small",), 0),
    ],
)
def test_the_score_is_the_weighted_credit_less_the_penalties(
    verdicts: tuple[Verdict, ...], made: tuple[str, ...], expected: float
) -> None:
    rubric = weighted({"a": 6, "b": 3, "c": 1}, {"small": 1, "large": 3})
    found = points(dict(zip("abc", verdicts, strict=True)))

    result = score(rubric, found, mistakes(made, {"small", "large"} - set(made)))

    assert result.value == expected


def test_the_score_has_one_decimal() -> None:
    rubric = weighted({"a": 1, "b": 1, "c": 1})

    assert value_of(rubric, points({"a": C, "b": M, "c": M}), []) == 33.3
    assert value_of(rubric, points({"a": C, "b": C, "c": M}), []) == 66.7


def test_every_verdict_but_ungraded_has_a_credit() -> None:
    assert set(CREDIT) == set(Verdict) - {U}


@given(cases())
def test_the_score_lies_between_0_and_100(case: Case) -> None:
    assert 0 <= value_of(*case) <= 100


@given(case=cases(), data=st.data())
def test_a_better_verdict_never_lowers_the_score_or_the_band(
    case: Case, data: st.DataObject
) -> None:
    raisable = [i for i, finding in enumerate(case.points) if finding.verdict in RISING]
    assume(raisable)
    index = data.draw(st.sampled_from(raisable))
    better = list(case.points)
    finding = better[index]
    better[index] = point(finding.point_id, data.draw(st.sampled_from(RISING[finding.verdict])))

    before = score(*case)
    after = score(case.rubric, better, case.mistakes)

    assert before.value is not None
    assert after.value is not None
    assert before.band is not None
    assert after.band is not None
    assert after.value >= before.value
    assert BANDS.index(after.band) >= BANDS.index(before.band)


@given(case=cases(), data=st.data())
def test_a_mistake_more_never_raises_the_score(case: Case, data: st.DataObject) -> None:
    assume(any(not finding.made for finding in case.mistakes))
    spared = data.draw(st.sampled_from([f.mistake_id for f in case.mistakes if not f.made]))
    worse = [mistake(f.mistake_id, f.made or f.mistake_id == spared) for f in case.mistakes]

    assert value_of(case.rubric, case.points, worse) <= value_of(*case)


@given(case=cases(), data=st.data())
def test_the_order_of_findings_does_not_matter(case: Case, data: st.DataObject) -> None:
    found = data.draw(st.permutations(case.points))
    made = data.draw(st.permutations(case.mistakes))

    again, before = score(case.rubric, found, made), score(*case)

    assert (again.value, again.band) == (before.value, before.band)
    assert again.interval == pytest.approx(before.interval, abs=0.1)


@given(cases())
def test_all_covered_and_no_mistake_is_100(case: Case) -> None:
    covered = [point(p.id, C) for p in case.rubric.points]
    none_made = [mistake(m.id, False) for m in case.rubric.mistakes]

    result = score(case.rubric, covered, none_made)

    assert (result.value, result.band) == (100, Band.EXCEEDS)


@given(cases())
def test_all_mistakes_are_0_where_the_penalties_exceed_the_weights(case: Case) -> None:
    penalties = sum(m.penalty for m in case.rubric.mistakes)
    assume(penalties >= case.rubric.total_weight)
    covered = [point(p.id, C) for p in case.rubric.points]
    all_made = [mistake(m.id, True) for m in case.rubric.mistakes]

    result = score(case.rubric, covered, all_made)

    assert (result.value, result.band) == (0, Band.DOES_NOT_MEET)


@given(cases())
def test_the_interval_holds_the_score_and_stays_between_0_and_100(case: Case) -> None:
    result = score(*case)

    assert result.value is not None
    assert result.interval is not None
    low, high = result.interval
    assert 0 <= low <= result.value <= high <= 100


def spread(case: Case) -> list[tuple[float, float]]:
    """Every score that the verdicts may stand for, with its probability, lowest first."""
    weights = {p.id: p.weight for p in case.rubric.points}
    penalties = {m.id: m.penalty for m in case.rubric.mistakes}
    outcomes = [
        [(weights[f.point_id] * CREDIT[v], share) for v, share in f.probabilities.items()]
        for f in case.points
    ] + [
        [(0.0, 1 - f.probability), (-penalties[f.mistake_id], f.probability)] for f in case.mistakes
    ]
    return sorted(
        (
            min(100.0, max(0.0, 100 * sum(gain for gain, _ in way) / case.rubric.total_weight)),
            math.prod(share for _, share in way),
        )
        for way in itertools.product(*outcomes)
    )


@given(
    given_shares=st.lists(shares, min_size=3, max_size=3),
    verdicts=st.lists(st.sampled_from(GRADED), min_size=3, max_size=3),
    probabilities=st.lists(st.floats(0, 1, allow_nan=False), min_size=2, max_size=2),
)
def test_the_interval_leaves_out_5_per_cent_at_either_end(
    given_shares: list[dict[Verdict, float]],
    verdicts: list[Verdict],
    probabilities: list[float],
) -> None:
    # A total weight of 10, so that the grid on which the interval is computed is exact.
    rubric = weighted({"a": 5, "b": 3, "c": 2}, {"m": 1, "n": 4})
    found = [point(n, v, s) for n, v, s in zip("abc", verdicts, given_shares, strict=True)]
    made = [mistake(n, p >= 0.5, p) for n, p in zip("mn", probabilities, strict=True)]
    case = Case(rubric, found, made)

    result = score(*case)

    assert result.value is not None
    assert result.interval is not None
    low, high = result.interval
    ways = spread(case)
    below = sum(share for value, share in ways if value < low - 1e-6)
    above = sum(share for value, share in ways if value > high + 1e-6)
    to_low = sum(share for value, share in ways if value <= low + 1e-6)
    to_high = sum(share for value, share in ways if value <= high - 1e-6)
    assert below <= 0.05 + 1e-9
    assert above <= 0.05 + 1e-9
    assert low == result.value or to_low >= 0.05 - 1e-9
    assert high == result.value or to_high <= 0.95 + 1e-9


def test_unsure_verdicts_widen_the_interval() -> None:
    rubric = weighted({"a": 5, "b": 5})
    sure = [point("a", C), point("b", M)]
    unsure = [point("a", C, {C: 0.6, M: 0.4}), point("b", M, {M: 0.6, C: 0.4})]

    assert score(rubric, sure, []).interval == (50, 50)
    assert score(rubric, unsure, []).interval == (0, 100)


def test_an_unsure_mistake_widens_the_interval() -> None:
    rubric = weighted({"a": 10}, {"m": 3})

    result = score(rubric, [point("a", C)], [mistake("m", False, 0.2)])

    assert result == (100, (70, 100), Band.EXCEEDS)


@pytest.mark.parametrize("probability", [0, 0.04])
def test_what_is_almost_sure_leaves_the_interval_narrow(probability: float) -> None:
    rubric = weighted({"a": 10}, {"m": 3})

    result = score(rubric, [point("a", C)], [mistake("m", False, probability)])

    assert result.interval == (100, 100)


@given(cases())
def test_certain_verdicts_leave_an_interval_of_the_score_alone(case: Case) -> None:
    found = [point(f.point_id, f.verdict) for f in case.points]
    made = [mistake(f.mistake_id, f.made) for f in case.mistakes]

    result = score(case.rubric, found, made)

    assert result.value is not None
    # Each gain is rounded to a thousandth of the weight.
    off = 0.05 * (len(found) + len(made)) + 0.1
    assert result.interval == pytest.approx((result.value, result.value), abs=off)


@pytest.mark.parametrize("size", [3, 6, 7, 11, 150])
def test_certain_verdicts_leave_exactly_the_score(size: int) -> None:
    rubric = weighted({f"p{i}": 1 for i in range(size)})
    found = [
        point(p.id, M if i == size - 1 and size > 3 else C) for i, p in enumerate(rubric.points)
    ]

    result = score(rubric, found, [])

    assert result.interval == (result.value, result.value)


def test_a_judge_that_gives_no_probabilities_makes_no_interval_up() -> None:
    rubric = weighted({"a": 1, "b": 1})

    result = score(rubric, [point("a", C, {}), point("b", M, {})], [])

    assert result.value == 50
    assert result.interval in (None, (50, 50))


@pytest.mark.parametrize("allow_partial", [True, False])
def test_nothing_graded_is_withheld(allow_partial: bool) -> None:
    rubric = weighted({"a": 1, "b": 1}, {"m": 1})

    result = score(
        rubric, points({"a": U, "b": U}), [mistake("m", True)], allow_partial=allow_partial
    )

    assert result == WITHHELD == (None, None, None)


def test_an_ungraded_point_withholds_the_score() -> None:
    rubric = weighted({"a": 1, "b": 1})

    assert score(rubric, points({"a": C, "b": U}), []) == WITHHELD


def test_an_undecided_mistake_withholds_the_score() -> None:
    rubric = weighted({"a": 1}, {"m": 1})

    assert score(rubric, points({"a": C}), [mistake("m", None)]) == WITHHELD


def test_a_partial_score_is_over_the_graded_points() -> None:
    rubric = weighted({"a": 3, "b": 1, "c": 6}, {"m": 1, "n": 1})

    result = score(
        rubric,
        points({"a": C, "b": M, "c": U}),
        [mistake("m", True), mistake("n", None)],
        allow_partial=True,
    )

    assert result.value == 50


@given(cases())
def test_where_all_is_graded_allowing_a_partial_score_changes_nothing(case: Case) -> None:
    assert score(*case, allow_partial=True) == score(*case)


@given(case=cases(), data=st.data())
def test_a_single_ungraded_point_always_withholds(case: Case, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(case.points) - 1))
    found = list(case.points)
    found[index] = point(found[index].point_id, U)

    assert score(case.rubric, found, case.mistakes) == WITHHELD


# A judge that forgets a point must not raise the score: a failure is never a grade.
@pytest.mark.parametrize(
    ("found", "made"),
    [
        ([point("a", C)], [mistake("m", False)]),
        ([point("a", C), point("b", C)], []),
    ],
    ids=["a point left out", "a mistake left out"],
)
def test_what_a_judge_left_out_counts_as_ungraded(
    found: list[PointFinding], made: list[MistakeFinding]
) -> None:
    rubric = weighted({"a": 1, "b": 1}, {"m": 1})

    assert score(rubric, found, made) == WITHHELD


@pytest.mark.parametrize(
    ("weight", "penalty"), [(1e308, 1.0), (1e306, 1.0), (1e-300, 1e10)], ids=str
)
def test_absurd_weights_are_refused(weight: float, penalty: float) -> None:
    with pytest.raises(RubricInvalid, match="1000"):
        weighted({"a": weight, "b": weight}, {"m": penalty})


@pytest.mark.parametrize(("weight", "penalty"), [(1000, 1), (0.001, 1000), (1000, 0.001)])
def test_extreme_weights_are_scored(weight: float, penalty: float) -> None:
    rubric = weighted({"a": weight, "b": weight}, {"m": penalty})

    assert value_of(rubric, points({"a": C, "b": M}), [mistake("m", False)]) == 50


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (0, Band.DOES_NOT_MEET),
        (39.9, Band.DOES_NOT_MEET),
        (40, Band.PARTLY_MEETS),
        (69.9, Band.PARTLY_MEETS),
        (70, Band.MEETS),
        (89.9, Band.MEETS),
        (90, Band.EXCEEDS),
        (100, Band.EXCEEDS),
    ],
)
def test_bands_have_their_bounds(value: float, band: Band) -> None:
    assert band_of(value) is band


@pytest.mark.parametrize("verdict", [P, M, X])
def test_a_required_point_not_covered_caps_the_band(verdict: Verdict) -> None:
    weights = {"a": 1, "b": 99}
    found = points({"a": verdict, "b": C})

    required = score(weighted(weights, required=["a"]), found, [])
    not_required = score(weighted(weights), found, [])

    assert required.value == not_required.value
    assert (required.band, not_required.band) == (Band.MEETS, Band.EXCEEDS)


def test_a_required_point_that_is_ungraded_caps_the_band_of_a_partial_score() -> None:
    rubric = weighted({"a": 1, "b": 1}, required=["a"])

    result = score(rubric, points({"a": U, "b": C}), [], allow_partial=True)

    assert (result.value, result.band) == (100, Band.MEETS)


def test_a_required_point_covered_caps_nothing() -> None:
    rubric = weighted({"a": 99, "b": 1}, required=["a"])

    assert score(rubric, points({"a": C, "b": M}), []).band is Band.EXCEEDS


def test_a_required_point_does_not_raise_a_lower_band() -> None:
    rubric = weighted({"a": 1, "b": 1}, required=["a"])

    assert score(rubric, points({"a": M, "b": C}), []).band is Band.PARTLY_MEETS


def test_missing_points_come_heaviest_first_ties_in_the_order_of_the_rubric() -> None:
    rubric = weighted({"a": 1, "b": 3, "c": 2, "d": 3, "e": 5, "f": 4, "g": 9})
    found = points({"a": M, "b": X, "c": M, "d": M, "e": C, "f": P, "g": U})

    assert missing_points(rubric, found) == ("b", "d", "c", "a")
    assert missing_points(rubric, found[::-1]) == ("b", "d", "c", "a")


def test_nothing_is_missing_from_a_full_answer() -> None:
    assert missing_points(weighted({"a": 1}), points({"a": C})) == ()
