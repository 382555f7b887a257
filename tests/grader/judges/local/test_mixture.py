from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.cross_encoder import ClaimAndPassage
from grader.embedding import FloatArray
from grader.errors import ConfigurationError
from grader.judges.local._head import load_head
from grader.judges.local._mixture import Mix, load_mixture


class Silent:
    """Has two outputs and nothing to say."""

    fingerprint = "silent/1"

    def score(self, pairs: Sequence[ClaimAndPassage]) -> FloatArray:
        return np.zeros((len(pairs), 2), dtype=np.float32)


def document(**changes: Any) -> dict[str, Any]:
    mixes = {
        name: {"weights": [[0.0, 1.0]] * classes, "biases": [0.0] * classes}
        for name, classes in (("point", 4), ("bare_point", 4), ("mistake", 2))
    }
    fitted = {"cross_encoder": "silent/1", "head": load_head().revision, "mixes": mixes}
    return fitted | changes


def changed(name: str, field: str, value: object) -> dict[str, Any]:
    found = document()
    found["mixes"][name][field] = value
    return found


def test_what_was_fitted_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mixture.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    first = load_mixture(path, load_head(), Silent())
    assert first.point.weights.shape == (4, 2)
    path.write_text(json.dumps(document(card={"note": "the same numbers"})), encoding="utf-8")
    assert load_mixture(path, load_head(), Silent()).revision == first.revision
    path.write_text(json.dumps(changed("point", "biases", [1.0, 0, 0, 0])), encoding="utf-8")
    assert load_mixture(path, load_head(), Silent()).revision != first.revision


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "is missing"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        (json.dumps({"cross_encoder": "silent/1", "head": "x"}), "cannot be read"),
        (json.dumps(document(cross_encoder="other/2")), "cross-encoder other/2"),
        (json.dumps(document(head="older")), "the judge older, not for silent/1"),
        (json.dumps(changed("mistake", "weights", [[1.0, 1.0]])), "mixes.mistake has weights"),
        (json.dumps(changed("point", "biases", [1.0])), "mixes.point has weights"),
        (json.dumps(changed("point", "biases", [float("nan")] * 4)), "what is no number"),
    ],
)
def test_what_cannot_be_used_says_why_and_what_to_do(
    tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "mixture.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told) as refused:
        load_mixture(path, load_head(), Silent())
    assert f"evals.training.mixture {tmp_path}" in str(refused.value)


def test_scores_shift_the_heads_probabilities() -> None:
    mix = Mix(np.array([[1.0], [0.0]], dtype=np.float32), np.zeros(2, dtype=np.float32))
    shares = np.array([[0.5, 0.5], [0.2, 0.8]])
    unmoved, moved = mix.probabilities(shares, np.array([[0.0], [np.log(4)]]))
    assert unmoved == pytest.approx([0.5, 0.5])
    assert moved == pytest.approx([0.5, 0.5], abs=1e-4)
