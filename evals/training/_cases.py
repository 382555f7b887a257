"""Cases to fit the local judge's head on: labelled answers, public answers, a rubric's own phrasings.

A phrasing is taken out of its rubric before it is read as an answer; else the head would learn to
find a sentence in a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple

from evals.datasets import LabelledAnswer
from evals.training._public import PublicAnswer
from evals.training._reading import (
    claims_alone,
    read_features,
    read_segments,
    read_text,
    rubric_vectors,
)
from grader.embedding import Embedder, FloatArray
from grader.errors import AnswerInvalid
from grader.index import Role, RubricVectors
from grader.judges.local import OwnerFeatures, chosen_passage
from grader.types import Point, Rubric, Verdict

Source = Literal["answer", "restyled", "practice", "reference", "phrasing", "sibling", "public"]

# What a public set calls incorrect may be any of these.
NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One labelled comparison of a text with a point or a mistake.

    Attributes:
        rubric_id: The question, whose cases are kept together when splitting.
        source: Where the label comes from: a labelled answer, one put in another manner, a practice
            answer, another question's reference answer, the owner's own phrasing, a phrasing of
            another point of the same rubric, a public set.
        label: A verdict for points, or `not_covered`; `made` or `absent` for mistakes.
        features: In the order of `FEATURES`.
        is_bare: Whether the claim was all there was to compare with.
        is_mistake: Whether it is a mistake, not a point.
        claim: What the text was compared with.
        passage: The segments of it that bear most on the claim.
    """

    rubric_id: str
    source: Source
    label: str
    features: FloatArray
    is_bare: bool
    is_mistake: bool
    claim: str
    passage: tuple[str, ...]


class _Read(NamedTuple):
    features: OwnerFeatures
    passage: tuple[str, ...]


def build_cases(
    rubric: Rubric,
    answers: Iterable[LabelledAnswer],
    embedder: Embedder,
    *,
    restyled: Iterable[LabelledAnswer] = (),
    others: Sequence[Rubric] = (),
    phrasings: bool = False,
) -> Iterator[Case]:
    """Yield the cases of one question, in a fixed order.

    Each answer is read twice: against the whole rubric, and against its claims alone.

    Args:
        rubric: The question's rubric.
        answers: Labelled answers to the question.
        embedder: Encodes everything.
        restyled: Some of the same answers in another manner.
        others: Rubrics of other questions, whose reference answers say none of this.
        phrasings: Whether to add the rubric's worked examples and phrasings.
    """
    vectors = rubric_vectors(rubric, embedder)
    variants = (vectors, claims_alone(vectors))
    read = partial(_answer_cases, rubric=rubric, variants=variants, embedder=embedder)
    sources: Sequence[tuple[Source, Iterable[LabelledAnswer]]]
    sources = (("answer", answers), ("restyled", restyled))
    for source, labelled in sources:
        for answer in labelled:
            verdicts = {name: label.verdict for name, label in answer.points.items()}
            made = {name: label.made for name, label in answer.mistakes.items()}
            yield from read(answer.answer, verdicts, made, source=source)
    none_made = dict.fromkeys((mistake.id for mistake in rubric.mistakes), False)
    nothing = dict.fromkeys((point.id for point in rubric.points), Verdict.MISSING)
    for other in others:
        yield from read(other.reference_answer, nothing, none_made, source="reference")
    if phrasings:
        for example in rubric.examples:
            yield from read(example.answer, example.points, example.mistakes)
        yield from _phrasing_cases(rubric, vectors, embedder)


def public_cases(answers: Sequence[PublicAnswer], embedder: Embedder) -> Iterator[Case]:
    """Yield a case for each answer to one public question: the reference it comes nearest to."""
    question = answers[0]
    references = []
    for number, reference in enumerate(question.references):
        rubric = Rubric(
            id="public",
            version="1.0.0",
            question=question.question,
            points=(Point(id=f"reference-{number}", claim=reference.text, weight=1.0),),
        )
        references.append(rubric_vectors(rubric, embedder))
    for answer in answers:
        try:
            found = list(_features(answer.answer, references, embedder))
        except AnswerInvalid:
            continue  # a handful are blank
        read = [next(iter(each.values())) for each in found]
        number, nearest = max(enumerate(read), key=lambda item: float(item[1].features.values[0]))
        label = Verdict.COVERED if answer.correct else NOT_COVERED
        yield Case(
            answer.question_id,
            "public",
            label,
            nearest.features.values,
            is_bare=True,
            is_mistake=False,
            claim=question.references[number].text,
            passage=nearest.passage,
        )


def _answer_cases(
    text: str,
    verdicts: Mapping[str, Verdict],
    mistakes: Mapping[str, bool],
    source: Source = "answer",
    *,
    rubric: Rubric,
    variants: Iterable[RubricVectors],
    embedder: Embedder,
) -> Iterator[Case]:
    for found in _features(text, variants, embedder):
        for name, verdict in verdicts.items():
            if verdict is not Verdict.UNGRADED:
                yield _case(rubric, source, verdict, found[name])
        for name, made in mistakes.items():
            yield _case(rubric, source, _made(made), found[name], is_mistake=True)


def _case(
    rubric: Rubric, source: Source, label: str, read: _Read, *, is_mistake: bool = False
) -> Case:
    return Case(
        rubric_id=rubric.id,
        source=source,
        label=str(label),
        features=read.features.values,
        is_bare=read.features.is_bare,
        is_mistake=is_mistake,
        claim=rubric.claims[read.features.owner],
        passage=read.passage,
    )


def _phrasing_cases(rubric: Rubric, vectors: RubricVectors, embedder: Embedder) -> Iterator[Case]:
    labels = {
        Role.CLAIM: Verdict.COVERED,
        Role.ACCEPT: Verdict.COVERED,
        Role.REJECT: Verdict.CONTRADICTED,
    }
    points = {point.id for point in rubric.points}
    for item in vectors.statements:
        owner, role, text = item.statement
        if role is Role.REFERENCE:
            continue
        # The claim itself stays: an answer that says just this must be recognised.
        kept = vectors if role is Role.CLAIM else _without(vectors, text)
        (found,) = _features(text, [kept], embedder)
        if owner not in points:
            label = _made(role is Role.CLAIM)
            yield _case(rubric, "phrasing", label, found[owner], is_mistake=True)
            continue
        yield _case(rubric, "phrasing", labels[role], found[owner])
        if role is not Role.REJECT:
            for other in sorted(points - {owner}):
                yield _case(rubric, "sibling", Verdict.MISSING, found[other])


def _features(
    text: str, variants: Iterable[RubricVectors], embedder: Embedder
) -> Iterator[dict[str, _Read]]:
    """Yield what an answer is against each variant of a rubric, by owner."""
    answer = read_text(text)
    segments = read_segments(answer, embedder)
    for vectors in variants:
        found = read_features(answer, segments, vectors)
        yield {owner: _Read(each, chosen_passage(answer, each)) for owner, each in found.items()}


def _without(vectors: RubricVectors, text: str) -> RubricVectors:
    kept = tuple(v for v in vectors.statements if v.statement.text != text)
    return replace(vectors, statements=kept)


def _made(made: bool) -> str:  # noqa: FBT001 - a label, not a switch
    return "made" if made else "absent"
