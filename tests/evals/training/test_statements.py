from __future__ import annotations

from collections import Counter

import numpy as np

from evals.datasets import Split, backend_split
from evals.training._statements import (
    INFERENCES,
    STATEMENTS,
    MistakeStatements,
    Statements,
    load_statements,
)
from grader.bank import load_bank
from grader.embedding import Embedder
from grader.settings import Settings
from grader.words import overlap, words

_RUN = 4
# As the card of the inferences says.
_MOST_ALIKE = 0.65


def claimed(item: Statements) -> tuple[str, ...]:
    return item.made if isinstance(item, MistakeStatements) else item.covered


def test_what_says_a_claim_says_it_in_other_words() -> None:
    copied = [
        (item.claim, text)
        for subject in load_statements(INFERENCES)
        for item in subject
        for text in claimed(item)
        if overlap(words(text), words(item.claim), _RUN) > 0
    ]
    assert copied == []


def test_no_subject_is_there_twice_and_none_is_a_question_with_labelled_answers() -> None:
    subjects = [
        subject[0].subject
        for folder in (STATEMENTS, INFERENCES)
        for subject in load_statements(folder)
    ]
    assert [name for name, times in Counter(subjects).items() if times > 1] == []
    asked = {rubric_id for split in Split for rubric_id in backend_split(split)}
    assert asked.isdisjoint(subjects)


def test_no_inference_is_about_what_a_question_to_choose_or_measure_by_asks(
    plain_embedder: Embedder,
) -> None:
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    measured = [
        claim
        for split in (Split.DEVELOPMENT, Split.TEST)
        for rubric_id in backend_split(split)
        for claim in bank.get(rubric_id).claims.values()
    ]
    learned = [item.claim for subject in load_statements(INFERENCES) for item in subject]
    asked, said = (
        np.stack([encoded.vector for encoded in plain_embedder.encode(claims)])
        for claims in (measured, learned)
    )
    nearest = (said @ asked.T).max(axis=1)
    near = [claim for claim, cosine in zip(learned, nearest, strict=True) if cosine >= _MOST_ALIKE]
    assert near == []
