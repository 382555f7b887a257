"""Vectors of judged answers on Chroma: one collection for each embedder, and no text in any."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from grader.embedding import FloatArray
from grader.index._chroma_client import translated
from grader.index._examples import ExampleKey

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

_PREFIX = "examples-"


class ChromaExamples:
    """An `ExampleIndex` in a Chroma database."""

    def __init__(self, client: ClientAPI) -> None:
        """Use a client of any kind; collections are made when first needed."""
        self._client = client

    @translated
    def keep_example(self, key: ExampleKey, name: str, vector: FloatArray) -> None:
        """Keep a vector; see `ExampleIndex.keep_example`."""
        collection = self._client.get_or_create_collection(
            _collection(key), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        metadata = {"scope": key.scope, "rubric": key.rubric_sha256}
        collection.upsert(ids=[name], embeddings=[vector.tolist()], metadatas=[metadata])

    @translated
    def nearest_examples(
        self, key: ExampleKey, vector: FloatArray, limit: int
    ) -> list[tuple[str, float]]:
        """Search; see `ExampleIndex.nearest_examples`."""
        collection = self._existing().get(_collection(key))
        if collection is None:
            return []
        found = collection.query(
            query_embeddings=[vector.tolist()],
            n_results=limit,
            where={"$and": [{"scope": key.scope}, {"rubric": key.rubric_sha256}]},
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        pairs = zip(found["ids"][0], distances, strict=True)
        return [(name, 1 - distance) for name, distance in pairs]

    @translated
    def forget_examples(self, names: Collection[str]) -> int:
        """Delete; see `ExampleIndex.forget_examples`."""
        gone = 0
        for collection in self._existing().values():
            held = collection.get(ids=list(names), include=[])["ids"]
            if held:
                collection.delete(ids=held)
            gone += len(held)
        return gone

    def _existing(self) -> dict[str, ChromaCollection]:
        return {
            each.name: each
            for each in self._client.list_collections()
            if each.name.startswith(_PREFIX)
        }


def _collection(key: ExampleKey) -> str:
    return _PREFIX + hashlib.sha256(key.fingerprint.encode()).hexdigest()[:16]
