from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets import BACKEND, Dataset, LabelledAnswer, LabelledCase
from evals.fairness.counterfactuals import (
    MANNERS,
    Edit,
    Made,
    apply_edits,
    counterfactuals,
    moved_span,
)
from evals.fairness.counterfactuals._prose import is_prose
from evals.fairness.counterfactuals._speech import dictated, disfluent
from evals.fairness.counterfactuals._writing import bulleted, non_native, respelt, verbose
from grader.words import content_words
from tests.evals.factories import labelled

TEXT = (
    "A queue holds bursts back, e.g. at 18:00. It doesn't lose messages: the broker keeps them "
    "in Node.js buffers. The consumer has a lag of 20 %, and that depends on the software."
)


def rewrite(manner: str, text: str, seed: int = 0) -> str:
    for step in MANNERS[manner]:
        text = apply_edits(text, step(text, Random(seed)))
    return text


def case(answer: str, **changes: object) -> LabelledCase:
    line = labelled(1, answer=answer, **changes)
    return LabelledCase(LabelledAnswer.model_validate(line), (), "data.jsonl", 1)


def test_dictation_gives_words_alone() -> None:
    assert rewrite("dictated", TEXT) == (
        "a queue holds bursts back for example at 18:00 it doesn't lose messages the broker keeps "
        "them in node.js buffers the consumer has a lag of 20 percent and that depends on the "
        "software"
    )
    assert rewrite("dictated", "Use CI/CD & tests - always.") == "use ci cd and tests always"
    assert rewrite("dictated", "“Retry”, then stop (for good)!") == "retry then stop for good"


def test_speech_keeps_every_word_in_its_order() -> None:
    text = TEXT * 10
    spoken = apply_edits(text, disfluent(text, Random(3)))
    assert spoken != text
    heard = iter(re.findall(r"[\w']+", spoken.lower()))
    assert all(word in heard for word in re.findall(r"[\w']+", text.lower()))
    added = len(spoken.split()) / len(text.split())
    assert 1.01 < added < 1.15


def test_slips_drop_articles_and_agreement_and_nothing_else() -> None:
    found = {
        apply_edits(text, non_native(text, Random(seed)))
        for seed in range(40)
        for text in ["A queue keeps it. That depends on a few of the many. The information helps."]
    }
    assert any(text.startswith("Queue keeps it.") for text in found)
    assert any("That depend on" in text for text in found)
    assert any("nformations helps" in text for text in found)
    assert all("a few of" in text for text in found)
    assert all("queue keeps" in text.lower() for text in found)


def test_padding_stands_between_whole_sentences() -> None:
    padded = apply_edits(TEXT, verbose(TEXT, Random(1)))
    for sentence in re.split(r"(?<=[.])\s(?=[A-Z])", TEXT):
        assert sentence in padded
    assert len(padded) > 1.3 * len(TEXT)
    asked = "Which one? A queue. Why? It holds bursts. When? Always."
    assert re.search(r"Why\? It holds", apply_edits(asked, verbose(asked, Random(1))))


def test_spelling_goes_to_the_other_side_of_the_sea_and_back() -> None:
    british = "We serialise the behaviour and Cancelled jobs; COLOUR and program stay apart."
    american = "We serialize the behavior and Canceled jobs; COLOR and program stay apart."
    assert rewrite("respelt", british) == american
    assert rewrite("respelt", american) == british
    assert respelt("While analyses run, check the program.", Random(0)) == []


def test_a_list_has_a_sentence_a_line() -> None:
    assert apply_edits(TEXT, bulleted(TEXT, Random(0))).splitlines() == [
        "- A queue holds bursts back, e.g. at 18:00.",
        "- It doesn't lose messages: the broker keeps them in Node.js buffers.",
        "- The consumer has a lag of 20 %, and that depends on the software.",
    ]


@pytest.mark.parametrize(
    "text",
    ["- one\n- two\n- three", "Run this:\n```\nls\n```\nThen look. Done.", "so um i would use it"],
)
def test_only_prose_is_put_in_another_manner(text: str) -> None:
    assert not is_prose(text)
    made = Made()
    assert list(counterfactuals([case(text)], made)) == []
    assert made.unsuited == 1


EDITS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.text("xyz", max_size=3)))


@given(st.text("abc ", min_size=1, max_size=30), EDITS, st.data())
def test_spans_follow_the_words_that_stay(
    text: str, steps: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    edits, position = [], 0
    for gap, length, new in steps:
        start = position + gap
        if start + length <= len(text):
            edits.append(Edit(start, start + length, new))
            position = start + length + 1
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    new_start, new_end = moved_span(start, end, edits)
    moved = apply_edits(text, edits)
    assert 0 <= new_start <= new_end <= len(moved)
    outside = {i for edit in edits for i in range(edit.start, edit.end)}
    stays = [text[i] for i in range(start, end) if i not in outside]
    assert [c for c in moved[new_start:new_end] if c not in "xyz"] == stays
    if not any(edit.start < end and start < edit.end for edit in edits):
        assert moved[new_start:new_end] == text[start:end]


def test_versions_of_real_answers_keep_labels_evidence_and_subject() -> None:
    dataset = Dataset.open([BACKEND / "node-event-loop.jsonl", BACKEND / "url-shortener.jsonl"])
    made = Made()
    versions = list(counterfactuals(dataset, made))
    base = {each.tags["content"]: each for each in versions if each.tags["style"] == "typed"}
    assert made.contents == len(base) > 8
    assert (
        len({each.id for each in versions})
        == len(versions)
        == made.contents + made.versions.total()
    )
    for version in versions:
        original = base[version.tags["content"]]
        assert version.answer != original.answer or version is original
        assert version.tags["written"]
        for name, label in version.points.items():
            assert label.verdict is original.points[name].verdict
            before = original.points[name].evidence
            assert len(label.evidence) == len(before)
            for old, new in zip(before, label.evidence, strict=True):
                kept = set(content_words(new.quote)) & set(content_words(old.quote))
                assert len(kept) >= 0.6 * len(set(content_words(old.quote)))
    again = list(counterfactuals(dataset, Made()))
    assert again == versions
    few = list(counterfactuals(dataset, Made(), manners=["dictated"], per_question=1))
    assert [each.tags["style"] for each in few] == ["typed", "dictated"] * 2


def test_a_manner_that_changes_nothing_makes_no_version() -> None:
    plain = "Queues hold bursts. Workers take one by one. Brokers keep the rest."
    made = Made()
    styles = [each.tags["style"] for each in counterfactuals([case(plain)], made)]
    assert "respelt" not in styles
    assert "dictated" in styles
    assert made.versions["respelt"] == 0
    assert dictated("already said", Random(0)) == []
