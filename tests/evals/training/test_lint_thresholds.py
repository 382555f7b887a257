from __future__ import annotations

import json
from pathlib import Path

from grader.bank import load_bank
from grader.bank.lint._meaning import load_thresholds
from grader.embedding import Embedder

ROOT = Path(__file__).parents[3]
NEAR_DUPLICATES = ROOT / "evals" / "data" / "lint" / "near_duplicates.jsonl"


def test_each_near_duplicate_says_what_a_point_of_the_bank_says() -> None:
    bank = load_bank(ROOT / "rubrics", ROOT / "corpus")
    cases = [json.loads(line) for line in NEAR_DUPLICATES.read_text("utf-8").splitlines()]

    assert len(cases) >= 20
    for case in cases:
        claims = {point.id: point.claim for point in bank.get(case["rubric_id"]).points}
        assert claims[case["point_id"]] != case["text"]


def test_the_thresholds_were_taken_with_the_embedders_in_use(
    embedder: Embedder, plain_embedder: Embedder
) -> None:
    # If not, run 'python -m evals.training.lint_thresholds'.
    assert load_thresholds().encoder == embedder.fingerprint
    assert load_thresholds().plain == plain_embedder.fingerprint
