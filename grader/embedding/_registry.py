"""The table of embedders that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from grader.embedding._protocol import Embedder, Encoded
from grader.errors import ConfigurationError
from grader.settings import Settings


def _sentence_transformers(settings: Settings) -> Embedder:
    from grader.embedding._sentence_transformers import (
        DEFAULT_MODEL,
        SentenceTransformersEmbedder,
        installed_embedder,
    )

    if settings.embedder_model == DEFAULT_MODEL:
        return installed_embedder()
    return SentenceTransformersEmbedder(settings.embedder_model)


def _plain_sentence_transformers(settings: Settings) -> Embedder:
    from grader.embedding._sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedder_model, adapter=False)


EMBEDDERS: Mapping[str, Callable[[Settings], Embedder]] = {
    "sentence-transformers": _sentence_transformers,
}

_PLAIN: Mapping[str, Callable[[Settings], Embedder]] = {
    "sentence-transformers": _plain_sentence_transformers,
}


class _Deferred:
    """An embedder that is loaded when it is first used."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        self._load = load

    @cached_property
    def _embedder(self) -> Embedder:
        return self._load()

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        return self._embedder.encode(texts)

    def forward_only(self, texts: Sequence[str]) -> None:
        self._embedder.forward_only(texts)


def build_question_embedder(settings: Settings) -> Embedder:
    """Build the embedder that questions are found by; loaded when first used.

    It is the same model without the adapter, which has learned what answers say and has become
    worse at what questions are about.
    """
    build = _PLAIN.get(settings.embedder, build_embedder)
    return _Deferred(lambda: build(settings))


def build_embedder(settings: Settings) -> Embedder:
    """Load the embedder that the settings name.

    Raises:
        ConfigurationError: Unknown name, or a model that is not on this machine.
    """
    build = EMBEDDERS.get(settings.embedder)
    if build is None:
        known = ", ".join(EMBEDDERS)
        raise ConfigurationError(f"GRADER_EMBEDDER is '{settings.embedder}'; it can be: {known}")
    return build(settings)
