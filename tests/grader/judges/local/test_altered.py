from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from evals.training._statements import load_statements
from grader.answers import read_answer
from grader.embedding import SharedEncoder
from grader.index import Role, RubricVectors, StatementVector, encode_rubric
from grader.index._vectors import Statement
from grader.judges.local._altered import Alteration, alterations
from grader.judges.local._polarity import number_of
from grader.types import Point, Rubric

CLAIMS = {
    "drain": "Node.js drains the microtask queue after each callback of the event loop.",
    "status": "A successful registration request is answered with HTTP status 201 Created.",
    "expiry": "An access token issued at login should expire after fifteen minutes.",
    "hash": "Stored passwords should be hashed with a slow function rather than encrypted.",
    "etag": "The max-age directive of Cache-Control says how long a response may be reused.",
    "rotate": "The service must not accept a refresh token that was already used once.",
}
# Of a labelled statement's fields.
NO_TEXTS = {"kind", "subject", "question", "claim"}
EXCHANGEABLE = {
    "replica": "With asynchronous replication, a replica can miss a write that the primary has already "
    "committed.",
    "order": "Kafka guarantees the order of records within one partition but not across partitions of "
    "a topic.",
    "layers": "Service boundaries should follow business capabilities, such as billing or shipping, "
    "rather than technical layers.",
    "monolith": "For a small team, a well-structured monolith is usually a better start than "
    "microservices.",
}
# A phrasing whose number is an example.
ACCEPTED = "With max-age=300 a browser takes its own copy for five minutes and asks nobody."


@pytest.fixture(scope="module")
def vectors(encoder: SharedEncoder) -> RubricVectors:
    rubric = Rubric(
        id="altered",
        version="1.0.0",
        question="What about all this?",
        points=tuple(
            Point(id=name, claim=claim, weight=1, accept=(ACCEPTED,) if name == "etag" else ())
            for name, claim in {**CLAIMS, **EXCHANGEABLE}.items()
        ),
    )
    return encode_rubric(rubric, encoder).unpack(rubric)


def found(text: str, vectors: RubricVectors) -> dict[str, Alteration]:
    answer = read_answer(text, max_characters=2000)
    turned = alterations(answer, vectors, [True] * len(answer.windows))
    return {vectors.statements[row].statement.owner: each for row, each in turned.items()}


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        ("drain", "Node.js does not drain the microtask queue after each event loop callback."),
        ("drain", "Node.js never drains the microtask queue after a callback of the event loop!"),
        ("rotate", "The service must accept a refresh token that was already used once."),
    ],
)
def test_a_negation_more_or_less_is_found(owner: str, text: str, vectors: RubricVectors) -> None:
    turned = found(text, vectors)

    assert list(turned) == [owner]
    assert turned[owner].given == ""


@pytest.mark.parametrize(
    ("owner", "text", "wanted", "given"),
    [
        ("status", "A successful registration request is answered with HTTP status 418.", "201", "418"),
        ("expiry", "An access token issued at login should expire after ninety minutes.", "fifteen", "ninety"),
        ("expiry", "An access token issued at login should expire after fifteen years.", "minutes", "years"),
        ("hash", "Stored passwords should be hashed with a fast function rather than encrypted.", "slow", "fast"),
        ("etag", "The ETag directive of Cache-Control says how long a response may be reused.", "max-age", "etag"),
    ],
)  # fmt: skip
def test_a_word_that_cannot_stand_there_is_named(
    owner: str, text: str, wanted: str, given: str, vectors: RubricVectors
) -> None:
    turned = found(f"Let me think. {text} So much for that.", vectors)

    assert list(turned) == [owner]
    assert (turned[owner].wanted, turned[owner].given) == (wanted, given)


@pytest.mark.parametrize(
    "text",
    [
        *CLAIMS.values(),
        "After each event loop callback Node.js drains its queue of microtasks, no matter what.",
        "Stored passwords should be hashed with a slow function, not encrypted.",
        "Stored passwords should not only be hashed with a function, but with a slow one.",
        "The service must never accept a refresh token that was used once already.",
        "A refresh token that was already used once must not be accepted by the service.",
        "With max-age=600 a browser takes its own copy for ten minutes and asks nobody.",
        "It answers 418 because it is a teapot.",
        "Encryption is not what I would use.",
    ],
)
def test_the_same_in_other_words_and_other_things_are_not_found(
    text: str, vectors: RubricVectors
) -> None:
    assert found(text, vectors) == {}


@pytest.mark.parametrize(
    ("owner", "text", "wanted", "given"),
    [
        (
            "replica",
            "With asynchronous replication, the primary can miss a write that a replica committed.",
            "replica",
            "primary",
        ),
        (
            "order",
            "Kafka guarantees the order of records across partitions but not within one partition.",
            "one",
            "across",
        ),
        (
            "layers",
            "Service boundaries should follow technical layers rather than business capabilities.",
            "business",
            "technical",
        ),
        (
            "monolith",
            "For a small team, microservices are a better start than a well-structured monolith.",
            "well-structured",
            "microservices",
        ),
        (
            "hash",
            "Stored passwords should not be hashed with a slow function but encrypted.",
            "hashed",
            "encrypted",
        ),
    ],
)
def test_words_in_each_others_place_are_named(
    owner: str, text: str, wanted: str, given: str, vectors: RubricVectors
) -> None:
    turned = found(text, vectors)

    assert list(turned) == [owner]
    assert (turned[owner].wanted, turned[owner].given) == (wanted, given)


@pytest.mark.parametrize(
    "text",
    [
        "With asynchronous replication, a write that the primary committed a replica can miss.",
        "Across partitions Kafka does not guarantee the order of records, within one it does.",
        "Not technical layers but business capabilities are what service boundaries follow.",
        "For a small team, microservices are a worse start than a well-structured monolith.",
    ],
)
def test_the_same_in_another_order_is_not_found(text: str, vectors: RubricVectors) -> None:
    assert found(text, vectors) == {}


def test_windows_that_are_not_the_candidates_own_do_not_count(vectors: RubricVectors) -> None:
    answer = read_answer(
        "Node.js does not drain the microtask queue after each event loop callback.",
        max_characters=200,
    )

    assert alterations(answer, vectors, [False] * len(answer.windows)) == {}


@pytest.mark.parametrize(
    ("word", "value"),
    [("four", 4), ("sixty-four", 64), ("twenty-one", 21), ("1,200", 1200), ("10k", 10_000)],
)
def test_numbers_are_read_in_digits_and_in_words(word: str, value: float) -> None:
    assert number_of(word) == value


@pytest.mark.parametrize("word", ["two-three", "four-way", "thirty-", "sixty-ten", "plenty"])
def test_other_words_are_no_numbers(word: str) -> None:
    assert number_of(word) is None


def without_vectors(*claims: str) -> RubricVectors:
    nothing = np.zeros((0, 1), dtype=np.float32)
    statements = tuple(
        StatementVector(Statement("it", Role.CLAIM, claim), nothing, (), nothing, nothing)
        for claim in claims
    )
    return RubricVectors(nothing, frozenset(), statements, nothing, nothing)


def test_of_the_labelled_statements_none_is_found_that_is_not_labelled_contradicted() -> None:
    counted: Counter[str] = Counter()
    for subject in load_statements():
        for item in subject:
            claim = without_vectors(item.claim)
            for label, texts in item.model_dump(exclude=NO_TEXTS).items():
                counted[label] += sum(bool(found(text, claim)) for text in texts)
    assert counted["contradicted"] > 700
    assert counted["contradicted"] == counted.total()
