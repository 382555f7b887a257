"""Cases to train the local judge on: labelled answers, worked examples, a rubric's own phrasings.

A phrasing is taken out of its rubric before it is read as an answer; else the judge would learn to
find a sentence in a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from evals.datasets import LabelledAnswer
from grader.answers import matchable, read_answer
from grader.embedding import Embedder, FloatArray
from grader.index import PackedVectors, Role, RubricVectors, rubric_texts
from grader.judges.local import compare, extract
from grader.types import Rubric, Verdict

Source = Literal["answer", "reference", "phrasing", "sibling"]

_MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One labelled comparison of a text with a point or a mistake.

    Attributes:
        rubric_id: The question, whose cases are kept together when splitting.
        source: Where the label comes from: a labelled answer, a reference answer (the question's
            own or another's), the owner's own phrasing, or a phrasing of another point of the
            same rubric.
        label: A verdict for points; `made` or `absent` for mistakes.
        features: In the order of `FEATURES`.
    """

    rubric_id: str
    source: Source
    label: str
    features: FloatArray
    is_mistake: bool = False


def build_cases(
    rubric: Rubric,
    answers: Iterable[LabelledAnswer],
    embedder: Embedder,
    *,
    others: Sequence[Rubric] = (),
    phrasings: bool = False,
) -> Iterator[Case]:
    """Yield the cases of one question, in a fixed order.

    Args:
        rubric: The question's rubric.
        answers: Labelled answers to the question.
        embedder: Encodes everything.
        others: Rubrics of other questions, whose reference answers say none of this.
        phrasings: Whether to add the rubric's reference answer, worked examples and phrasings.
    """
    vectors = PackedVectors.pack(rubric, embedder.encode(rubric_texts(rubric))).unpack(rubric)
    read = partial(_answer_cases, rubric=rubric, vectors=vectors, embedder=embedder)
    for answer in answers:
        verdicts = {name: label.verdict for name, label in answer.points.items()}
        made = {name: label.made for name, label in answer.mistakes.items()}
        yield from read(answer.answer, verdicts, made)
    none_made = dict.fromkeys((mistake.id for mistake in rubric.mistakes), False)
    for other in others:
        nothing = dict.fromkeys((point.id for point in rubric.points), Verdict.MISSING)
        yield from read(other.reference_answer, nothing, none_made, source="reference")
    if phrasings:
        everything = dict.fromkeys((point.id for point in rubric.points), Verdict.COVERED)
        yield from read(rubric.reference_answer, everything, none_made, source="reference")
        for example in rubric.examples:
            yield from read(example.answer, example.points, example.mistakes)
        yield from _phrasing_cases(rubric, vectors, embedder)


def _answer_cases(
    text: str,
    verdicts: Mapping[str, Verdict],
    mistakes: Mapping[str, bool],
    source: Source = "answer",
    *,
    rubric: Rubric,
    vectors: RubricVectors,
    embedder: Embedder,
) -> Iterator[Case]:
    features = _features(text, vectors, embedder)
    for name, verdict in verdicts.items():
        if verdict is not Verdict.UNGRADED:
            yield Case(rubric.id, source, verdict, features[name])
    for name, made in mistakes.items():
        yield Case(rubric.id, source, _made(made), features[name], is_mistake=True)


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
            label = _made(role is Role.CLAIM)
            yield Case(rubric.id, "phrasing", label, features[owner], is_mistake=True)
            continue
        yield Case(rubric.id, "phrasing", labels[role], features[owner])
        if role is not Role.REJECT:
            for other in sorted(points - {owner}):
                yield Case(rubric.id, "sibling", Verdict.MISSING, features[other])


def _features(text: str, vectors: RubricVectors, embedder: Embedder) -> dict[str, FloatArray]:
    answer = read_answer(text, max_characters=_MAX_CHARACTERS)
    encoded = embedder.encode([matchable(answer.quote(segment)) for segment in answer.segments])
    usable = np.ones(len(answer.windows), dtype=np.bool_)
    comparison = compare(answer, encoded, vectors)
    return {f.owner: f.values for f in extract(answer, comparison, vectors, usable)}


def _without(vectors: RubricVectors, text: str) -> RubricVectors:
    kept = tuple(v for v in vectors.statements if v.statement.text != text)
    return replace(vectors, statements=kept)


def _made(made: bool) -> str:  # noqa: FBT001 - a label, not a switch
    return "made" if made else "absent"
