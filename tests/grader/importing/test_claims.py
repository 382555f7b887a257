"""Splitting compound bullets: two claims become two points, everything unsure stays whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.importing._claims import split_claim, split_list
from grader.importing._sentences import sentences


@pytest.mark.parametrize(
    ("bullet", "claims"),
    [
        (
            "A synchronous call blocks all callbacks; the kernel keeps accepting connections",
            [
                "A synchronous call blocks all callbacks",
                "The kernel keeps accepting connections",
            ],
        ),
        (
            "JWTs are signed and can be verified without a database",
            ["JWTs are signed", "JWTs can be verified without a database"],
        ),
        (
            "Rate limits should be per user and must survive restarts.",
            ["Rate limits should be per user.", "Rate limits must survive restarts."],
        ),
        (
            "Use parameterised queries and avoid string concatenation",
            ["Use parameterised queries", "Avoid string concatenation"],
        ),
        (
            "Understands the CAP theorem and explains partition behaviour",
            ["Understands the CAP theorem", "Explains partition behaviour"],
        ),
        (
            "The client sends a key, and the server stores the response",
            ["The client sends a key", "The server stores the response"],
        ),
        (
            "Hash passwords with Argon2. Salt every password separately.",
            ["Hash passwords with Argon2.", "Salt every password separately."],
        ),
        (
            "The listener must be removed; setImmediate runs in the check phase",
            ["The listener must be removed", "setImmediate runs in the check phase"],
        ),
    ],
)
def test_two_claims_are_split(bullet: str, claims: list[str]) -> None:
    assert split_claim(bullet) == claims


@pytest.mark.parametrize(
    "bullet",
    [
        "Databases such as PostgreSQL, MySQL and SQLite are relational",
        "Relational databases: PostgreSQL; MySQL; SQLite",
        "Encrypt data at rest and in transit",
        "Explain trade-offs and limits",
        "Set timeouts and cache headers",
        "Read and write access are separated",
        "Index foreign keys and frequently filtered columns",
        "Caches without a bound and forgotten listeners are frequent causes",
        "Use pipeline, because pipeline forwards errors and closes all streams",
        "If the key exists and is fresh, the value is returned",
        "Validate input and escape it for its context",
        "Measure event loop delay and alert on its 99th percentile",
        "Mention ACID. It stands for atomicity, consistency, isolation and durability.",
        "Retries need jitter and a budget",
        "The lock is held between the read and the write is done",
    ],
)
def test_what_is_unsure_or_leans_on_its_neighbour_stays_whole(bullet: str) -> None:
    assert split_claim(bullet) == [bullet]


def test_a_list_on_one_line_is_split_and_an_instruction_is_not() -> None:
    assert split_list("connection pooling, indexing and caching") == [
        "Connection pooling",
        "Indexing",
        "Caching",
    ]
    assert len(split_list("Use indexes, avoid scans, and cache results")) == 1
    assert len(split_list("indexing and caching")) == 1


@given(st.text(alphabet=st.sampled_from("ab ,;.andNXis the"), max_size=80))
def test_no_word_is_lost_by_splitting(text: str) -> None:
    parts = split_claim(text)
    assert parts
    joined = " ".join(parts).lower()
    for word in text.lower().replace(";", " ").replace(",", " ").replace(".", " ").split():
        assert word in joined or word in {"and", "then", "also"}


def test_sentences_end_where_people_end_them() -> None:
    text = "Use a tool, e.g. Redis, for it. Node.js 20 is old (see above). Is that so? Yes."
    assert list(sentences(text)) == [
        "Use a tool, e.g. Redis, for it.",
        "Node.js 20 is old (see above).",
        "Is that so?",
        "Yes.",
    ]
