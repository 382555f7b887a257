"""Making versions of labelled answers that say the same in other manners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from evals.datasets import LabelledAnswer, LabelledCase
from evals.fairness._pairs import BASE, MANNER_TAG, PAIR_TAG
from evals.fairness.counterfactuals._edits import Manner, rewritten
from evals.fairness.counterfactuals._prose import is_prose
from evals.fairness.counterfactuals._speech import dictated, disfluent
from evals.fairness.counterfactuals._writing import (
    bulleted,
    non_native,
    respelt,
    verbose,
)

# Carried out one after another.
MANNERS: Mapping[str, Sequence[Manner]] = {
    "dictated": (dictated,),
    "disfluent": (disfluent,),
    "spoken": (disfluent, dictated),
    "non-native": (non_native,),
    "verbose": (verbose,),
    "respelt": (respelt,),
    "bulleted": (bulleted,),
}
# What the answer's own tag for its manner said, before it became the base.
WRITTEN_TAG = "written"


@dataclass(slots=True)
class Made:
    """What came of it, in answers.

    Attributes:
        contents: Answers that versions were made of.
        versions: By manner; fewer than `contents` where a manner has nothing to change.
        unsuited: Answers left out since they are no typed prose.
    """

    contents: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    unsuited: int = 0


def counterfactuals(
    cases: Iterable[LabelledCase],
    made: Made,
    *,
    manners: Sequence[str] = tuple(MANNERS),
    per_question: int | None = None,
) -> Iterator[LabelledAnswer]:
    """Yield each suitable answer as the base version, and after it its other versions.

    The same answer always gives the same versions. Labels are the answer's reference labels, and
    the evidence is moved to where its words are now.

    Args:
        cases: Labelled answers.
        made: Counts what is made.
        manners: Of `MANNERS`.
        per_question: Take no more answers than this of each question.
    """
    taken: Counter[str] = Counter()
    for case in cases:
        answer = case.answer
        if per_question is not None and taken[answer.rubric_id] >= per_question:
            continue
        if answer.tags.get("channel", BASE) != BASE or not is_prose(answer.answer):
            made.unsuited += 1
            continue
        taken[answer.rubric_id] += 1
        made.contents += 1
        yield _tagged(answer, answer, BASE)
        for manner in manners:
            version = _version(answer, manner)
            if version is not None:
                made.versions[manner] += 1
                yield version


def _version(answer: LabelledAnswer, manner: str) -> LabelledAnswer | None:
    found = answer
    for step in MANNERS[manner]:
        # No secrets are drawn; the seed is what makes versions the same on every machine.
        rng = Random(f"{answer.id}/{step.__name__}")  # noqa: S311
        edits = step(found.answer, rng)
        if not edits:
            return None
        found = rewritten(found, edits)
    return None if found.answer == answer.answer else _tagged(found, answer, manner)


def _tagged(found: LabelledAnswer, original: LabelledAnswer, manner: str) -> LabelledAnswer:
    tags = dict(original.tags)
    if MANNER_TAG in tags:
        tags[WRITTEN_TAG] = tags[MANNER_TAG]
    tags |= {PAIR_TAG: original.id, MANNER_TAG: manner}
    name = original.id if manner == BASE else f"{original.id}~{manner}"
    return found.model_copy(update={"id": name, "tags": tags})
