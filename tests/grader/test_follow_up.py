from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.follow_up import choose_follow_up, gaps
from grader.types import MistakeFinding, NextQuestion, PointFinding, Rubric, Verdict
from tests.grader.factories import mistake, mistakes, point, points, weighted

C, P, M, X, U = (
    Verdict.COVERED,
    Verdict.PARTIAL,
    Verdict.MISSING,
    Verdict.CONTRADICTED,
    Verdict.UNGRADED,
)

RUBRIC = weighted(
    {"light": 1, "middle": 2, "heavy": 4},
    {"slip": 1, "error": 2, "blunder": 4},
    follow_ups={
        "ask-light": ["light"],
        "ask-middle": ["middle"],
        "ask-heavy": ["heavy"],
        "ask-slip": ["slip"],
        "ask-error": ["error"],
        "ask-blunder": ["blunder"],
    },
)


def chosen(question: NextQuestion | None) -> str | None:
    return question.id if question else None


def next_for(
    light: Verdict, middle: Verdict, heavy: Verdict, *made: str, asked: tuple[str, ...] = ()
) -> str | None:
    found = points({"light": light, "middle": middle, "heavy": heavy})
    others = {"slip", "error", "blunder"} - set(made)
    return chosen(choose_follow_up(RUBRIC, found, mistakes(made, sorted(others)), asked))


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((M, M, M), "ask-heavy"),
        ((M, M, C), "ask-middle"),
        ((M, C, C), "ask-light"),
        ((C, C, X), "ask-heavy"),
        ((C, X, M), "ask-heavy"),
        ((C, C, C), None),
    ],
)
def test_the_heaviest_gap_is_asked_about(
    verdicts: tuple[Verdict, Verdict, Verdict], expected: str | None
) -> None:
    assert next_for(*verdicts) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((M, C, P), "ask-heavy"),  # 2 against 1
        ((C, M, P), "ask-middle"),  # 2 against 2: the earlier in the rubric
        ((M, P, C), "ask-light"),  # 1 against 1: the earlier in the rubric
        ((P, P, P), "ask-heavy"),
        ((P, C, C), "ask-light"),
    ],
)
def test_a_partly_covered_point_counts_half(
    verdicts: tuple[Verdict, Verdict, Verdict], expected: str
) -> None:
    assert next_for(*verdicts) == expected


@pytest.mark.parametrize(
    ("verdicts", "made", "expected"),
    [
        ((C, C, C), "slip", "ask-slip"),
        ((M, C, C), "slip", "ask-slip"),
        ((C, M, C), "error", "ask-error"),
        ((C, C, M), "blunder", "ask-blunder"),
        ((C, C, P), "error", "ask-error"),
        ((C, M, C), "slip", "ask-middle"),
        ((C, C, M), "error", "ask-heavy"),
        ((M, M, M), "blunder", "ask-blunder"),
    ],
)
def test_a_mistake_outranks_a_gap_of_the_same_weight_but_no_heavier_one(
    verdicts: tuple[Verdict, Verdict, Verdict], made: str, expected: str
) -> None:
    assert next_for(*verdicts, made) == expected


def test_the_heaviest_mistake_comes_first() -> None:
    assert next_for(C, C, C, "slip", "blunder", "error") == "ask-blunder"


@pytest.mark.parametrize("verdict", [C, U])
def test_what_is_covered_or_ungraded_is_no_gap(verdict: Verdict) -> None:
    assert next_for(verdict, verdict, verdict) is None
    assert next_for(M, verdict, verdict) == "ask-light"


@pytest.mark.parametrize("made", [False, None])
def test_a_mistake_not_made_or_not_decided_is_no_gap(made: bool | None) -> None:
    found = points({"light": C, "middle": C, "heavy": C})
    undecided = [mistake(m.id, made) for m in RUBRIC.mistakes]

    assert choose_follow_up(RUBRIC, found, undecided) is None


def test_an_asked_question_is_not_asked_again() -> None:
    assert next_for(M, M, M, asked=("ask-heavy",)) == "ask-middle"
    assert next_for(M, M, M, asked=("ask-heavy", "ask-middle")) == "ask-light"
    assert next_for(M, M, M, asked=("ask-heavy", "ask-middle", "ask-light")) is None


def test_another_question_about_the_same_gap_comes_before_a_lighter_gap() -> None:
    rubric = weighted(
        {"heavy": 2, "light": 1},
        follow_ups={"light-one": ["light"], "first": ["heavy"], "second": ["heavy"]},
    )
    found = points({"heavy": M, "light": M})

    order: list[str] = []
    while (name := chosen(choose_follow_up(rubric, found, [], order))) is not None:
        order.append(name)

    assert order == ["first", "second", "light-one"]


def test_a_gap_without_a_question_is_passed_over() -> None:
    rubric = weighted({"heavy": 2, "light": 1}, follow_ups={"ask": ["light"]})

    assert chosen(choose_follow_up(rubric, points({"heavy": M, "light": M}), [])) == "ask"


def test_the_question_carries_its_words_and_its_gap() -> None:
    rubric = weighted({"a": 1, "b": 3, "c": 1}, {"m": 1}, follow_ups={"ask": ["a", "m", "b", "c"]})

    question = choose_follow_up(rubric, points({"a": C, "b": M, "c": C}), [mistake("m", False)])

    assert question == NextQuestion(
        id="ask", ask="Question ask?", targets=("b", "a", "m", "c"), source="rubric", gap="b"
    )


@pytest.mark.parametrize(
    ("follow_ups", "expected"),
    [
        ({"aside": ["other", "gap"], "about": ["gap", "other"]}, "about"),
        ({"broad": ["gap", "other"], "narrow": ["gap"]}, "narrow"),
        ({"first": ["gap"], "second": ["gap"]}, "first"),
        ({"aside": ["other", "gap"], "broad": ["gap", "other", "third"]}, "broad"),
    ],
)
def test_the_question_most_about_the_gap_is_chosen(
    follow_ups: dict[str, list[str]], expected: str
) -> None:
    rubric = weighted({"gap": 2, "other": 1, "third": 1}, follow_ups=follow_ups)
    found = points({"gap": M, "other": C, "third": C})

    assert chosen(choose_follow_up(rubric, found, [])) == expected


def test_gaps_are_listed_heaviest_first() -> None:
    found = points({"light": M, "middle": P, "heavy": P})

    listed = gaps(RUBRIC, found, mistakes(["slip", "blunder"], ["error"]))

    assert [(gap.target, gap.size, gap.is_mistake) for gap in listed] == [
        ("blunder", 4, True),
        ("heavy", 2, False),
        ("slip", 1, True),
        ("light", 1, False),
        ("middle", 1, False),
    ]


Found = tuple[Rubric, list[PointFinding], list[MistakeFinding]]


@st.composite
def findings(draw: st.DrawFn) -> Found:
    weights = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    penalties = draw(st.lists(st.integers(1, 3), max_size=3))
    names = [f"p{i}" for i in range(len(weights))] + [f"m{i}" for i in range(len(penalties))]
    targets = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    rubric = weighted(
        {f"p{i}": weight for i, weight in enumerate(weights)},
        {f"m{i}": penalty for i, penalty in enumerate(penalties)},
        follow_ups={f"f{i}": t for i, t in enumerate(draw(st.lists(targets, max_size=5)))},
    )
    found = [point(p.id, draw(st.sampled_from(list(Verdict)))) for p in rubric.points]
    made = [mistake(m.id, draw(st.sampled_from([True, False, None]))) for m in rubric.mistakes]
    return rubric, found, made


@given(found=findings(), data=st.data())
def test_the_order_of_findings_does_not_matter(found: Found, data: st.DataObject) -> None:
    rubric, on_points, on_mistakes = found

    again = choose_follow_up(
        rubric,
        data.draw(st.permutations(on_points)),
        data.draw(st.permutations(on_mistakes)),
    )

    assert again == choose_follow_up(rubric, on_points, on_mistakes)


@given(found=findings(), data=st.data())
def test_the_question_is_new_and_its_targets_start_with_the_gap(
    found: Found, data: st.DataObject
) -> None:
    rubric, on_points, on_mistakes = found
    names = [follow_up.id for follow_up in rubric.follow_ups]
    asked = data.draw(st.sets(st.sampled_from(names))) if names else set()

    question = choose_follow_up(rubric, on_points, on_mistakes, asked)

    assume(question is not None)
    assert question is not None
    [source] = [follow_up for follow_up in rubric.follow_ups if follow_up.id == question.id]
    assert question.id not in asked
    assert question.targets[0] == question.gap
    assert sorted(question.targets) == sorted(source.targets)
    assert question.gap in {gap.target for gap in gaps(rubric, on_points, on_mistakes)}


@given(findings())
def test_no_gap_with_a_question_is_heavier_than_the_one_chosen(found: Found) -> None:
    rubric, on_points, on_mistakes = found
    open_gaps = gaps(rubric, on_points, on_mistakes)
    targeted = {target for follow_up in rubric.follow_ups for target in follow_up.targets}
    sizes = {gap.target: gap.size for gap in open_gaps if gap.target in targeted}

    question = choose_follow_up(rubric, on_points, on_mistakes)

    assert (question is None) == (not sizes)
    if question is not None:
        assert sizes[question.gap or ""] == max(sizes.values())
