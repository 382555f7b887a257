"""What similarity decides: targets of follow-ups, and which sentences become points."""

from __future__ import annotations

import pytest

from grader.embedding import Embedder
from grader.importing import extract, parse_guide
from grader.importing._complete import MOST_POINTS, complete
from tests.grader.importing.helpers import WordEncoder

GUIDE = """Q: Why does a slow handler delay other clients?

A: JavaScript runs on one thread.

Key Points:
- JavaScript code of one process runs on a single thread
- Worker threads move computation off the main thread
- The delay of the event loop should be measured in production

Common Mistakes:
- Believing that an async function runs on another thread

Follow-up Questions:
- How would you notice in production that the event loop is delayed?
- Which computations would you move to another thread, and how?
- What exactly does the word async in front of a function change?
"""


def test_follow_ups_target_what_they_are_about(embedder: Embedder) -> None:
    (draft,) = complete(extract(parse_guide(GUIDE.encode(), "guide.md")).drafts, lambda: embedder)
    assert [follow_up.targets[0] for follow_up in draft.follow_ups] == [2, 1, 3]


def test_all_texts_are_encoded_in_one_batch() -> None:
    encoder = WordEncoder()
    other = GUIDE.replace("JavaScript", "Python")
    drafts = extract(parse_guide((GUIDE + "\n" + other).encode(), "guide.md")).drafts
    assert len(complete(drafts, lambda: encoder)) == 2
    assert len(encoder.batches) == 1


def test_no_model_is_loaded_where_nothing_is_compared() -> None:
    def load() -> WordEncoder:
        pytest.fail("the model was loaded")

    text = "Q: What is X?\n\nA: X is a thing that we all use.\n\nFollow-up: And Y?\n"
    (draft,) = complete(extract(parse_guide(text.encode(), "guide.md")).drafts, load)
    assert draft.follow_ups[0].targets == (0,)


def test_a_follow_up_without_points_targets_nothing() -> None:
    text = "Q: What is X?\n\nFollow-up: And what is Y then?\n"
    (draft,) = complete(extract(parse_guide(text.encode(), "guide.md")).drafts, WordEncoder)
    assert draft.follow_ups[0].targets == ()


def test_of_many_sentences_those_about_the_question_are_drafted_in_their_order() -> None:
    about = [f"An index number {n} finds rows of table {n} quickly." for n in range(6)]
    aside = [f"Our office kitchen number {n} serves good coffee daily." for n in range(6)]
    mixed = [sentence for pair in zip(aside, about, strict=True) for sentence in pair]
    text = f"Q: How does an index find rows of a table?\n\nA: {' '.join(mixed)}\n"
    (draft,) = complete(extract(parse_guide(text.encode(), "guide.md")).drafts, WordEncoder)
    points = [point.text for point in draft.points]
    assert len(points) <= MOST_POINTS
    assert points == sorted(points, key=mixed.index)
    assert set(about) <= set(points)
    assert all(point.drafted for point in draft.points)


def test_what_cannot_stand_alone_is_not_drafted() -> None:
    text = (
        "Q: What is X?\n\nA: X is a thing that we all use. It costs nothing at all to run. "
        "Is that not a wonderful thing? For example, it runs on every laptop. Fine.\n"
    )
    (draft,) = complete(extract(parse_guide(text.encode(), "guide.md")).drafts, WordEncoder)
    assert [point.text for point in draft.points] == ["X is a thing that we all use."]
