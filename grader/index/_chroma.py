"""The vector index on Chroma, through langchain-chroma.

Two collections. `questions` has one record per rubric version: its vector routes free-form
questions, and its metadata carries the packed vectors that a grade under the rubric reads, so that
one look-up by id serves a grade however large the bank is. `parts` has the points, mistakes,
follow-ups and reference passages, for search.

A rubric's record in `questions` is written last and removed first: it says that the rubric's parts
are complete. A sync that is interrupted is put right by the next one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from filelock import FileLock
from langchain_core.embeddings import Embeddings

from grader.answers import matchable
from grader.bank import passages
from grader.embedding import FloatArray, SharedEncoder
from grader.index._chroma_client import connect, disconnect, open_folder, translated
from grader.index._chroma_examples import ChromaExamples
from grader.index._chroma_own_questions import ChromaOwnQuestions
from grader.index._protocol import Hit, PartKind, SyncReport
from grader.index._vectors import PackedVectors, RubricVectors, encode_rubric
from grader.types import Rubric

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma

# Written together: large enough to be quick, small enough that an interruption loses little.
_RUBRICS_PER_WRITE = 32
_IDS_PER_CALL = 1000


class _Record(NamedTuple):
    id: str
    text: str
    vector: FloatArray
    metadata: dict[str, str]


class _GivenVectors(Embeddings):
    """Hands LangChain the vectors that were computed already."""

    def __init__(self) -> None:
        self._vectors: list[FloatArray] = []

    def give(self, vectors: Iterable[FloatArray]) -> None:
        self._vectors = list(vectors)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if len(texts) != len(self._vectors):
            raise AssertionError("one vector must be given for each text")
        return [vector.tolist() for vector in self._vectors]

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError("searches are by vector")


_LAYOUT = 2


class ChromaIndex(ChromaExamples, ChromaOwnQuestions):
    """A vector index in a Chroma database."""

    def __init__(self, client: ClientAPI, lock: AbstractContextManager[object]) -> None:
        """Open or create the collections.

        Args:
            client: A Chroma client of any kind.
            lock: Held while the index is changed, so that two processes do not interleave.
        """
        from langchain_chroma import Chroma

        super().__init__(client)
        self._lock = lock
        self._given = _GivenVectors()
        self._questions, self._parts = (
            Chroma(
                name,
                client=client,
                embedding_function=self._given,
                collection_configuration={"hnsw": {"space": "cosine"}},
            )
            for name in ("questions", "parts")
        )

    @classmethod
    def persistent(cls, folder: Path) -> Self:
        """Open an index in a folder of this machine, creating it if need be.

        Raises:
            ConfigurationError: The folder cannot be used.
        """
        with open_folder(folder) as client:
            return cls(client, FileLock(folder / "sync.lock"))

    @classmethod
    def server(cls, url: str, token: str, locks: Path) -> Self:
        """Open an index on a Chroma server, which several machines may share.

        Two machines that bring it up to date at the same time write the same records under the same
        ids; processes of one machine take turns.

        Args:
            url: Of the server, as in `http://chroma:8000`.
            token: Sent as a bearer token, to whatever guards the server; empty for none.
            locks: Folder of this machine for the lock.

        Raises:
            ConfigurationError: The server cannot be reached or used.
        """
        with connect(url, token) as client:
            locks.mkdir(parents=True, exist_ok=True)
            return cls(client, FileLock(locks / "chroma-server.lock"))

    @translated
    def sync(
        self,
        rubrics: Sequence[Rubric],
        encoder: SharedEncoder,
        on_progress: Callable[[int, int], None] | None = None,
        *,
        questions: SharedEncoder | None = None,
    ) -> SyncReport:
        """Make the index hold exactly these rubrics; see `VectorIndex.sync`."""
        with self._lock:
            held = set(self._held())
            wanted = {_key(rubric, encoder.fingerprint): rubric for rubric in rubrics}
            gone = held - wanted.keys()
            new = [rubric for key, rubric in wanted.items() if key not in held]
            self._remove(sorted(gone))
            for start in range(0, len(new), _RUBRICS_PER_WRITE):
                chunk = new[start : start + _RUBRICS_PER_WRITE]
                packed = []
                for position, rubric in enumerate(chunk, start=start + 1):
                    packed.append(encode_rubric(rubric, encoder))
                    if on_progress:
                        on_progress(position, len(new))
                asked = [matchable(rubric.question) for rubric in chunk]
                found = (questions or encoder).submit(asked).result()
                vectors = [item.vector for item in found]
                self._add(chunk, packed, vectors, encoder.fingerprint)
        return SyncReport(len(new), len(gone), len(wanted) - len(new))

    def close(self) -> None:
        """Close connections; the index is not used after that."""
        disconnect(self._client)

    @translated
    def ping(self) -> None:
        """Look whether the index is there; see `VectorIndex.ping`."""
        self._questions.get(include=[], limit=1)

    @translated
    def read(self, rubric: Rubric, fingerprint: str) -> RubricVectors | None:
        """Return the vectors of a rubric, or None if this content is not held."""
        found = self._questions.get(ids=[_key(rubric, fingerprint)], include=["metadatas"])
        for metadata in found["metadatas"] or ():
            return PackedVectors.from_bytes(base64.b64decode(metadata["packed"])).unpack(rubric)
        return None

    @translated
    def size(self) -> int:
        """Return how many rubric versions are held."""
        return sum(1 for _ in self._held())

    @translated
    def search(self, kind: PartKind, vector: FloatArray, limit: int) -> list[Hit]:
        """Return the nearest records of one kind."""
        is_question = kind is PartKind.QUESTION
        collection = self._questions if is_question else self._parts
        found = collection.similarity_search_by_vector_with_relevance_scores(
            vector.tolist(), k=limit, filter=None if is_question else {"kind": kind}
        )
        return [
            Hit(
                rubric_id=document.metadata["rubric_id"],
                version=document.metadata["version"],
                kind=kind,
                text=document.page_content,
                similarity=1 - distance,
            )
            for document, distance in found
        ]

    def _held(self) -> Iterator[str]:
        """Yield the keys of the rubrics that are complete."""
        offset = 0
        while ids := self._questions.get(include=[], limit=_IDS_PER_CALL, offset=offset)["ids"]:
            yield from ids
            offset += len(ids)

    def _remove(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        self._questions.delete(ids=list(keys))
        for key in keys:
            self._drop_parts(key)

    def _drop_parts(self, key: str) -> None:
        ids = self._parts.get(where={"rubric": key}, include=[])["ids"]
        if ids:
            self._parts.delete(ids=ids)

    def _add(
        self,
        rubrics: Sequence[Rubric],
        packed: Sequence[PackedVectors],
        asked: Sequence[FloatArray],
        fingerprint: str,
    ) -> None:
        questions: list[_Record] = []
        parts: list[_Record] = []
        for rubric, archive, question in zip(rubrics, packed, asked, strict=True):
            vectors = archive.unpack(rubric)
            key = _key(rubric, fingerprint)
            stamp = {
                "rubric": key,
                "rubric_id": rubric.id,
                "version": rubric.version,
                "sha256": rubric.sha256,
                "embedder": fingerprint,
            }
            text = base64.b64encode(archive.to_bytes()).decode()
            questions.append(_Record(key, rubric.question, question, stamp | {"packed": text}))
            self._drop_parts(key)
            parts.extend(_parts(rubric, vectors, stamp))
        self._write(self._parts, parts)
        self._write(self._questions, questions)

    def _write(self, collection: Chroma, records: Sequence[_Record]) -> None:
        self._given.give(record.vector for record in records)
        collection.add_texts(
            [record.text for record in records],
            [record.metadata for record in records],
            [record.id for record in records],
        )


def _key(rubric: Rubric, fingerprint: str) -> str:
    # A key names the content, the embedder and what is kept of a rubric, so that holding the key is
    # holding the vectors.
    embedder = hashlib.sha256(f"{fingerprint}/{_LAYOUT}".encode()).hexdigest()[:8]
    return f"{rubric.id}@{rubric.version}/{rubric.sha256[:16]}/{embedder}"


def _parts(rubric: Rubric, vectors: RubricVectors, stamp: Mapping[str, str]) -> Iterable[_Record]:
    claims = {v.statement.owner: v.vector for v in reversed(vectors.statements)}
    texts = passages(rubric.reference_answer)
    listed = [
        *((PartKind.POINT, p.id, p.claim, claims[p.id]) for p in rubric.points),
        *((PartKind.MISTAKE, m.id, m.claim, claims[m.id]) for m in rubric.mistakes),
        *(
            (PartKind.FOLLOW_UP, f.id, f.ask, vector)
            for f, vector in zip(rubric.follow_ups, vectors.follow_ups, strict=True)
        ),
        *(
            (PartKind.PASSAGE, str(number), text, vector)
            for number, (text, vector) in enumerate(zip(texts, vectors.passages, strict=True))
        ),
    ]
    for kind, part, text, vector in listed:
        yield _Record(
            f"{stamp['rubric']}/{kind}/{part}", text, vector, {**stamp, "kind": kind, "part": part}
        )
