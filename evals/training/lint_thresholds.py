"""Set the thresholds of deep lint: `python -m evals.training.lint_thresholds`.

Writes `grader/bank/lint/thresholds.json`. The bank is written with care, so whatever lint found there
would be a false alarm: each threshold is the most extreme value of the bank, rounded away from it to
two decimals. How much is found with it is then measured on rubrics with a fault put in.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from evals.datasets import BACKEND, load_answers
from grader.answers import matchable
from grader.bank import load_bank
from grader.bank.lint._meaning import Thresholds
from grader.bank.lint._measures import Measures, measure
from grader.embedding import Embedder, Encoded, build_embedder, build_question_embedder
from grader.settings import Settings
from grader.types import Kind, Point, Rubric

_TARGET = Path(__file__).parents[2] / "grader" / "bank" / "lint" / "thresholds.json"
_NEAR_DUPLICATES = Path(__file__).parents[1] / "data" / "lint" / "near_duplicates.jsonl"

_Look = Callable[[Rubric], Measures]


class _Remembering:
    """An embedder that encodes each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Encoded] = {}

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        new = [text for text in texts if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.encode(new), strict=True))
        return [self._known[text] for text in texts]

    def forward_only(self, texts: Sequence[str]) -> None:
        self._embedder.forward_only(texts)


def main() -> int:
    """Take the thresholds from the bank, measure what they find, and write them."""
    settings = Settings()
    rubrics = list(load_bank(settings.rubrics_dir, settings.corpus_dir))
    embedder = _Remembering(build_embedder(settings))
    plain = _Remembering(build_question_embedder(settings))
    look: _Look = partial(measure, embedder=embedder, plain=plain)
    bank = [look(rubric) for rubric in rubrics]
    bare = [look(_without_phrasings(rubric)) for rubric in rubrics]
    limits = Thresholds(
        encoder=embedder.fingerprint,
        plain=plain.fingerprint,
        supported=_below(s.strength for found in bank for s in found.support),
        supported_alone=_below(s.strength for found in bare for s in found.support),
        mistaken=_above(s.lead for found in bank for s in found.suspicions),
        same_claim=_above(pair.value for found in bank for pair in found.claims),
        same_phrasing=_above(pair.value for found in bank for pair in found.phrasings),
        measured={},
    )
    measured = {
        "bank": f"{len(rubrics)} rubrics, {sum(len(f.support) for f in bank)} points, "
        f"{sum(len(f.suspicions) for f in bank)} mistakes: no finding",
        **_duplicates(rubrics, look, limits),
        **_support(rubrics, look, limits, plain),
        **_mistakes(rubrics, look, limits),
    }
    document = limits.model_copy(update={"measured": measured}).model_dump(mode="json")
    text = json.dumps(document, indent=2) + "\n"
    _TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _below(values: Iterable[float]) -> float:
    return math.floor(100 * min(values)) / 100


def _above(values: Iterable[float]) -> float:
    return math.ceil(100 * max(values)) / 100


def _without_phrasings(rubric: Rubric) -> Rubric:
    points = tuple(point.model_copy(update={"accept": ()}) for point in rubric.points)
    return rubric.model_copy(update={"points": points})


def _duplicates(rubrics: Sequence[Rubric], look: _Look, limits: Thresholds) -> dict[str, str]:
    """Share of points found that say in other words what a point of the same rubric says."""
    by_id = {rubric.id: rubric for rubric in rubrics}
    found = []
    for line in _NEAR_DUPLICATES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        rubric = by_id[case["rubric_id"]]
        extra = Point(id="said-again", claim=case["text"], weight=1)
        spoilt = rubric.model_copy(update={"points": (*rubric.points, extra)})
        pairs = {(p.first.id, p.second.id): p.value for p in look(spoilt).claims}
        value = pairs.get((case["point_id"], extra.id), 1.0)  # else found by its words already
        found.append(value >= limits.same_claim)
    return {"points added that say another one again": _share(found)}


def _support(
    rubrics: Sequence[Rubric], look: _Look, limits: Thresholds, plain: Embedder
) -> dict[str, str]:
    """Share of points called unsupported by answers that do not say them."""
    told = [rubric for rubric in rubrics if rubric.kind is not Kind.BEHAVIOURAL]
    others = {rubric.id: _by_nearness(rubric, told, plain) for rubric in told}
    ways: dict[str, Callable[[Rubric], Iterator[Rubric]]] = {
        "points against the answer to the most similar question": lambda rubric: iter(
            [_answered(rubric, others[rubric.id][0].reference_answer)]
        ),
        "points against the answer to the median question": lambda rubric: iter(
            [_answered(rubric, others[rubric.id][len(told) // 2].reference_answer)]
        ),
        "points without phrasings, likewise": lambda rubric: iter(
            [
                _answered(
                    _without_phrasings(rubric), others[rubric.id][len(told) // 2].reference_answer
                )
            ]
        ),
        "points against their own answer less the sentences that say them": lambda rubric: (
            _less_its_source(rubric, look)
        ),
    }
    return {
        name: _share(
            support.strength < (limits.supported_alone if support.alone else limits.supported)
            for rubric in told
            for spoilt in way(rubric)
            for support in look(spoilt).support
        )
        for name, way in ways.items()
    }


def _by_nearness(rubric: Rubric, rubrics: Sequence[Rubric], plain: Embedder) -> list[Rubric]:
    own = plain.encode([rubric.question])[0].vector
    others = [other for other in rubrics if other.id != rubric.id]
    nearness = {o.id: float(own @ plain.encode([o.question])[0].vector) for o in others}
    return sorted(others, key=lambda other: -nearness[other.id])


def _answered(rubric: Rubric, answer: str) -> Rubric:
    return rubric.model_copy(update={"reference_answer": answer})


def _less_its_source(rubric: Rubric, look: _Look) -> Iterator[Rubric]:
    """Take from the answer, for each point in turn, the sentences nearest to it."""
    text = matchable(rubric.reference_answer)
    for point, support in zip(rubric.points, look(rubric).support, strict=True):
        yield _answered(
            rubric.model_copy(update={"points": (point,), "follow_ups": (), "examples": ()}),
            text.replace(support.nearest, ""),
        )


def _mistakes(rubrics: Sequence[Rubric], look: _Look, limits: Thresholds) -> dict[str, str]:
    """Share of mistakes found that candidates' own sentences add to a reference answer."""
    found = []
    for rubric in rubrics:
        for mistake, sentence in _made_in_own_words(rubric):
            spoilt = _answered(rubric, f"{rubric.reference_answer}\n\n{sentence}")
            found += [
                suspicion.lead >= limits.mistaken
                for suspicion in look(spoilt).suspicions
                if suspicion.mistake.id == mistake
            ]
    return {"mistakes added to the answer in candidates' own words": _share(found)}


def _made_in_own_words(rubric: Rubric) -> Iterator[tuple[str, str]]:
    path = BACKEND / f"{rubric.id}.jsonl"
    for answer in load_answers(path) if path.exists() else ():
        for name, label in answer.mistakes.items():
            quotes = [span.quote for span in label.evidence]
            if label.made and quotes:
                yield name, max(quotes, key=len)


def _share(found: Iterable[bool]) -> str:
    listed = list(found)
    return f"{sum(listed) / len(listed):.0%} of {len(listed)} found"


if __name__ == "__main__":
    sys.exit(main())
