from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from grader.answers import read_answer
from grader.bank import Bank
from grader.embedding import Embedder
from grader.index import PackedVectors, rubric_texts
from grader.judges.local import compare
from grader.judges.local._matching import bearing_windows
from grader.judges.local._owners import owners_of
from grader.types import Rubric

SAYS = "Every index makes writes slower, because each insert has to update it too."
ASIDE = "Good morning, and thank you for having me."


def read(rubric: Rubric, embedder: Embedder, text: str) -> list[str]:
    """Windows of an answer that are read."""
    vectors = PackedVectors.pack(rubric, embedder.encode(rubric_texts(rubric))).unpack(rubric)
    answer = read_answer(text, max_characters=1000)
    segments = embedder.encode([answer.quote(segment) for segment in answer.segments])
    comparison = compare(answer, segments, vectors)
    usable = np.ones(len(answer.windows), dtype=np.bool_)
    found = bearing_windows(answer, comparison, owners_of(vectors), usable)
    return [answer.quote(w) for w, bears in zip(answer.windows, found, strict=True) if bears]


@pytest.mark.parametrize("sentences", [(ASIDE, SAYS), (SAYS, ASIDE), (ASIDE, SAYS, ASIDE)])
def test_what_says_nothing_of_the_rubric_is_not_read(
    sentences: Sequence[str], few: Bank, embedder: Embedder
) -> None:
    found = read(few.get("database-indexes"), embedder, " ".join(sentences))
    assert found
    assert all(window in SAYS for window in found)


def test_where_nothing_bears_on_the_rubric_all_is_read(few: Bank, embedder: Embedder) -> None:
    assert read(few.get("database-indexes"), embedder, ASIDE) == [ASIDE]


def test_by_a_claim_in_no_other_words_all_is_read(few: Bank, embedder: Embedder) -> None:
    rubric = few.get("database-indexes")
    first, *others = rubric.points
    bare = first.model_copy(update={"accept": (), "reject": ()})
    found = read(rubric.model_copy(update={"points": (bare, *others)}), embedder, f"{SAYS} {ASIDE}")

    assert {SAYS, ASIDE} <= set(found)
