from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from evals.training._pairs import (
    Pair,
    ReadLabels,
    Relation,
    answer_pairs,
    read_practice,
    rubric_pairs,
    statement_pairs,
)
from evals.training._practice import PracticeQuestion, load_questions
from grader.bank import Bank
from grader.embedding import Embedder


@pytest.fixture(scope="module")
def question() -> PracticeQuestion:
    return load_questions()[0]


@pytest.fixture(scope="module")
def read(question: PracticeQuestion, embedder: Embedder) -> list[ReadLabels]:
    return list(read_practice(question.rubric(Random(0)), question, embedder))


def test_practice_answers_are_read_with_what_they_say_of_every_claim(
    question: PracticeQuestion, read: list[ReadLabels]
) -> None:
    assert len(read) == 6
    for answer in read:
        assert [claim.claim for claim in answer.claims] == [item.claim for item in question.subject]
        for claim in answer.claims:
            assert claim.chosen
            assert max((*claim.chosen, *claim.evidence)) < len(answer.segments)
            if claim.relation in {Relation.COVERED, Relation.PARTIAL}:
                assert claim.evidence


def test_each_label_gives_what_was_chosen_and_what_bears_it_out(read: list[ReadLabels]) -> None:
    pairs = list(answer_pairs(read, Random(0)))
    labels = sum(len(answer.claims) for answer in read)
    supported = sum(bool(claim.evidence) for answer in read for claim in answer.claims)
    assert len(pairs) == labels + supported
    assert all(pair.passage for pair in pairs)


def test_statements_are_paired_with_their_own_claim_and_with_others(
    question: PracticeQuestion,
) -> None:
    pairs = list(statement_pairs([question.subject], Random(0)))
    claims = {item.claim for item in question.subject}
    assert {pair.claim for pair in pairs} == claims
    assert set(Relation) - {Relation.NOT_COVERED} == {pair.relation for pair in pairs}
    # With another claim of the subject, whatever it says is missing.
    assert Counter(pair.weight for pair in pairs)[0.5] > 0
    assert all(pair.relation is Relation.MISSING for pair in pairs if pair.weight == 0.5)


def test_rejected_phrasings_contradict(few: Bank) -> None:
    rubric = few.get("database-indexes")
    pairs: list[Pair] = list(rubric_pairs(rubric, Random(1)))
    denied = {text for point in rubric.points for text in point.reject}
    punctuated = [pair for pair in pairs if pair.passage[0] in denied]
    assert punctuated
    assert all(pair.relation is Relation.CONTRADICTED for pair in punctuated)
