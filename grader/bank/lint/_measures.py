"""How near a rubric's statements come to each other and to the reference answer.

What is decided from these measures is in `_meaning`; where the limits lie, in `thresholds.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.answers import Answer, matchable, read_answer
from grader.bank.lint._duplicates import PlacedClaim, claims_in_pairs, is_quoted
from grader.bank.lint._similarity import Similarities, compare
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
        strength: For each phrasing, its recall in the nearest one or two sentences; the mean.
        nearest: Those sentences.
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


def measure(rubric: Rubric, embedder: Embedder) -> Measures:
    """Measure a rubric; encodes some fifty short texts in one go."""
    encoded = _Encodings(embedder, rubric)
    told = rubric.kind is Kind.BEHAVIOURAL
    return Measures(
        claims=tuple(_claims(rubric, encoded)),
        phrasings=tuple(_phrasings(rubric.points, encoded)),
        support=tuple(_support(rubric, encoded)) if encoded.passages and not told else (),
        suspicions=tuple(_suspicions(rubric, encoded)) if encoded.passages else (),
    )


class _Encodings:
    """The vectors of a rubric's statements and of its reference answer."""

    def __init__(self, embedder: Embedder, rubric: Rubric) -> None:
        answer = _read(rubric.reference_answer)
        segments = [matchable(answer.quote(s)) for s in answer.segments] if answer else []
        windows = answer.windows if answer else ()
        statements = [rubric.question]
        for point in rubric.points:
            statements += [point.claim, *point.accept]
        for mistake in rubric.mistakes:
            statements += [mistake.claim, *([mistake.correction] if mistake.correction else [])]
        texts = list(dict.fromkeys([*statements, *segments]))
        self._vectors = dict(zip(texts, embedder.encode(texts), strict=True))
        self._segments = self._of(segments)
        self._spans = [(window.first, window.last) for window in windows]
        self._question = self._vectors[rubric.question]
        self.passages = [matchable(answer.quote(w)) for w in windows] if answer else []

    def with_passages(self, statements: Sequence[str]) -> Similarities:
        """Compare statements (rows) with the passages of the reference answer (columns)."""
        return compare(self._of(statements), self._segments, self._spans, self._question)

    def with_each_other(self, statements: Sequence[str]) -> FloatArray:
        """Compare statements with each other: how much either at least holds of the other."""
        rows = self._of(statements)
        spans = [(index, index) for index in range(len(rows))]
        recall = compare(rows, rows, spans, self._question).recall
        return np.minimum(recall, recall.T)

    def _of(self, statements: Sequence[str]) -> list[Encoded]:
        return [self._vectors[statement] for statement in statements]


def _read(text: str) -> Answer | None:
    try:
        return read_answer(text, max_characters=len(text))
    except AnswerInvalid:
        return None


def _claims(rubric: Rubric, encoded: _Encodings) -> Iterator[Likeness]:
    claims = [*(point.claim for point in rubric.points), *(m.claim for m in rubric.mistakes)]
    alike = encoded.with_each_other(claims)
    for first, second in claims_in_pairs(rubric):
        if not repeats(first.claim, second.claim):
            value = alike[claims.index(first.claim), claims.index(second.claim)]
            yield Likeness(first, second, float(value))


def _phrasings(points: Sequence[Point], encoded: _Encodings) -> Iterator[Likeness]:
    statements = [
        PlacedClaim(f"points[{position}].{where}", point.id, text)
        for position, point in enumerate(points)
        for where, text in (
            ("claim", point.claim),
            *((f"accept[{index}]", text) for index, text in enumerate(point.accept)),
        )
    ]
    alike = encoded.with_each_other([statement.claim for statement in statements])
    owners = np.array([statement.id for statement in statements])
    for row, statement in enumerate(statements):
        others = np.where(owners == statement.id, np.float32(-1), alike[row])
        nearest = statements[int(others.argmax())]
        own_claim = statement.where.endswith(".claim")
        if (
            nearest.id != statement.id
            and not own_claim
            and not repeats(statement.claim, nearest.claim)
        ):
            yield Likeness(nearest, statement, float(others.max()))


def _support(rubric: Rubric, encoded: _Encodings) -> Iterator[Support]:
    for position, point in enumerate(rubric.points):
        recall = encoded.with_passages([point.claim, *point.accept]).recall
        yield Support(
            point=PlacedClaim(f"points[{position}].claim", point.id, point.claim),
            alone=not point.accept,
            strength=float(recall.max(axis=1).mean()),
            nearest=encoded.passages[int(recall.mean(axis=0).argmax())],
        )


def _suspicions(rubric: Rubric, encoded: _Encodings) -> Iterator[Suspicion]:
    truths = [point.claim for point in rubric.points]
    for position, mistake in enumerate(rubric.mistakes):
        if is_quoted(mistake.claim, rubric.reference_answer):
            continue
        corrections = [mistake.correction] if mistake.correction else []
        found = encoded.with_passages([mistake.claim, *corrections, *truths])
        strength = np.float32(0.5) * (found.topical + found.recall)
        lead = strength[0] - strength[1:].max(axis=0)
        yield Suspicion(
            mistake=PlacedClaim(f"mistakes[{position}].claim", mistake.id, mistake.claim),
            lead=float(lead.max()),
            said=encoded.passages[int(lead.argmax())],
        )
