"""Finding rubrics by meaning: the one a free-form question asks for, and a related one."""

from __future__ import annotations

from collections.abc import Collection

from grader.bank import Bank
from grader.embedding import FloatArray
from grader.errors import NoMatchingRubric
from grader.index._protocol import Hit, PartKind, VectorIndex
from grader.types import NextQuestion, Rubric

_NEAREST = 3


def nearest_rubric(
    index: VectorIndex,
    bank: Bank,
    question: FloatArray,
    *,
    min_similarity: float,
    min_margin: float,
) -> Rubric:
    """Return the rubric whose question is meant by a free-form one.

    Args:
        index: Where the questions are.
        bank: Where the rubrics are.
        question: Vector of the free-form question.
        min_similarity: Least cosine between the two questions.
        min_margin: Least distance, in cosine, to the rubric that comes second.

    Raises:
        NoMatchingRubric: Nothing is near enough, or two are about equally near; lists the nearest.
    """
    hits = _known(index.search(PartKind.QUESTION, question, _NEAREST), bank)
    if hits and hits[0].similarity >= min_similarity:
        second = hits[1].similarity if len(hits) > 1 else -1.0
        if hits[0].similarity - second >= min_margin:
            return bank.get(hits[0].rubric_id, hits[0].version)
        reason = "the question is about equally near to several rubrics"
    else:
        reason = "the question is not near any rubric"
    nearest = [
        {"rubric_id": h.rubric_id, "question": h.text, "similarity": round(h.similarity, 3)}
        for h in hits
    ]
    listed = "; ".join(f"{n['rubric_id']} ({n['similarity']:.2f})" for n in nearest)
    raise NoMatchingRubric(f"{reason}; name one by rubric_id. Nearest: {listed or 'none'}", nearest)


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
    hits = _known(index.search(PartKind.QUESTION, question, 3 * _NEAREST + len(asked)), bank)
    others = [hit for hit in hits if hit.rubric_id != rubric.id and hit.rubric_id not in asked]

    def rank(hit: Hit) -> tuple[bool, float]:
        topics = set(bank.get(hit.rubric_id, hit.version).topics)
        return not topics.isdisjoint(rubric.topics), hit.similarity

    if not others:
        return None
    best = max(others, key=rank)
    return NextQuestion(id=best.rubric_id, ask=best.text, source="bank")


def _known(hits: list[Hit], bank: Bank) -> list[Hit]:
    # Another process may have brought the index up to date with a newer bank meanwhile.
    return [hit for hit in hits if (hit.rubric_id, hit.version) in bank]
