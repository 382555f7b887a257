"""Whatever a model writes, each id that was asked about ends in one finding or in one problem."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.answers import read_answer
from grader.judges.llm._items import Items
from grader.judges.llm._quotes import QuoteFinder
from grader.judges.llm._reply import check_reply
from grader.types import Verdict
from tests.grader.judges.llm.play import ANSWER, GOOD, RUBRIC

ITEMS = Items.of(RUBRIC)
FINDER = QuoteFinder(read_answer(ANSWER, max_characters=10_000))

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
quotes = st.lists(st.sampled_from([ANSWER[:20], "lets the producer", "full marks"]) | anything)
entries = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from([*ITEMS.ids, "stray"]) | anything,
            "verdict": st.sampled_from([*Verdict, "Covered"]) | anything,
            "made": st.booleans() | anything,
            "quotes": quotes | anything,
            "sure": st.booleans() | anything,
        },
    )
    | anything,
    max_size=6,
)
replies = st.fixed_dictionaries({}, optional={"points": entries, "mistakes": entries}) | anything


def check(text: str) -> None:
    checked = check_reply(text, ITEMS, FINDER)
    told = [*checked.points, *checked.mistakes, *checked.problems]
    assert sorted(told) == sorted(ITEMS.ids)
    for point in checked.points.values():
        assert point.verdict is not Verdict.UNGRADED
        assert bool(point.evidence) is (point.verdict is not Verdict.MISSING)
    for mistake in checked.mistakes.values():
        assert bool(mistake.evidence) is mistake.made
    evidence = [point.evidence for point in checked.points.values()]
    evidence += [mistake.evidence for mistake in checked.mistakes.values()]
    for span in chain.from_iterable(evidence):
        assert ANSWER[span.start : span.end] == span.quote


@given(replies)
def test_any_json_is_taken_apart(reply: Any) -> None:
    check(json.dumps(reply))


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(text: str) -> None:
    check(text)


@given(st.integers(min_value=0, max_value=len(json.dumps(GOOD))))
def test_any_part_of_a_good_reply_is_taken_apart(length: int) -> None:
    check(json.dumps(GOOD)[:length])
    check(json.dumps(GOOD)[length:])
