"""Pairs of a claim and a passage, to train the cross-encoder on.

Statements and evidence are short and clean; what is read when grading are the segments that the
features choose, which may be the wrong ones. So a labelled answer gives several passages to the
same claim: the chosen segments; those that hold the evidence; now and then both, with a neighbour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple

from evals.datasets import LabelledAnswer
from evals.training._episodes import holding
from evals.training._manners import without_punctuation
from evals.training._practice import PracticeQuestion
from evals.training._public import PublicAnswer
from evals.training._reading import read_features, read_segments, read_text, rubric_vectors
from evals.training._statements import PointStatements, Statements
from grader.answers import matchable
from grader.embedding import Embedder
from grader.index import RubricVectors
from grader.judges.local import chosen_segments
from grader.types import Evidence, Rubric, Verdict

_JOINED = 0.4
_UNPUNCTUATED = 0.2
_OF_ANOTHER_CLAIM = 0.6
_STATEMENTS = 0.7
_PUBLIC = 0.3
_NEIGHBOUR = 0.5


class Relation(StrEnum):
    """How a passage stands to a claim."""

    COVERED = "covered"
    PARTIAL = "partial"
    CONTRADICTED = "contradicted"
    MISSING = "missing"
    # One of the last three, and which is not known.
    NOT_COVERED = "not_covered"


class Pair(NamedTuple):
    """A claim, a passage in segments, and how the second stands to the first."""

    claim: str
    passage: tuple[str, ...]
    relation: Relation
    weight: float


class ReadClaim(NamedTuple):
    """A claim that an answer was labelled for.

    Attributes:
        chosen: Segments that the features choose for it.
        evidence: Segments that hold the words which bear the label out.
    """

    claim: str
    relation: Relation
    chosen: tuple[int, ...]
    evidence: tuple[int, ...]


class ReadLabels(NamedTuple):
    """A labelled answer in segments, with what is known of each claim."""

    segments: tuple[str, ...]
    claims: tuple[ReadClaim, ...]


def read_labelled(
    rubric: Rubric, answers: Iterable[LabelledAnswer], embedder: Embedder
) -> Iterator[ReadLabels]:
    """Read labelled answers to a question of the bank."""
    vectors = rubric_vectors(rubric, embedder)
    for answer in answers:
        labels: dict[str, tuple[Relation, Sequence[Evidence]]] = {
            name: (Relation(label.verdict), label.evidence)
            for name, label in answer.points.items()
            if label.verdict is not Verdict.UNGRADED
        }
        for name, mistake in answer.mistakes.items():
            relation = Relation.COVERED if mistake.made else Relation.NOT_COVERED
            labels[name] = (relation, mistake.evidence)
        yield _read(rubric, answer.answer, labels, vectors, embedder)


def read_practice(
    rubric: Rubric, question: PracticeQuestion, embedder: Embedder
) -> Iterator[ReadLabels]:
    """Read practice answers to a subject by a rubric made of its statements."""
    vectors = rubric_vectors(rubric, embedder)
    for answer in question.answers:
        labels: dict[str, tuple[Relation, Sequence[Evidence]]] = {
            point.id: (Relation(label.verdict), label.evidence)
            for point, label in zip(rubric.points, answer.points, strict=True)
        }
        for mistake, found in zip(rubric.mistakes, answer.mistakes, strict=True):
            denied = Relation.CONTRADICTED if found.denied else Relation.MISSING
            labels[mistake.id] = (Relation.COVERED if found.made else denied, found.evidence)
        yield _read(rubric, answer.answer, labels, vectors, embedder)


def answer_pairs(answers: Iterable[ReadLabels], rng: Random) -> Iterator[Pair]:
    """Yield the pairs of labelled answers: what the features chose, and what was meant."""
    for answer in answers:
        for claim in answer.claims:
            chosen = _joined(answer, claim.chosen, rng)
            yield Pair(claim.claim, chosen, claim.relation, 1.5)
            if not claim.evidence:
                continue
            segments = set(claim.evidence)
            if rng.random() < _NEIGHBOUR:
                segments |= {*claim.chosen, max(segments) + 1} & set(range(len(answer.segments)))
            said = _joined(answer, sorted(segments), rng)
            yield Pair(claim.claim, said, claim.relation, 1.0)


def statement_pairs(subjects: Iterable[Sequence[Statements]], rng: Random) -> Iterator[Pair]:
    """Yield pairs of labelled statements with their claim, and with another of the same subject."""
    for subject in subjects:
        labelled = [(number, *each) for number, item in enumerate(subject) for each in _said(item)]
        for number, text, relation in labelled:
            if rng.random() >= _STATEMENTS:
                continue
            said = [text]
            other = rng.choice(labelled)
            if rng.random() < _JOINED and other[0] != number:
                said = rng.sample([text, other[1]], 2)
            yield Pair(subject[number].claim, _in_manner(said, rng), relation, 1.0)
            if relation is not Relation.MISSING and rng.random() < _OF_ANOTHER_CLAIM:
                elsewhere = rng.choice([n for n in range(len(subject)) if n != number])
                heard = _in_manner([text], rng)
                yield Pair(subject[elsewhere].claim, heard, Relation.MISSING, 0.5)


def rubric_pairs(rubric: Rubric, rng: Random) -> Iterator[Pair]:
    """Yield pairs of a rubric's claims with its own phrasings."""
    phrasings = [
        (point.id, text) for point in rubric.points for text in (point.claim, *point.accept)
    ]
    for point in rubric.points:
        for text in point.accept:
            yield Pair(point.claim, _in_manner([text], rng), Relation.COVERED, 0.7)
        for text in point.reject:
            yield Pair(point.claim, _in_manner([text], rng), Relation.CONTRADICTED, 0.7)
            if point.accept:
                accepted = rng.choice(point.accept)
                yield Pair(accepted, _in_manner([text], rng), Relation.CONTRADICTED, 0.5)
        owner, text = rng.choice(phrasings)
        if owner != point.id:
            yield Pair(point.claim, _in_manner([text], rng), Relation.MISSING, 0.3)
    for mistake in rubric.mistakes:
        if mistake.correction:
            said = _in_manner([mistake.correction], rng)
            yield Pair(mistake.claim, said, Relation.CONTRADICTED, 0.7)


def public_pairs(questions: Iterable[Sequence[PublicAnswer]], rng: Random) -> Iterator[Pair]:
    """Yield pairs of public answers with a reference answer; which kind of wrong is not known."""
    for answers in questions:
        for answer in answers:
            said = matchable(answer.answer)
            if rng.random() < _PUBLIC and said.strip():
                reference = rng.choice(answer.references).text
                relation = Relation.COVERED if answer.correct else Relation.NOT_COVERED
                yield Pair(reference, (said,), relation, 0.4)


def _read(
    rubric: Rubric,
    text: str,
    labels: dict[str, tuple[Relation, Sequence[Evidence]]],
    vectors: RubricVectors,
    embedder: Embedder,
) -> ReadLabels:
    answer = read_text(text)
    features = read_features(answer, read_segments(answer, embedder), vectors)
    claims = rubric.claims
    bounds = [(segment.start, segment.end) for segment in answer.segments]
    return ReadLabels(
        tuple(matchable(answer.reading(segment)) for segment in answer.segments),
        tuple(
            ReadClaim(
                claims[name],
                relation,
                chosen_segments(answer, features[name]),
                holding(evidence, bounds),
            )
            for name, (relation, evidence) in labels.items()
        ),
    )


def _said(item: Statements) -> Iterator[tuple[str, Relation]]:
    if isinstance(item, PointStatements):
        yield from ((text, Relation.COVERED) for text in item.covered)
        yield from ((text, Relation.PARTIAL) for text in item.partial)
        yield from ((text, Relation.CONTRADICTED) for text in item.contradicted)
        yield from ((text, Relation.MISSING) for text in item.missing)
    else:
        yield from ((text, Relation.COVERED) for text in item.made)
        yield from ((text, Relation.CONTRADICTED) for text in item.denied)
        yield from ((text, Relation.MISSING) for text in item.absent)


def _joined(answer: ReadLabels, segments: Iterable[int], rng: Random) -> tuple[str, ...]:
    return _in_manner([answer.segments[index] for index in segments], rng)


def _in_manner(parts: Sequence[str], rng: Random) -> tuple[str, ...]:
    restyled = rng.random() < _UNPUNCTUATED
    return tuple(without_punctuation(part) if restyled else part for part in parts)
