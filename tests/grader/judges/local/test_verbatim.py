from __future__ import annotations

import pytest

from grader.answers import Answer, read_answer
from grader.embedding import SharedEncoder
from grader.index import RubricVectors, encode_rubric
from grader.judges.local._verbatim import Run, verbatim_runs
from grader.types import Mistake, Point, Rubric

CLAIM = "Each password must be hashed together with its own random salt."
REJECT = "One common salt for all passwords is enough."
MISTAKE = "A fast hash is fine for passwords as long as it is salted."


@pytest.fixture(scope="module")
def vectors(encoder: SharedEncoder) -> RubricVectors:
    rubric = Rubric(
        id="salts",
        version="1.0.0",
        question="How are passwords stored?",
        points=(Point(id="own-salt", claim=CLAIM, weight=1.0, reject=(REJECT,)),),
        mistakes=(Mistake(id="fast", claim=MISTAKE, penalty=1.0, correction="It has to be slow."),),
    )
    return encode_rubric(rubric, encoder).unpack(rubric)


def read(text: str) -> Answer:
    return read_answer(text, max_characters=1000)


def found(text: str, vectors: RubricVectors) -> dict[str, Run]:
    answer = read(text)
    runs = verbatim_runs(answer, vectors, [True] * len(answer.segments))
    return {vectors.statements[row].statement.text: run for row, run in runs.items()}


def test_a_statement_is_found_whatever_its_case_and_punctuation(vectors: RubricVectors) -> None:
    text = f"First of all: salts. {CLAIM.upper().rstrip('.')}!"

    assert list(found(text, vectors)) == [CLAIM]


def test_the_run_covers_the_statement(vectors: RubricVectors) -> None:
    answer = read(f"I like salts a lot. {REJECT} That is what I do.")
    run = verbatim_runs(answer, vectors, [True] * len(answer.segments))

    [(row, (first, last))] = run.items()
    quoted = answer.text[answer.segments[first].start : answer.segments[last].end]
    assert vectors.statements[row].statement.text == REJECT
    assert quoted.rstrip(".") == REJECT.rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        f"It is wrong that {CLAIM[0].lower()}{CLAIM[1:]}",
        f"{MISTAKE} That's not true.",
        f"{MISTAKE} No, it has to be slow.",
        f"Many people still believe this: {MISTAKE}",
        "Each password must be hashed.",
        "One common salt for all passwords is enough for nobody.",
    ],
)
def test_what_is_denied_or_only_alike_is_not_verbatim(text: str, vectors: RubricVectors) -> None:
    assert found(text, vectors) == {}


def test_segments_that_are_not_the_candidates_own_do_not_count(vectors: RubricVectors) -> None:
    answer = read(CLAIM)

    assert verbatim_runs(answer, vectors, [False] * len(answer.segments)) == {}
