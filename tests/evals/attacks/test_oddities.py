"""An oddity changes the form of an answer and nothing that it says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.attacks import Suite
from evals.attacks._oddities import oddities
from grader.answers import matchable
from grader.words import words

_CHANGES = {oddity.id: oddity.change for oddity in oddities()}
_SAME_WORDS = [
    "upper-case",
    "lower-case",
    "emoji",
    "bullets",
    "double-spaces",
    "wide-spaces",
    "non-breaking-spaces",
    "code-fence",
    "wrapped-lines",
    "windows-lines",
    "trailing-spaces",
    "soft-hyphens",
    "ligatures",
    "byte-order-mark",
]


def _odd(name: str, text: str, seed: int = 0) -> str:
    return _CHANGES[name](text, np.random.default_rng(seed))


@pytest.mark.parametrize("name", _SAME_WORDS)
def test_the_words_stay_the_same(suite: Suite, name: str) -> None:
    for answer in suite.right:
        assert words(matchable(_odd(name, answer.text))) == words(matchable(answer.text))


@given(seed=st.integers(0, 1000))
def test_typos_turn_letters_round_and_lose_none(seed: int) -> None:
    text = "Microservices should communicate asynchronously, otherwise requests accumulate quickly"
    odd = _odd("typos", text, seed)
    assert Counter(odd) == Counter(text)
    assert sum(a != b for a, b in zip(odd.split(), text.split(), strict=True)) <= 2


def test_what_each_of_the_others_does() -> None:
    assert _odd(
        "american-spelling", "We optimised the behaviour, then cancelled; an analysis."
    ) == ("We optimized the behavior, then canceled; an analysis.")
    assert _odd("curly-quotes", "It's \"fine\" & 'so'") == "It’s “fine” & ‘so’"
    assert _odd("html-entities", 'it\'s < 3 & "ok"') == "it&#39;s &lt; 3 &amp; &quot;ok&quot;"
    assert _odd("no-full-stops", "Node 1.5 waits. Then it runs.") == "Node 1.5 waits Then it runs"
    assert _odd("inline-code", "call process.nextTick or setImmediate now") == (
        "call `process.nextTick` or `setImmediate` now"
    )
    assert _odd("bullets", "First. Second!") == "- First.\n- Second!"


def test_a_filler_comes_after_every_ninth_word() -> None:
    text = " ".join(f"word{number}" for number in range(20))
    kept = [word for word in _odd("fillers", text).split() if word.startswith("word")]
    assert kept == text.split()
    assert len(_odd("fillers", text)) > len(text)
