"""Finding rubrics by meaning: the one a free-form question asks for, and a related one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import NamedTuple

from grader.bank import Bank
from grader.embedding import FloatArray
from grader.errors import NoMatchingRubric
from grader.index._protocol import Hit, PartKind, VectorIndex
from grader.types import NextQuestion, Rubric

NEAREST = 3
"""How many rubrics compete for a question."""


class Candidate(NamedTuple):
    """A rubric that a question may ask for.

    Attributes:
        similarity: Cosine of its question and the one that is asked.
    """

    rubric: Rubric
    similarity: float


def nearest_rubric(
    index: VectorIndex,
    bank: Bank,
    question: FloatArray,
    *,
    min_similarity: float,
    min_margin: float,
    own: Sequence[Candidate] = (),
    replaced: Collection[str] = (),
) -> Rubric:
    """Return the rubric whose question is meant by a free-form one.

    Args:
        index: Where the bank's questions are.
        bank: Where its rubrics are.
        question: Vector of the free-form question.
        min_similarity: Least cosine between the two questions.
        min_margin: Least distance, in cosine, to the rubric that comes second. Of one's own and one
            of the bank's that are nearer to each other than that, one's own is meant.
        own: The caller's own rubrics that come near the question.
        replaced: Ids of the bank's that the caller has put its own in place of.

    Raises:
        NoMatchingRubric: Nothing is near enough, or two are about equally near; lists the nearest.
    """
    hits = index.search(PartKind.QUESTION, question, NEAREST + len(replaced))
    shared = [
        Candidate(bank.get(hit.rubric_id, hit.version), hit.similarity)
        for hit in _known(hits, bank)
        if hit.rubric_id not in replaced
    ]
    own = sorted(own, key=attrgetter("similarity"), reverse=True)
    ranked = sorted([*own, *shared], key=attrgetter("similarity"), reverse=True)[:NEAREST]
    needed = max([min_similarity, *(each.similarity - min_margin for each in shared)])
    contest = own if own and own[0].similarity >= needed else ranked
    if not contest or contest[0].similarity < min_similarity:
        raise _none("the question is not near any rubric", ranked)
    second = contest[1].similarity if len(contest) > 1 else -1.0
    if contest[0].similarity - second < min_margin:
        raise _none("the question is about equally near to several rubrics", ranked)
    return contest[0].rubric


def related_question(
    index: VectorIndex,
    bank: Bank,
    rubric: Rubric,
    question: FloatArray,
    asked: Collection[str],
) -> NextQuestion | None:
    """Return a question of the bank on a related topic, not asked before; None if there is none.

    A question that shares a topic with the present one is preferred to one that merely sounds
    alike.
    """
    hits = _known(index.search(PartKind.QUESTION, question, 3 * NEAREST + len(asked)), bank)
    others = [hit for hit in hits if hit.rubric_id != rubric.id and hit.rubric_id not in asked]

    def rank(hit: Hit) -> tuple[bool, float]:
        topics = set(bank.get(hit.rubric_id, hit.version).topics)
        return not topics.isdisjoint(rubric.topics), hit.similarity

    if not others:
        return None
    best = max(others, key=rank)
    return NextQuestion(id=best.rubric_id, ask=best.text, source="bank")


def _none(reason: str, ranked: Sequence[Candidate]) -> NoMatchingRubric:
    nearest = [
        {
            "rubric_id": each.rubric.id,
            "question": each.rubric.question,
            "similarity": round(each.similarity, 3),
        }
        for each in ranked
    ]
    listed = "; ".join(f"{n['rubric_id']} ({n['similarity']:.2f})" for n in nearest)
    return NoMatchingRubric(
        f"{reason}; name one by rubric_id. Nearest: {listed or 'none'}", nearest
    )


def _known(hits: list[Hit], bank: Bank) -> list[Hit]:
    # Another process may have brought the index up to date with a newer bank meanwhile.
    return [hit for hit in hits if (hit.rubric_id, hit.version) in bank]
