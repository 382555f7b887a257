from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import marked_words
from grader.bank._word_diff import alike, word_diff

TEXTS = st.lists(st.sampled_from(["a", "queue", "holds", "back", "bursts", "of", "work"])).map(
    " ".join
)


def test_each_place_is_shown_with_the_words_around_it() -> None:
    old = "A queue holds bursts of work back until a consumer has time."
    new = "A queue holds bursts back until a consumer finally has time for them."

    diff = word_diff(old, new)

    assert [change.model_dump() for change in diff.changes] == [
        {
            "before": "A queue holds bursts",
            "removed": "of work",
            "added": "",
            "after": "back until a consumer",
        },
        {"before": "back until a consumer", "removed": "", "added": "finally", "after": "has"},
        {"before": "has", "removed": "time.", "added": "time for them.", "after": ""},
    ]
    assert (diff.removed, diff.added, diff.kept) == (3, 4, 9)


def test_line_breaks_do_not_count() -> None:
    assert word_diff("a queue\nholds back", "a  queue holds\n\nback").changes == ()


@given(TEXTS, TEXTS)
def test_all_words_of_both_texts_are_accounted_for(old: str, new: str) -> None:
    diff = word_diff(old, new)

    assert diff.removed + diff.kept == len(old.split())
    assert diff.added + diff.kept == len(new.split())
    assert (diff.changes == ()) == (old == new)
    assert sum(len(change.removed.split()) for change in diff.changes) == diff.removed
    assert sum(len(change.added.split()) for change in diff.changes) == diff.added


@given(TEXTS, TEXTS)
def test_marked_words_are_the_texts_with_what_differs_marked(old: str, new: str) -> None:
    left, right = marked_words(old, new)

    assert " ".join(words for words, _ in left) == old
    assert " ".join(words for words, _ in right) == new
    shared = [" ".join(w for w, differs in side if not differs) for side in (left, right)]
    assert shared[0] == shared[1]


@pytest.mark.parametrize(("old", "new", "share"), [("", "", 1), ("a b", "", 0), ("A b", "a B", 1)])
def test_likeness_of_texts(old: str, new: str, share: float) -> None:
    assert alike(old, new) == share


@pytest.mark.parametrize("copies", [10, 5000])
def test_a_few_words_over_and_over_are_compared_all_the_same(copies: int) -> None:
    diff = word_diff("begin " + "a b " * copies, "begin " + "b b a " * copies + "end")

    assert diff.kept + diff.removed == 1 + 2 * copies
    assert diff.kept + diff.added == 2 + 3 * copies
    assert 0 <= alike("a b " * copies, "b b a " * copies) <= 1
