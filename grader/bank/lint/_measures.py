"""How near a rubric's statements come to each other and to the reference answer.

What is decided from these measures is in `_meaning`; where the limits lie, in `thresholds.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.answers import Answer, matchable, read_answer
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


def measure(rubric: Rubric, embedder: Embedder, plain: Embedder) -> Measures:
    """Measure a rubric; each embedder encodes some forty short texts in one go.

    Args:
        rubric: What to measure.
        embedder: Compares statements with the reference answer; it has learned what answers say.
        plain: Compares statements with each other; it tells better whether two say the same.
    """
    against = _AgainstReference(embedder, rubric)
    told = rubric.kind is Kind.BEHAVIOURAL
    return Measures(
        *_likenesses(rubric, plain),
        support=tuple(_support(rubric, against)) if against.passages and not told else (),
        suspicions=tuple(_suspicions(rubric, against)) if against.passages else (),
    )


class _AgainstReference:
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

    def compare(self, statements: Sequence[str]) -> Similarities:
        """Compare statements (rows) with the passages of the reference answer (columns)."""
        return compare(self._of(statements), self._segments, self._spans, self._question)

    def _of(self, statements: Sequence[str]) -> list[Encoded]:
        return [self._vectors[statement] for statement in statements]


def _read(text: str) -> Answer | None:
    try:
        return read_answer(text, max_characters=len(text))
    except AnswerInvalid:
        return None


def _likenesses(
    rubric: Rubric, plain: Embedder
) -> tuple[tuple[Likeness, ...], tuple[Likeness, ...]]:
    """Compare claims with claims, and phrasings with what makes another point."""
    statements = _statements(rubric.points)
    texts = [*(s.claim for s in statements), *(m.claim for m in rubric.mistakes)]
    distinct = list(dict.fromkeys(texts))
    rows = {text: row for row, text in enumerate(distinct)}
    values = alike(plain.encode(distinct))
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


def _support(rubric: Rubric, against: _AgainstReference) -> Iterator[Support]:
    for position, point in enumerate(rubric.points):
        recall = against.compare([point.claim, *point.accept]).recall
        yield Support(
            point=PlacedClaim(f"points[{position}].claim", point.id, point.claim),
            alone=not point.accept,
            strength=float(recall.max(axis=1).mean()),
            nearest=against.passages[int(recall.mean(axis=0).argmax())],
        )


def _suspicions(rubric: Rubric, against: _AgainstReference) -> Iterator[Suspicion]:
    truths = [point.claim for point in rubric.points]
    for position, mistake in enumerate(rubric.mistakes):
        if is_quoted(mistake.claim, rubric.reference_answer):
            continue
        corrections = [mistake.correction] if mistake.correction else []
        found = against.compare([mistake.claim, *corrections, *truths])
        strength = np.float32(0.5) * (found.topical + found.recall)
        lead = strength[0] - strength[1:].max(axis=0)
        yield Suspicion(
            mistake=PlacedClaim(f"mistakes[{position}].claim", mistake.id, mistake.claim),
            lead=float(lead.max()),
            said=against.passages[int(lead.argmax())],
        )
