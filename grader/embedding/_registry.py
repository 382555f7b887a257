"""The table of embedders that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.embedding._protocol import Embedder
from grader.errors import ConfigurationError
from grader.settings import Settings


def _sentence_transformers(settings: Settings) -> Embedder:
    from grader.embedding._sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(settings.embedder_model)


EMBEDDERS: Mapping[str, Callable[[Settings], Embedder]] = {
    "sentence-transformers": _sentence_transformers,
}


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
