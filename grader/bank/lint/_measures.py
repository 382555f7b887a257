"""How near a rubric's statements come to each other and to the reference answer.

What is decided from these measures is in `_meaning`; where the limits lie, in `thresholds.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.answers import matchable, read_answer
from grader.bank.lint._duplicates import PlacedClaim, claims_in_pairs, is_quoted
from grader.bank.lint._similarity import Similarities, alike, compare
from grader.bank.lint._text import repeats
from grader.embedding import Embedder, Encoded, FloatArray
from grader.errors import AnswerInvalid
from grader.types import Kind, Point, Rubric


@dataclass(frozen=True, slots=True)
class Support:
    """How much of a point the reference answer says.

    Attributes:
        point: The point's claim.
        alone: Whether it has no other phrasings, so that the measure rests on one sentence.
        strength: For each phrasing, the mean of its recall, by what has learned from answers, and
            of its cosine, by what has not, each in its nearest one or two sentences; the mean.
        nearest: The sentences that are nearest by both.
    """

    point: PlacedClaim
    alone: bool
    strength: float
    nearest: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How much nearer the reference answer comes to a mistake than to what is true.

    Attributes:
        mistake: The mistake's claim.
        lead: Over the correction and all points, in the sentences where it is largest.
        said: Those sentences.
    """

    mistake: PlacedClaim
    lead: float
    said: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two statements say the same.

    Attributes:
        first: The statement that comes first, or that the other one was found near to.
        second: The other.
        value: What either at least holds of the other: the lesser of the two recalls.
    """

    first: PlacedClaim
    second: PlacedClaim
    value: float


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures of one rubric; what words alone show is left out.

    Attributes:
        claims: All pairs of points and of mistakes.
        phrasings: Each accepted phrasing (second) and the nearest statement of another point.
        support: Of each point; empty without a reference answer, and for stories, where a point
            says what the story must contain and not what it tells.
        suspicions: Of each mistake; empty without a reference answer.
    """

    claims: tuple[Likeness, ...]
    phrasings: tuple[Likeness, ...]
    support: tuple[Support, ...]
    suspicions: tuple[Suspicion, ...]


def measure(rubric: Rubric, embedder: Embedder, plain: Embedder) -> Measures:
    """Measure a rubric; each embedder encodes some forty short texts in one go.

    Args:
        rubric: What to measure.
        embedder: Compares statements with the reference answer; it has learned what answers say.
        plain: Compares statements with each other, since it tells better whether two say the same;
            and with the reference answer, where the other one sees too much in a sentence.
    """
    passages = _Passages.of(rubric.reference_answer)
    learned, unlearned = (_Vectors(each, rubric, passages) for each in (embedder, plain))
    told = rubric.kind is Kind.BEHAVIOURAL
    return Measures(
        *_likenesses(rubric, unlearned),
        support=tuple(_support(rubric, learned, unlearned)) if passages.texts and not told else (),
        suspicions=tuple(_suspicions(rubric, learned)) if passages.texts else (),
    )


@dataclass(frozen=True, slots=True)
class _Passages:
    """A reference answer in passages of one or two segments.

    Attributes:
        segments: As they are encoded.
        spans: First and last segment of each passage, inclusive.
        texts: The passages.
    """

    segments: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, reference_answer: str) -> _Passages:
        """Split a reference answer; there are no passages where it says nothing."""
        try:
            answer = read_answer(reference_answer, max_characters=len(reference_answer))
        except AnswerInvalid:
            return cls((), (), ())
        return cls(
            tuple(matchable(answer.quote(segment)) for segment in answer.segments),
            tuple((window.first, window.last) for window in answer.windows),
            tuple(matchable(answer.quote(window)) for window in answer.windows),
        )


class _Vectors:
    """What one embedder makes of a rubric's statements and of its reference answer."""

    def __init__(self, embedder: Embedder, rubric: Rubric, passages: _Passages) -> None:
        statements = [rubric.question]
        for point in rubric.points:
            statements += [point.claim, *point.accept]
        for mistake in rubric.mistakes:
            statements += [mistake.claim, *([mistake.correction] if mistake.correction else [])]
        texts = list(dict.fromkeys([*statements, *passages.segments]))
        self._vectors = dict(zip(texts, embedder.encode(texts), strict=True))
        self._question = rubric.question
        self.passages = passages

    def compare(self, statements: Sequence[str]) -> Similarities:
        """Compare statements (rows) with the passages of the reference answer (columns)."""
        segments = self.of(self.passages.segments)
        question = self._vectors[self._question]
        return compare(self.of(statements), segments, self.passages.spans, question)

    def of(self, statements: Sequence[str]) -> list[Encoded]:
        """The vectors of statements of the rubric."""
        return [self._vectors[statement] for statement in statements]


def _likenesses(
    rubric: Rubric, plain: _Vectors
) -> tuple[tuple[Likeness, ...], tuple[Likeness, ...]]:
    """Compare claims with claims, and phrasings with what makes another point."""
    statements = _statements(rubric.points)
    texts = [*(s.claim for s in statements), *(m.claim for m in rubric.mistakes)]
    distinct = list(dict.fromkeys(texts))
    rows = {text: row for row, text in enumerate(distinct)}
    values = alike(plain.of(distinct))
    claims = tuple(
        Likeness(first, second, float(values[rows[first.claim], rows[second.claim]]))
        for first, second in claims_in_pairs(rubric)
        if not repeats(first.claim, second.claim)
    )
    of_points = [rows[statement.claim] for statement in statements]
    return claims, tuple(_phrasings(statements, values[np.ix_(of_points, of_points)]))


def _statements(points: Sequence[Point]) -> list[PlacedClaim]:
    return [
        PlacedClaim(f"points[{position}].{where}", point.id, text)
        for position, point in enumerate(points)
        for where, text in (
            ("claim", point.claim),
            *((f"accept[{index}]", text) for index, text in enumerate(point.accept)),
        )
    ]


def _phrasings(statements: Sequence[PlacedClaim], values: FloatArray) -> Iterator[Likeness]:
    owners = np.array([statement.id for statement in statements])
    claims = {s.id: s.claim for s in statements if s.where.endswith(".claim")}
    for row, statement in enumerate(statements):
        others = np.where(owners == statement.id, np.float32(-1), values[row])
        nearest = statements[int(others.argmax())]
        own_claim = statement.where.endswith(".claim")
        if (
            nearest.id != statement.id
            and not own_claim
            and not repeats(statement.claim, nearest.claim)
            and not repeats(claims[statement.id], claims[nearest.id])
        ):
            yield Likeness(nearest, statement, float(others.max()))


def _support(rubric: Rubric, learned: _Vectors, plain: _Vectors) -> Iterator[Support]:
    for position, point in enumerate(rubric.points):
        phrasings = [point.claim, *point.accept]
        recall, topical = learned.compare(phrasings).recall, plain.compare(phrasings).topical
        strength = np.float32(0.5) * (recall.max(axis=1) + topical.max(axis=1))
        yield Support(
            point=PlacedClaim(f"points[{position}].claim", point.id, point.claim),
            alone=not point.accept,
            strength=float(strength.mean()),
            nearest=learned.passages.texts[int((recall + topical).mean(axis=0).argmax())],
        )


def _suspicions(rubric: Rubric, learned: _Vectors) -> Iterator[Suspicion]:
    truths = [point.claim for point in rubric.points]
    for position, mistake in enumerate(rubric.mistakes):
        if is_quoted(mistake.claim, rubric.reference_answer):
            continue
        corrections = [mistake.correction] if mistake.correction else []
        found = learned.compare([mistake.claim, *corrections, *truths])
        strength = np.float32(0.5) * (found.topical + found.recall)
        lead = strength[0] - strength[1:].max(axis=0)
        yield Suspicion(
            mistake=PlacedClaim(f"mistakes[{position}].claim", mistake.id, mistake.claim),
            lead=float(lead.max()),
            said=learned.passages.texts[int(lead.argmax())],
        )
