"""What the adapter learns from: one rubric or subject at a time, with texts judged against it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from evals.datasets import LabelledAnswer
from evals.training._manners import without_punctuation
from evals.training._public import PublicAnswer
from evals.training._statements import (
    MistakeStatements,
    PointStatements,
    Statements,
    owner_ids,
)
from grader.answers import matchable, read_answer
from grader.types import Evidence, Rubric, Verdict

_MAX_CHARACTERS = 100_000
# How much of a quotation a segment must hold to count as saying it, in characters.
_SHORTEST_OVERLAP = 8

_QUESTIONS_PER_EPISODE = 4
_REFERENCES = 4
_PUBLIC_ANSWERS = 12


class Relation(Enum):
    """How a text stands to an owner, a point or a mistake."""

    AFFIRMS = "affirms"
    PARTLY = "partly"
    DENIES = "denies"
    NEITHER = "neither"


_RELATIONS = {
    Verdict.COVERED: Relation.AFFIRMS,
    Verdict.PARTIAL: Relation.PARTLY,
    Verdict.CONTRADICTED: Relation.DENIES,
    Verdict.MISSING: Relation.NEITHER,
}


class Statement(NamedTuple):
    """A phrasing that the rubric holds.

    Attributes:
        affirms: Whether it is for its owner, a claim or an accepted phrasing, or against it.
    """

    text: str
    owner: str
    affirms: bool
    of_mistake: bool = False


class Probe(NamedTuple):
    """A text whose relation to one owner is known.

    Attributes:
        statement: Its index where it is itself one of the statements, and left out of those it is
            compared with; None for a text from elsewhere.
    """

    text: str
    owner: str
    relation: Relation
    of_mistake: bool = False
    statement: int | None = None


class Said(NamedTuple):
    """Which segments of an answer bear on an owner, and how."""

    owner: str
    relation: Relation
    segments: tuple[int, ...]
    of_mistake: bool = False


class AnswerProbe(NamedTuple):
    """An answer in segments, with what each owner's evidence is."""

    segments: tuple[str, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """Everything about one question that is compared in one step of training."""

    statements: tuple[Statement, ...]
    probes: tuple[Probe, ...]
    answers: tuple[AnswerProbe, ...] = ()


def rubric_episode(rubric: Rubric, answers: Iterable[LabelledAnswer]) -> Episode:
    """Make an episode of a rubric, its own phrasings and labelled answers to it."""
    statements: list[Statement] = []
    probes: list[Probe] = []

    def add(text: str, owner: str, relation: Relation) -> None:
        probes.append(Probe(text, owner, relation, statement=len(statements)))
        statements.append(Statement(text, owner, relation is Relation.AFFIRMS))

    for point in rubric.points:
        statements.append(Statement(point.claim, point.id, affirms=True))
        for text in point.accept:
            add(text, point.id, Relation.AFFIRMS)
        for text in point.reject:
            add(text, point.id, Relation.DENIES)
    for mistake in rubric.mistakes:
        statements.append(Statement(mistake.claim, mistake.id, affirms=True, of_mistake=True))
        if mistake.correction:
            statements.append(
                Statement(mistake.correction, mistake.id, affirms=False, of_mistake=True)
            )
    read = tuple(_answer_probe(answer) for answer in answers)
    return Episode(tuple(statements), tuple(probes), read)


def claims_only(episode: Episode) -> Episode:
    """The same, as if the rubric held claims and no other phrasings of them."""
    kept: dict[str, Statement] = {}
    for statement in episode.statements:
        if statement.affirms:
            kept.setdefault(statement.owner, statement)
    probes = tuple(probe._replace(statement=None) for probe in episode.probes)
    return Episode(tuple(kept.values()), probes, episode.answers)


def unpunctuated(episode: Episode) -> Episode:
    """The same, with the texts that are judged as a recogniser writes them that gives words alone."""
    probes = tuple(
        probe
        if probe.statement is not None
        else probe._replace(text=without_punctuation(probe.text))
        for probe in episode.probes
    )
    return replace(episode, probes=probes)


def subject_episode(
    subject: Sequence[Statements], answers: Iterable[LabelledAnswer], rng: random.Random
) -> Episode:
    """Make an episode of labelled statements and answers, labelled by the subject's `owner_ids`.

    Some of the statements become a rubric's phrasings, the others probes.
    """
    statements: list[Statement] = []
    probes: list[Probe] = []
    for owner, item in zip(owner_ids(subject), subject, strict=True):
        mistake = isinstance(item, MistakeStatements)
        statements.append(Statement(item.claim, owner, affirms=True, of_mistake=mistake))
        for texts, relation, kept in _labelled(item):
            for position, text in enumerate(rng.sample(texts, len(texts))):
                index = len(statements) if position < kept else None
                probes.append(Probe(text, owner, relation, mistake, index))
                if index is not None:
                    affirms = relation is Relation.AFFIRMS
                    statements.append(Statement(text, owner, affirms, mistake))
    read = tuple(_answer_probe(answer) for answer in answers)
    return Episode(tuple(statements), tuple(probes), read)


def public_episodes(
    questions: Sequence[Sequence[PublicAnswer]], rng: random.Random
) -> Iterator[Episode]:
    """Make episodes of a few public questions each, so that they are one another's alternatives."""
    order = rng.sample(range(len(questions)), len(questions))
    for start in range(0, len(order), _QUESTIONS_PER_EPISODE):
        statements: list[Statement] = []
        probes: list[Probe] = []
        for index in order[start : start + _QUESTIONS_PER_EPISODE]:
            answers, owner = questions[index], str(index)
            references = answers[0].references
            chosen = rng.sample(references, min(_REFERENCES, len(references)))
            statements += [Statement(reference.text, owner, affirms=True) for reference in chosen]
            for answer in rng.sample(answers, min(_PUBLIC_ANSWERS, len(answers))):
                relation = Relation.AFFIRMS if answer.correct else Relation.NEITHER
                probes.append(Probe(answer.answer, owner, relation))
        yield Episode(tuple(statements), tuple(probes))


def _labelled(item: Statements) -> Iterator[tuple[tuple[str, ...], Relation, int]]:
    """Yield texts, their relation to the claim, and how many of them to keep as phrasings."""
    if isinstance(item, PointStatements):
        yield item.covered, Relation.AFFIRMS, 2
        yield item.contradicted, Relation.DENIES, 2
        yield item.partial, Relation.PARTLY, 0
        yield item.missing, Relation.NEITHER, 0
    else:
        yield item.made, Relation.AFFIRMS, 0
        yield item.denied, Relation.DENIES, 1
        yield item.absent, Relation.NEITHER, 0


def _answer_probe(labelled: LabelledAnswer) -> AnswerProbe:
    answer = read_answer(labelled.answer, max_characters=_MAX_CHARACTERS)
    bounds = [(segment.start, segment.end) for segment in answer.segments]
    said = [
        Said(name, _RELATIONS[label.verdict], holding(label.evidence, bounds))
        for name, label in labelled.points.items()
        if label.verdict in _RELATIONS and label.verdict is not Verdict.MISSING
    ]
    said += [
        Said(name, Relation.AFFIRMS, holding(label.evidence, bounds), of_mistake=True)
        for name, label in labelled.mistakes.items()
        if label.made
    ]
    segments = tuple(matchable(answer.quote(segment)) for segment in answer.segments)
    return AnswerProbe(segments, tuple(item for item in said if item.segments))


def holding(evidence: Iterable[Evidence], bounds: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Find the segments, given by their bounds, that hold a good part of some evidence."""
    return tuple(
        index
        for index, (start, end) in enumerate(bounds)
        if any(
            min(end, span.end) - max(start, span.start)
            >= min(_SHORTEST_OVERLAP, (span.end - span.start) // 2 + 1)
            for span in evidence
        )
    )
