"""Finding the rubric that a free-form question asks for, among the bank's and one's own."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

from grader.answers import matchable
from grader.bank import Bank
from grader.embedding import FloatArray, SharedEncoder
from grader.index import (
    NEAREST,
    Candidate,
    OwnQuestionIndex,
    OwnQuestionKey,
    VectorIndex,
    nearest_rubric,
)
from grader.types import Rubric

_ENCODED_AT_ONCE = 64

# Other processes write to the same index, and one that saw older records may have taken out what
# was put in here; so it is looked at again now and then.
_SECONDS_TRUSTED = 60.0
_MOST_TRUSTED = 10_000


class OwnVersion(NamedTuple):
    """One version of a rubric that is not the shared bank's."""

    rubric_id: str
    version: str
    sha256: str


class OwnRubrics(Protocol):
    """Knows the rubrics that somebody has beside the shared bank."""

    @property
    def scope(self) -> str:
        """Whose they are; nobody else's are ever found."""
        ...

    async def current(self) -> Sequence[OwnVersion]:
        """Return the version of each rubric that answers are graded by now."""
        ...

    async def rubrics(self, versions: Collection[OwnVersion]) -> Sequence[Rubric]:
        """Return versions whole, in any order; those that there are no more are left out."""
        ...


class QuestionRouter:
    """Finds rubrics by question.

    The index has vectors and names of one's own rubrics, and what they say stays in the records,
    which have the last word: what they do not show the caller is never returned, whatever the index
    holds. What the index lacks is encoded when it is asked for.
    """

    def __init__(
        self,
        index: VectorIndex,
        bank: Bank,
        encoder: SharedEncoder,
        *,
        min_similarity: float,
        min_margin: float,
    ) -> None:
        """Put the parts together.

        Args:
            index: Holds the vectors.
            bank: Its rubrics are everybody's.
            encoder: Encodes questions, as it does for the index.
            min_similarity: See `nearest_rubric`; so is what follows.
            min_margin: Likewise.
        """
        self._index = index
        self._bank = bank
        self._encoder = encoder
        self._min_similarity = min_similarity
        self._min_margin = min_margin
        self._trusted: OrderedDict[str, tuple[frozenset[str], float]] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(self, question: str, own: OwnRubrics | None = None) -> Rubric:
        """Find the rubric for a question.

        Args:
            question: Its text, as `matchable` gives it.
            own: Those of whoever asks; one's own goes before the bank's of the same id.

        Raises:
            NoMatchingRubric: None is near enough, or several are about equally near.
            IndexUnavailable: The index cannot be searched now.
        """
        (encoded,) = await self._encoder.encode([question])
        versions = await own.current() if own is not None else ()
        near: Sequence[Candidate] = ()
        replaced: set[str] = set()
        if own is not None and versions and isinstance(self._index, OwnQuestionIndex):
            near = await self._near(self._index, own, versions, encoded.vector)
            shared = {rubric.id for rubric in self._bank}
            replaced = {each.rubric_id for each in versions} & shared
        return await asyncio.to_thread(
            nearest_rubric,
            self._index,
            self._bank,
            encoded.vector,
            min_similarity=self._min_similarity,
            min_margin=self._min_margin,
            own=near,
            replaced=replaced,
        )

    async def refresh(self, own: OwnRubrics) -> None:
        """Make the index hold the questions of these rubrics, and no others of theirs.

        Raises:
            IndexUnavailable: The index cannot be written now.
        """
        if isinstance(self._index, OwnQuestionIndex):
            await self._sync(self._index, own, await own.current())

    async def _near(
        self,
        index: OwnQuestionIndex,
        own: OwnRubrics,
        versions: Sequence[OwnVersion],
        vector: FloatArray,
    ) -> Sequence[Candidate]:
        names = {_name(each): each for each in versions}
        if not self._is_trusted(own.scope, names):
            await self._sync(index, own, versions)
        limit = NEAREST
        while True:
            found = await asyncio.to_thread(index.nearest_questions, self._key(own), vector, limit)
            near = {names[name]: cosine for name, cosine in found if name in names}
            # What is out of use may still be there, and take the place of what is not.
            if len(near) >= min(NEAREST, len(names)) or len(found) < limit:
                break
            limit *= 4
        nearest = dict(list(near.items())[:NEAREST])
        rubrics = await own.rubrics(nearest)
        cosines = {(each.rubric_id, each.sha256): cosine for each, cosine in nearest.items()}
        return [
            Candidate(rubric, cosines[rubric.id, rubric.sha256])
            for rubric in rubrics
            if (rubric.id, rubric.sha256) in cosines
        ]

    async def _sync(
        self, index: OwnQuestionIndex, own: OwnRubrics, versions: Sequence[OwnVersion]
    ) -> None:
        lock = self._locks.setdefault(own.scope, asyncio.Lock())
        names = {_name(each): each for each in versions}
        async with lock:
            # Whoever waited here finds it done.
            if self._is_trusted(own.scope, names):
                return
            # The fingerprint of an embedder that nobody has used yet takes as long as loading it.
            key = await asyncio.to_thread(self._key, own)
            held = await asyncio.to_thread(index.held_questions, key)
            missing = [each for name, each in names.items() if name not in held]
            for start in range(0, len(missing), _ENCODED_AT_ONCE):
                rubrics = await own.rubrics(missing[start : start + _ENCODED_AT_ONCE])
                asked = [matchable(rubric.question) for rubric in rubrics]
                encoded = await self._encoder.encode(asked)
                vectors = {
                    _name(OwnVersion(rubric.id, rubric.version, rubric.sha256)): each.vector
                    for rubric, each in zip(rubrics, encoded, strict=True)
                }
                await asyncio.to_thread(index.keep_questions, key, vectors)
            if gone := held - names.keys():
                await asyncio.to_thread(index.forget_questions, key, gone)
            self._trusted[own.scope] = frozenset(names), time.monotonic() + _SECONDS_TRUSTED
            self._trusted.move_to_end(own.scope)
            while len(self._trusted) > _MOST_TRUSTED:
                self._trusted.popitem(last=False)

    def _is_trusted(self, scope: str, names: Mapping[str, OwnVersion]) -> bool:
        held, until = self._trusted.get(scope, (frozenset(), 0.0))
        return held == names.keys() and time.monotonic() < until

    def _key(self, own: OwnRubrics) -> OwnQuestionKey:
        return OwnQuestionKey(own.scope, self._encoder.fingerprint)


def _name(version: OwnVersion) -> str:
    return f"{version.rubric_id}/{version.sha256}"
