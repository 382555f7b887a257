"""Training cases from the bank itself: worked examples, and a rubric's own phrasings.

A phrasing is taken out of its rubric before it is read as an answer; else the judge would learn to
find a sentence in a list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from grader.answers import matchable, read_answer
from grader.embedding import Embedder, Encoded
from grader.embedding._protocol import FloatArray
from grader.index import PackedVectors, Role, RubricVectors
from grader.index._vectors import rubric_texts
from grader.judges.local._comparison import compare
from grader.judges.local._features import extract
from grader.types import Rubric, Verdict

Source = Literal["example", "phrasing", "sibling"]

_MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One labelled comparison of a text with a point or a mistake.

    Attributes:
        rubric_id: The group that is kept together when splitting.
        source: Where the label comes from: a worked example, the owner's own phrasing, or a
            phrasing of another point of the same rubric.
        label: A verdict for points; `made` or `absent` for mistakes.
        features: In the order of `FEATURES`.
    """

    rubric_id: str
    source: Source
    label: str
    features: FloatArray
    is_mistake: bool = False


def build_cases(rubrics: Iterable[Rubric], embedder: Embedder) -> Iterator[Case]:
    """Yield the cases of every rubric, in a fixed order."""
    for rubric in rubrics:
        vectors = PackedVectors.pack(rubric, embedder.encode(rubric_texts(rubric))).unpack(rubric)
        yield from _example_cases(rubric, vectors, embedder)
        yield from _phrasing_cases(rubric, vectors, embedder)


def data_sha256(rubrics: Iterable[Rubric]) -> str:
    """Hash the rubric versions that the cases are made from."""
    hashes = json.dumps(sorted(rubric.sha256 for rubric in rubrics))
    return hashlib.sha256(hashes.encode()).hexdigest()


def _example_cases(rubric: Rubric, vectors: RubricVectors, embedder: Embedder) -> Iterator[Case]:
    for example in rubric.examples:
        features = _features(example.answer, vectors, embedder)
        for point_id, verdict in example.points.items():
            if verdict is not Verdict.UNGRADED:
                yield Case(rubric.id, "example", verdict, features[point_id])
        for mistake_id, made in example.mistakes.items():
            label, values = _made(made), features[mistake_id]
            yield Case(rubric.id, "example", label, values, is_mistake=True)


def _phrasing_cases(rubric: Rubric, vectors: RubricVectors, embedder: Embedder) -> Iterator[Case]:
    labels = {
        Role.CLAIM: Verdict.COVERED,
        Role.ACCEPT: Verdict.COVERED,
        Role.REJECT: Verdict.CONTRADICTED,
    }
    points = {point.id for point in rubric.points}
    for item in vectors.statements:
        owner, role, text = item.statement
        # The claim itself stays: an answer that says just this must be recognised.
        kept = vectors if role is Role.CLAIM else _without(vectors, text)
        features = _features(text, kept, embedder)
        if owner not in points:
            label, values = _made(role is Role.CLAIM), features[owner]
            yield Case(rubric.id, "phrasing", label, values, is_mistake=True)
            continue
        yield Case(rubric.id, "phrasing", labels[role], features[owner])
        if role is not Role.REJECT:
            for other in sorted(points - {owner}):
                yield Case(rubric.id, "sibling", Verdict.MISSING, features[other])


def _features(text: str, vectors: RubricVectors, embedder: Embedder) -> dict[str, FloatArray]:
    answer = read_answer(text, max_characters=_MAX_CHARACTERS)
    encoded: list[Encoded] = embedder.encode(
        [matchable(answer.quote(segment)) for segment in answer.segments]
    )
    usable = np.ones(len(answer.windows), dtype=np.bool_)
    comparison = compare(answer, encoded, vectors)
    return {f.owner: f.values for f in extract(answer, comparison, vectors, usable)}


def _without(vectors: RubricVectors, text: str) -> RubricVectors:
    kept = tuple(v for v in vectors.statements if v.statement.text != text)
    return replace(vectors, statements=kept)


def _made(made: bool) -> str:  # noqa: FBT001 - a label, not a switch
    return "made" if made else "absent"
