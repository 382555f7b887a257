from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from evals.datasets import STYLE_FEATURES, Rating, StyleRow, agreement, probe_style, style_features
from grader.types import Verdict

VERDICTS = list(Verdict)[:4]


def rating(rater: str, *verdicts: Verdict) -> Rating:
    points = {f"p{n}": {"verdict": verdict} for n, verdict in enumerate(verdicts)}
    return Rating.model_validate({"rater": rater, "points": points})


@given(st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)), min_size=2))
def test_two_raters_have_cohens_kappa(pairs: list[tuple[Verdict, Verdict]]) -> None:
    found = agreement([[rating("a", one), rating("b", other)] for one, other in pairs])
    assert found is not None
    assert found.points == len(pairs)
    assert found.same_verdict == pytest.approx(np.mean([a == b for a, b in pairs]), abs=1e-4)
    if len({verdict for pair in pairs for verdict in pair}) > 1:
        expected = cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])
        assert found.verdict_kappa == pytest.approx(expected, abs=1e-4)
    else:
        assert found.verdict_kappa is None
        assert found.verdict_alpha is None


def test_perfect_agreement_is_one_and_only_shared_points_count() -> None:
    same = (Verdict.COVERED, Verdict.MISSING, Verdict.PARTIAL)
    found = agreement([[rating("a", *same), rating("b", *same), rating("c", *same[:1])]])
    assert found is not None
    assert found.raters == ("a", "b", "c")
    assert found.verdict_kappa == 1
    assert found.verdict_alpha == 1
    assert found.points == 3


def test_one_rater_alone_agrees_with_nobody() -> None:
    assert agreement([[rating("a", Verdict.COVERED)], []]) is None


def rows(rule: str) -> list[StyleRow]:
    random = np.random.default_rng(1)
    made = []
    for question in range(12):
        for _ in range(20):
            length = int(random.integers(1, 40))
            right = length > 20 if rule == "length" else random.random() > 0.5
            verdict = Verdict.COVERED if right else Verdict.MISSING
            made.append(StyleRow(f"q{question}", verdict, style_features("a few words. " * length)))
    return made


def test_the_probe_finds_labels_that_follow_style_and_only_those() -> None:
    following, free = probe_style(rows("length")), probe_style(rows("chance"))
    assert following is not None
    assert free is not None
    assert following.auc > 0.95
    assert free.auc < 0.65


def test_the_probe_needs_questions() -> None:
    assert probe_style([]) is None
    assert probe_style(rows("chance")[:40]) is None


@given(st.text(alphabet="ab C.,?-\n1", min_size=1).filter(str.strip))
def test_style_is_described_by_numbers_that_exist(text: str) -> None:
    if not any(map(str.isalnum, text)):
        return
    features = style_features(text)
    assert len(features) == len(STYLE_FEATURES)
    assert np.isfinite(features).all()
