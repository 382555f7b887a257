"""What needs meaning rather than layout: which sentences become points, what a follow-up is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from grader.importing._drafts import Draft, DraftFollowUp, Passage

if TYPE_CHECKING:
    from grader.embedding import FloatArray

MOST_POINTS = 8

# As cosines. A second target has to be nearly as near as the first, and not merely on the subject.
_SECOND_TARGET = 0.35
_SECOND_MARGIN = 0.05
_SAME_CLAIM = 0.92


class _Vector(Protocol):
    @property
    def vector(self) -> FloatArray: ...


class SentenceEncoder(Protocol):
    """What an import asks of an embedder; `grader.embedding.Embedder` is one."""

    def encode(self, texts: Sequence[str]) -> Sequence[_Vector]:
        """Encode texts, in order, as vectors of unit length."""
        ...


def complete(drafts: Sequence[Draft], encoder: Callable[[], SentenceEncoder]) -> list[Draft]:
    """Draft missing points and choose the targets of follow-ups.

    Args:
        drafts: Of all guides of one import, so that their texts are encoded in one go.
        encoder: Loads the model; called only if there is something to compare.
    """
    texts = list(dict.fromkeys(text for draft in drafts for text in _to_compare(draft)))
    vectors: Mapping[str, FloatArray] = {}
    if texts:
        encoded = encoder().encode(texts)
        vectors = {text: one.vector for text, one in zip(texts, encoded, strict=True)}
    return [_completed(draft, vectors) for draft in drafts]


def _to_compare(draft: Draft) -> Iterable[str]:
    points = draft.points or draft.candidates
    if not draft.points and len(draft.candidates) > MOST_POINTS:
        yield from (p.text for p in draft.candidates)
        if draft.question:
            yield draft.question.text
    if draft.follow_ups and len(draft.choices) + len(points) + len(draft.mistakes) > 1:
        yield from (p.text for p in (*draft.choices, *points))
        yield from (mistake.claim.text for mistake in draft.mistakes)
        yield from (follow_up.ask.text for follow_up in draft.follow_ups)


def _completed(draft: Draft, vectors: Mapping[str, FloatArray]) -> Draft:
    points = draft.points or tuple(_chosen(draft, vectors))
    claims = [p.text for p in (*draft.choices, *points)] + [
        mistake.claim.text for mistake in draft.mistakes
    ]
    return replace(
        draft,
        points=points,
        follow_ups=tuple(
            replace(f, targets=_targets(f, claims, vectors)) for f in draft.follow_ups
        ),
    )


def _chosen(draft: Draft, vectors: Mapping[str, FloatArray]) -> Sequence[Passage]:
    """Choose the sentences nearest to the question, in the order of the answer.

    Without a question, those nearest to what the sentences have in common.
    """
    sentences = draft.candidates
    if len(sentences) <= MOST_POINTS:
        return sentences
    own = [vectors[sentence.text] for sentence in sentences]
    about = vectors[draft.question.text] if draft.question else sum(own[1:], own[0])
    ranked = sorted(range(len(own)), key=lambda at: (-float(own[at] @ about), at))
    kept: list[int] = []
    for at in ranked:
        if len(kept) < MOST_POINTS and all(own[at] @ own[k] < _SAME_CLAIM for k in kept):
            kept.append(at)
    return [sentences[at] for at in sorted(kept)]


def _targets(
    follow_up: DraftFollowUp, claims: Sequence[str], vectors: Mapping[str, FloatArray]
) -> tuple[int, ...]:
    if len(claims) <= 1:
        return (0,) if claims else ()
    ask = vectors[follow_up.ask.text]
    similarity = [float(ask @ vectors[claim]) for claim in claims]
    first, second = sorted(range(len(claims)), key=lambda at: (-similarity[at], at))[:2]
    near = similarity[second] >= max(_SECOND_TARGET, similarity[first] - _SECOND_MARGIN)
    return (first, second) if near else (first,)
