from __future__ import annotations

from random import Random

import numpy as np

from evals.datasets import BACKEND, LabelledAnswer, load_answers
from evals.training.sparse import Reading, Source, excerpts, fit
from grader.judges.local._head import softmax
from grader.types import Verdict

POINTS, ANSWERS = 6, 400


def readings(taken: tuple[float, float]) -> list[Reading]:
    """Answers, sparse and not, whose labels follow the head less what sparseness takes."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(ANSWERS):
        logits = rng.normal(size=(POINTS, 2))
        sparse = np.full(POINTS, number % 3, dtype=np.float64)
        right = softmax(logits - sparse[:, None] * np.array(taken))
        labels = (rng.random(POINTS) < right[:, 1]).astype(np.int64)
        shares = np.asarray(softmax(logits), dtype=np.float64)
        found.append(Reading(Source.ANSWER, shares, sparse, labels, "q"))
    return found


def test_sparseness_takes_as_much_as_it_tells() -> None:
    missing, covered = fit(readings((-0.4, 0.4)))
    assert abs(covered - missing - 0.8) < 0.2


def test_sparseness_that_tells_nothing_takes_nothing() -> None:
    missing, covered = fit(readings((0.0, 0.0)))
    assert abs(covered - missing) < 0.1


def labelled() -> list[LabelledAnswer]:
    return list(load_answers(BACKEND / "password-hashing.jsonl"))


def test_an_excerpt_holds_the_words_of_what_it_is_said_to_say_and_of_nothing_else() -> None:
    for answer in labelled():
        for words, labels in excerpts(answer, Random(0)):
            said = [point for point, verdict in labels.items() if verdict is not Verdict.MISSING]
            assert said
            for point in labels:
                quotes = [span.quote for span in answer.points[point].evidence]
                if point in said:
                    assert any(q[:8] in words or q[-8:] in words for q in quotes)
                else:
                    assert not any(len(quote) > 20 and quote in words for quote in quotes)


def test_what_an_excerpt_says_keeps_its_label() -> None:
    for answer in labelled():
        for _, labels in excerpts(answer, Random(0)):
            kept = {point: v for point, v in labels.items() if v is not Verdict.MISSING}
            assert kept == {point: answer.points[point].verdict for point in kept}


def test_excerpts_are_drawn_alike_every_time() -> None:
    answer = labelled()[0]
    assert list(excerpts(answer, Random(1))) == list(excerpts(answer, Random(1)))
