from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from grader.cross_encoder import MIXTURE_FILE, ClaimAndPassage, build_cross_encoder
from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError
from grader.judges import build_judge
from grader.judges.local._head import load_head
from grader.settings import Settings

PAIRS = (
    ClaimAndPassage("an index is fast", ("it is", "so fast")),
    ClaimAndPassage("an index is slow", ("no",)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cross-encoder with random weights and three outputs, as one for inference has."""
    made = tmp_path_factory.mktemp("models") / "tiny"
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *["an", "index", "is", "fast", "slow", "it", "so", "no"],
    ]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    config.num_labels = 3
    BertForSequenceClassification(config).save_pretrained(made)
    vocabulary = made / "vocab.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(vocab_file=str(vocabulary)).save_pretrained(made)
    return made


def test_any_cross_encoder_scores_pairs_in_its_own_terms(folder: Path) -> None:
    built = build_cross_encoder(Settings(cross_encoder=str(folder)))
    assert built is not None
    assert built.fingerprint.startswith("tiny/")
    together = built.score(PAIRS)
    assert together.shape == (2, 3)
    alone = np.concatenate([built.score([pair]) for pair in PAIRS])
    assert np.array_equal(alone, together)
    assert not np.array_equal(together[0], together[1])
    assert built.score([]).shape == (0, 3)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"GRADER_CROSS_ENCODER is .*nowhere.*none, installed or a folder"
    ):
        build_cross_encoder(Settings(cross_encoder=str(tmp_path / "nowhere")))


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"holds no model: config\.json"):
        build_cross_encoder(Settings(cross_encoder=str(tmp_path)))
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="architecture BertModel"):
        build_cross_encoder(Settings(cross_encoder=str(tmp_path)))


def test_nothing_is_named_by_nothing() -> None:
    assert build_cross_encoder(Settings(cross_encoder="")) is None
    assert build_cross_encoder(Settings(cross_encoder="none")) is None


def test_what_was_not_fitted_is_not_believed(folder: Path, encoder: SharedEncoder) -> None:
    with pytest.raises(ConfigurationError, match=r"evals\.training\.mixture .*tiny"):
        build_judge(Settings(cross_encoder=str(folder)), encoder)


def test_what_was_fitted_in_its_folder_is_used(
    folder: Path, tmp_path: Path, encoder: SharedEncoder
) -> None:
    model = shutil.copytree(folder, tmp_path / "model")
    settings = Settings(cross_encoder=str(model))
    built = build_cross_encoder(settings)
    assert built is not None
    nothing = {
        name: {"weights": [[0.0] * 3] * classes, "biases": [0.0] * classes}
        for name, classes in (("point", 4), ("bare_point", 4), ("mistake", 2))
    }
    fitted = {"cross_encoder": built.fingerprint, "head": load_head().revision, "mixes": nothing}
    (model / MIXTURE_FILE).write_text(json.dumps(fitted), encoding="utf-8")

    assert built.fingerprint in build_judge(settings, encoder).identity.model
