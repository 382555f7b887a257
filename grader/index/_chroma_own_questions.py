"""Vectors of the questions of tenants' own rubrics on Chroma; no text is kept with them.

They are in a collection of their own, one for each embedder: bringing the bank up to date leaves
them alone, and a search of the bank cannot come upon them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from grader.embedding import FloatArray
from grader.index._chroma_client import translated
from grader.index._own_questions import OwnQuestionKey

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

_PREFIX = "own-questions-"
# As many as SQLite takes variables in one statement, with some to spare.
_IDS_PER_CALL = 1000


class ChromaOwnQuestions:
    """An `OwnQuestionIndex` in a Chroma database."""

    def __init__(self, client: ClientAPI) -> None:
        """Use a client of any kind; collections are made when first needed."""
        self._client = client

    @translated
    def held_questions(self, key: OwnQuestionKey) -> set[str]:
        """List; see `OwnQuestionIndex.held_questions`."""
        collection = self._own_questions(key)
        held: set[str] = set()
        offset = 0
        while ids := collection.get(
            where={"scope": key.scope}, include=[], limit=_IDS_PER_CALL, offset=offset
        )["ids"]:
            held.update(_name(each) for each in ids)
            offset += len(ids)
        return held

    @translated
    def keep_questions(self, key: OwnQuestionKey, vectors: Mapping[str, FloatArray]) -> None:
        """Keep vectors; see `OwnQuestionIndex.keep_questions`."""
        collection = self._own_questions(key)
        names = list(vectors)
        for start in range(0, len(names), _IDS_PER_CALL):
            some = names[start : start + _IDS_PER_CALL]
            collection.upsert(
                ids=[_id(key, name) for name in some],
                embeddings=[vectors[name].tolist() for name in some],
                metadatas=[{"scope": key.scope} for _ in some],
            )

    @translated
    def nearest_questions(
        self, key: OwnQuestionKey, vector: FloatArray, limit: int
    ) -> list[tuple[str, float]]:
        """Search; see `OwnQuestionIndex.nearest_questions`."""
        found = self._own_questions(key).query(
            query_embeddings=[vector.tolist()],
            n_results=limit,
            where={"scope": key.scope},
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        pairs = zip(found["ids"][0], distances, strict=True)
        return [(_name(each), 1 - distance) for each, distance in pairs]

    @translated
    def forget_questions(self, key: OwnQuestionKey, names: Collection[str]) -> None:
        """Delete; see `OwnQuestionIndex.forget_questions`."""
        ids = [_id(key, name) for name in names]
        collection = self._own_questions(key)
        for start in range(0, len(ids), _IDS_PER_CALL):
            collection.delete(ids=ids[start : start + _IDS_PER_CALL])

    def _own_questions(self, key: OwnQuestionKey) -> ChromaCollection:
        return self._client.get_or_create_collection(
            _PREFIX + hashlib.sha256(key.fingerprint.encode()).hexdigest()[:16],
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )


def _id(key: OwnQuestionKey, name: str) -> str:
    return f"{key.scope}/{name}"


def _name(name_in_collection: str) -> str:
    return name_in_collection.partition("/")[2]
