"""What needs an embedder; the thresholds were set on the whole bank, of which these are a few."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader.bank import Bank
from grader.bank.lint import Check, Code, lint_rubric, meaning_checks
from grader.embedding import Embedder, Encoded
from grader.errors import ConfigurationError
from grader.types import Kind
from tests.grader.bank.lint.examples import TECHNICAL, document, rubric


@pytest.fixture(scope="module")
def check(embedder: Embedder, plain_embedder: Embedder) -> Check:
    return meaning_checks(embedder, plain_embedder)


class Counting:
    """Counts the calls to an embedder."""

    def __init__(self, embedder: Embedder, fingerprint: str = "") -> None:
        self._embedder = embedder
        self.fingerprint = fingerprint or embedder.fingerprint
        self.calls = 0

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.calls += 1
        assert len(set(texts)) == len(texts)
        return self._embedder.encode(texts)

    def forward_only(self, texts: Sequence[str]) -> None:
        self._embedder.forward_only(texts)


def test_good_rubrics_give_no_alarm(few: Bank, real_bank: Bank, check: Check) -> None:
    chosen = [*few, real_bank.get("cors-and-other-origins")]

    assert [str(f) for good in chosen for f in lint_rubric(good, [check])] == []


def test_points_are_unsupported_by_the_answer_to_another_question(few: Bank, check: Check) -> None:
    technical = [good for good in few if good.kind is Kind.TECHNICAL]
    flagged = total = 0
    for good, other in zip(technical, technical[1:] + technical[:1], strict=True):
        strange = good.model_copy(update={"reference_answer": other.reference_answer})
        codes = [finding.code for finding in lint_rubric(strange, [check])]
        flagged += codes.count(Code.UNSUPPORTED_POINT)
        total += len(good.points)

    assert flagged >= 0.75 * total


def test_a_story_need_not_say_what_is_asked_of_it(few: Bank, check: Check) -> None:
    story = few.get("hard-technical-problem")
    strange = story.model_copy(update={"reference_answer": "We shipped it. All went well."})

    assert Code.UNSUPPORTED_POINT not in [f.code for f in lint_rubric(strange, [check])]


def test_the_nearest_passage_is_quoted(check: Check) -> None:
    edits = {
        "points[4].claim": "Bread dough has to rest before it is baked.",
        "points[4].accept": [],
    }
    [finding] = lint_rubric(rubric(TECHNICAL, edits), [check])
    quote = finding.message.partition("“")[2].partition("…”")[0].partition("”")[0]

    assert finding.code is Code.UNSUPPORTED_POINT
    assert quote in " ".join(document(TECHNICAL)["reference_answer"].split())


@pytest.mark.parametrize("answer", ["", "   \n", "…"])
def test_without_a_reference_answer_only_the_statements_are_compared(
    answer: str, check: Check
) -> None:
    repeated = {
        "points[5].claim": "First, a feature can be enabled for a small share of the users.",
        "reference_answer": answer,
    }

    codes = [finding.code for finding in lint_rubric(rubric(TECHNICAL, repeated), [check])]
    assert codes == [Code.DUPLICATE_CLAIM]


def test_what_words_show_is_not_reported_twice(check: Check) -> None:
    point, mistake = document(TECHNICAL)["points"][1], document(TECHNICAL)["mistakes"][1]
    edits = {
        "points[5].claim": point["claim"],
        "points[3].accept[1]": point["accept"][0],
        "reference_answer": document(TECHNICAL)["reference_answer"] + mistake["claim"],
    }
    codes = {finding.code for finding in lint_rubric(rubric(TECHNICAL, edits))}

    assert codes == {Code.DUPLICATE_CLAIM, Code.DUPLICATE_PHRASING, Code.MISTAKE_IN_REFERENCE}
    assert lint_rubric(rubric(TECHNICAL, edits), [check]) == []


def test_each_embedder_encodes_a_rubric_in_one_call(
    embedder: Embedder, plain_embedder: Embedder
) -> None:
    counting = [Counting(embedder), Counting(plain_embedder)]
    lint_rubric(rubric(TECHNICAL), [meaning_checks(*counting)])

    assert [each.calls for each in counting] == [1, 1]


def test_thresholds_hold_for_the_embedders_they_were_taken_with(
    embedder: Embedder, plain_embedder: Embedder
) -> None:
    other = Counting(embedder, fingerprint="another-model")
    for given in ((other, plain_embedder), (embedder, other)):
        with pytest.raises(ConfigurationError, match="not with another-model"):
            meaning_checks(*given)
