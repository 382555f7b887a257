from __future__ import annotations

import pytest

from grader.bank.lint import Code, lint_rubric
from grader.bank.lint._claims import leans_on_others, several_facts
from tests.grader.bank.lint.examples import TECHNICAL, rubric


@pytest.mark.parametrize(
    "claim",
    [
        "Use parameterised queries. Never build SQL from strings.",
        "JWTs are signed; the payload is readable by anyone.",
        "Tokens expire after an hour – refresh tokens are kept in the database.",
        "Argon2id is slow, and bcrypt is limited to 72 bytes.",
        "Redis is single-threaded, but Lua scripts are atomic.",
        "A cursor is opaque and the client must not parse the cursor.",
        "An index speeds up reads and it slows down writes.",
        "The server validates the input, hashes the password and stores the user.",
        "A trace holds spans, and in addition each log line needs the trace id.",
        "A worker has a heap and also needs a message channel.",
        "A queue is needed for:\n- bursts of work\n- slow receivers",
        "Retries need (1) a growing delay, (2) jitter and (3) a limit.",
        f"A key is sent along with {'each and every one of ' * 6}the retries of an operation.",
    ],
)
def test_a_claim_that_holds_several_facts_is_noticed(claim: str) -> None:
    assert several_facts(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "A worker has its own heap and event loop.",
        "Reads and writes of a row can wait for a lock.",
        "Both the client and the server must agree on the version of the protocol.",
        "Adding an optional field is backwards compatible and needs no new version.",
        "A DataLoader collects the keys of one tick and loads them all with one batch call.",
        "Terraform code describes the desired result, and Terraform works out the steps to it.",
        "If the reader is slow and the buffer is full, the writer has to wait.",
        "A 4xx status blames the request, whereas a 5xx status blames the server.",
        "Permission checks must run on the server, because anything in the client can be bypassed.",
        "A mobile app, e.g. Signal, is a public client vs. a confidential one.",
        "In Node.js 24 a CommonJS file can load an ES module with require().",
        "The row is locked with SELECT ... FOR UPDATE before the value is changed.",
        "An index takes up storage in addition to the table's data.",
        "Static files, images and fonts can be cached for a year.",
    ],
)
def test_a_claim_that_holds_one_fact_is_left_alone(claim: str) -> None:
    assert several_facts(claim) == ""


@pytest.mark.parametrize(
    "claim",
    [
        "It is single-threaded.",
        "This means that writes become slower.",
        "They expire after an hour.",
        "Also, the key is unique.",
        "The former is faster than a scan.",
        "A B-tree is sorted, and so are most others, as mentioned above.",
        "The following headers are needed.",
        "When it is full, write() returns false.",
        "If they fail, the client has to retry.",
        "Such a token cannot be revoked.",
        "The other option is a queue.",
        "That makes deep pages slow.",
        "Both are idempotent.",
        "The server should also validate the input.",
        "Responses to POST can be cached too.",
        "Instead, a webhook is used.",
    ],
)
def test_a_claim_that_leans_on_others_is_noticed(claim: str) -> None:
    assert leans_on_others(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "It is enough to check the key once.",
        "It's important to close connections in the end.",
        "There is one event loop per thread.",
        "Both PUT and DELETE are idempotent.",
        "Instead of polling, a client can wait for a webhook.",
        "Those who hold the lock may write.",
        "A pool is slow when it is exhausted.",
        "As its name says, a mutex excludes others.",
        "Since Node.js 19, server.close() also closes idle connections.",
        "A reader that falls behind misses the events it needs.",
    ],
)
def test_a_claim_that_stands_by_itself_is_left_alone(claim: str) -> None:
    assert leans_on_others(claim) == ""


def test_a_finding_quotes_what_gave_the_claim_away() -> None:
    claim = "It is switched off; no user notices anything."
    compound, dependent = lint_rubric(rubric(TECHNICAL, {"points[5].claim": claim}))

    assert (compound.code, dependent.code) == (Code.COMPOUND_CLAIM, Code.DEPENDENT_CLAIM)
    assert "“; no user notices anything.”" in compound.message
    assert "“It”" in dependent.message


def test_what_candidates_say_of_themselves_may_be_long_and_personal() -> None:
    claim = "It was the other team's fault; some people are simply impossible to work with."

    def codes(kind: str) -> list[Code]:
        edited = rubric(TECHNICAL, {"kind": kind, "mistakes[0].claim": claim})
        return [finding.code for finding in lint_rubric(edited)]

    assert codes("behavioural") == []
    assert codes("technical") == [Code.COMPOUND_CLAIM, Code.DEPENDENT_CLAIM]
