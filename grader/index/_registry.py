"""The table of vector indexes that settings may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.errors import ConfigurationError
from grader.index._protocol import VectorIndex
from grader.settings import Settings


def _chroma(settings: Settings) -> VectorIndex:
    from grader.index._chroma import ChromaIndex

    return ChromaIndex.persistent(settings.data_dir / "chroma")


def _chroma_server(settings: Settings) -> VectorIndex:
    from grader.index._chroma import ChromaIndex

    token = settings.index_token.get_secret_value()
    return ChromaIndex.server(settings.index_url, token, settings.data_dir)


INDEXES: Mapping[str, Callable[[Settings], VectorIndex]] = {
    "chroma": _chroma,
    "chroma-server": _chroma_server,
}


def build_index(settings: Settings) -> VectorIndex:
    """Open the vector index that the settings name.

    Raises:
        ConfigurationError: Unknown name, a folder that cannot be used, or a server that cannot
            be reached.
    """
    build = INDEXES.get(settings.index)
    if build is None:
        known = ", ".join(INDEXES)
        raise ConfigurationError(f"GRADER_INDEX is '{settings.index}'; it can be: {known}")
    return build(settings)
