"""Reads an answer with the shared encoder and decides point by point."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from grader.answers import (
    Answer,
    Flag,
    Window,
    denied_segments,
    is_courtesy,
    is_instruction,
    is_keyword_list,
    listed_segments,
    matchable,
    restates,
)
from grader.embedding import Encoded, SharedEncoder
from grader.errors import ConfigurationError
from grader.judges._protocol import JudgeIdentity, JudgeTask
from grader.judges.local._comparison import Comparison, compare
from grader.judges.local._explain import explain_mistake, explain_point
from grader.judges.local._features import OwnerFeatures, extract
from grader.judges.local._head import load_head
from grader.judges.local._matching import says_nothing
from grader.judges.local._second_reader import SecondReader, Verdicts
from grader.judges.local._settled import Settled, settle, settled_mistake, settled_point
from grader.judges.local._sparse import load_doubt, sparseness
from grader.sentences import SentenceBoundaries, split_unpunctuated
from grader.types import (
    Evidence,
    Judgement,
    MistakeFinding,
    Point,
    PointFinding,
    Rubric,
    Verdict,
)
from grader.words import overlap, words

_MORE_LIKELY_THAN_NOT = 0.5

# A sentence of the reference answer, word for word, is as good as certain to be no mistake.
_REFERENCE_ERRS = 0.03
_FEWEST_WORDS = 4

# An answer of several segments is off topic when about a third of it says nothing the rubric
# knows, for or against.
_FEWEST_SEGMENTS = 3
_OFF_TOPIC = 0.35


class LocalJudge:
    """Compares every window of an answer with every statement of the rubric, and decides."""

    def __init__(self, encoder: SharedEncoder, second_reader: SecondReader | None = None) -> None:
        """Use the service's encoder.

        Args:
            encoder: Encodes answers.
            second_reader: Reads again what bears most on each point and mistake.

        Raises:
            ConfigurationError: The judge was trained for another embedder than the configured one, or
                what it finds the ends of sentences with cannot be read.
        """
        self._encoder = encoder
        self._second_reader = second_reader
        self._head = load_head()
        self._doubt = load_doubt()
        if self._head.encoder != encoder.fingerprint:
            raise ConfigurationError(
                f"the local judge was trained for the embedder {self._head.encoder}, not for "
                f"{encoder.fingerprint}; leave GRADER_EMBEDDER_MODEL at its default or choose "
                "another judge with GRADER_JUDGE"
            )
        self._boundaries = SentenceBoundaries()

    @property
    def identity(self) -> JudgeIdentity:
        """The judge's name, and its models with the revision of its parameters."""
        parts = self._head.encoder, self._boundaries.revision
        models = "+".join((*parts, self._head.revision, self._doubt.revision))
        if self._second_reader is not None:
            models = f"{models}, {self._second_reader.revision}"
        return JudgeIdentity("local", models)

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake; see `Judge.judge`."""
        answer = await asyncio.to_thread(
            split_unpunctuated, task.answer, self._boundaries.probabilities
        )
        task = replace(task, answer=answer)
        texts = [matchable(answer.reading(segment)) for segment in answer.segments]
        encoded = await self._encoder.encode(texts)
        weighed = await asyncio.to_thread(self._weigh, task, encoded)
        if isinstance(weighed, Judgement):
            return weighed
        if self._second_reader is not None:
            verdicts, made = await self._second_reader.reconsider(
                task, weighed.unsettled, weighed.verdicts, weighed.made
            )
            weighed = replace(weighed, verdicts=verdicts, made=made)
        return await asyncio.to_thread(_conclude, task, weighed)

    def close(self) -> None:
        """Release what the second reader holds."""
        if self._second_reader is not None:
            self._second_reader.close()

    def _weigh(self, task: JudgeTask, encoded: Sequence[Encoded]) -> _Weighed | Judgement:
        answer, rubric = task.answer, task.rubric
        own = _own_segments(answer, rubric)
        usable = np.array([own[window.first] and own[window.last] for window in answer.windows])
        if not usable.any():
            return _nothing_said(rubric, "The answer states nothing of its own about the subject.")
        if is_keyword_list(answer.text):
            return _nothing_said(
                rubric, "The answer lists terms without saying anything about them."
            )
        comparison = compare(answer, encoded, task.vectors)
        found = {f.owner: f for f in extract(answer, comparison, task.vectors, usable)}
        nearest = {owner: features.window for owner, features in found.items()}
        settled = settle(answer, task.vectors, own, usable.tolist(), nearest)
        verdicts = self._head.verdicts([found[point.id] for point in rubric.points])
        words = sum(
            len(answer.quote(segment).split())
            for segment, is_own in zip(answer.segments, own, strict=True)
            if is_own
        )
        return _Weighed(
            features=found,
            settled=settled,
            verdicts=self._doubt.lowered(
                verdicts,
                _sparseness(verdicts, settled, words),
                {name for name, features in found.items() if features.is_bare},
            ),
            made=self._head.made([found[mistake.id] for mistake in rubric.mistakes]),
            is_off_topic=_is_off_topic(answer, comparison, own),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Weighed:
    """What is known of an answer before verdicts are given.

    Attributes:
        features: By point or mistake.
        settled: Those that need no judging.
        verdicts: Probabilities of each point's verdicts.
        made: Probability that each mistake is made.
    """

    features: Mapping[str, OwnerFeatures]
    settled: Mapping[str, Settled]
    verdicts: Verdicts
    made: Mapping[str, float]
    is_off_topic: bool

    @property
    def unsettled(self) -> list[OwnerFeatures]:
        """Features of what needs judging."""
        return [each for owner, each in self.features.items() if owner not in self.settled]


def _conclude(task: JudgeTask, weighed: _Weighed) -> Judgement:
    features, settled = weighed.features, weighed.settled
    return Judgement(
        points=tuple(
            settled_point(point.id, settled[point.id])
            if point.id in settled
            else _judged_point(point, weighed.verdicts[point.id], features[point.id], task)
            for point in task.rubric.points
        ),
        mistakes=tuple(
            settled_mistake(mistake.id, settled[mistake.id])
            if mistake.id in settled
            else _judged_mistake(features[mistake.id], weighed.made[mistake.id], task)
            for mistake in task.rubric.mistakes
        ),
        flags=(str(Flag.OFF_TOPIC),) if weighed.is_off_topic else (),
    )


def _sparseness(verdicts: Verdicts, settled: Collection[str], words: int) -> Mapping[str, float]:
    touched = [
        1.0 if point in settled else 1 - shares[Verdict.MISSING]
        for point, shares in verdicts.items()
    ]
    return dict(zip(verdicts, sparseness(touched, words).tolist(), strict=True))


def _is_off_topic(answer: Answer, comparison: Comparison, own: Sequence[bool]) -> bool:
    return len(answer.segments) >= _FEWEST_SEGMENTS and bool(
        says_nothing(answer, comparison)[np.array(own)].mean() >= _OFF_TOPIC
    )


def _judged_point(
    point: Point, shares: Mapping[Verdict, float], features: OwnerFeatures, task: JudgeTask
) -> PointFinding:
    verdict = _verdict(shares)
    window = _evidence_window(verdict, features, task.answer)
    against = ""
    if verdict is Verdict.CONTRADICTED and features.against_row is not None:
        against = task.vectors.statements[features.against_row].statement.text
    return PointFinding(
        point_id=point.id,
        verdict=verdict,
        probabilities=shares,
        evidence=(_evidence(task.answer, window),) if window else (),
        why=explain_point(point, verdict, features, task.answer, window, against),
    )


def _judged_mistake(features: OwnerFeatures, probability: float, task: JudgeTask) -> MistakeFinding:
    window = task.answer.windows[features.window]
    if _is_of_reference(task.answer.quote(window), task.rubric):
        probability = _REFERENCE_ERRS
    made = probability >= _MORE_LIKELY_THAN_NOT
    return MistakeFinding(
        mistake_id=features.owner,
        made=made,
        probability=probability,
        evidence=(_evidence(task.answer, window),) if made else (),
        why=explain_mistake(made=made),
    )


def _is_of_reference(quote: str, rubric: Rubric) -> bool:
    """Tell whether words stand in the reference answer, which makes no mistake."""
    said = words(matchable(quote))
    return (
        len(said) >= _FEWEST_WORDS
        and overlap(said, _words_of(rubric.reference_answer), len(said)) == 1
    )


@lru_cache(maxsize=256)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(words(matchable(text)))


def _own_segments(answer: Answer, rubric: Rubric) -> list[bool]:
    """Tell which segments are the candidate's own statements.

    What repeats the question or a follow-up, speaks to the grader or is mere courtesy states nothing
    about the subject, nor does a list of terms; and what is said only to be denied is not the
    candidate's belief.
    """
    asked = [f" {' '.join(_words_of(follow_up.ask))} " for follow_up in rubric.follow_ups]
    return [
        not restates(answer.quote(segment), rubric.question)
        and not _is_read_from(_words_of(answer.quote(segment)), asked)
        and not is_instruction(answer.quote(segment))
        and not is_courtesy(answer.quote(segment))
        and not listed
        and not denied
        for segment, listed, denied in zip(
            answer.segments, listed_segments(answer), denied_segments(answer), strict=True
        )
    ]


def _is_read_from(said: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether words stand one after the other in one of some texts; a few may by chance."""
    return len(said) >= _FEWEST_WORDS and any(f" {' '.join(said)} " in text for text in texts)


def _nothing_said(rubric: Rubric, why: str) -> Judgement:
    return Judgement(
        points=tuple(
            PointFinding(
                point_id=point.id,
                verdict=Verdict.MISSING,
                probabilities={Verdict.MISSING: 1.0},
                why=why,
            )
            for point in rubric.points
        ),
        mistakes=tuple(
            MistakeFinding(mistake_id=mistake.id, made=False, probability=0.0, why=why)
            for mistake in rubric.mistakes
        ),
    )


def _verdict(shares: Mapping[Verdict, float]) -> Verdict:
    """Take the verdict whose credit is the median of the credits' distribution.

    The median is least wrong on average, and so a point counts as covered only where that is more
    likely than not.
    """
    covered, partial = shares[Verdict.COVERED], shares[Verdict.PARTIAL]
    if covered >= _MORE_LIKELY_THAN_NOT:
        return Verdict.COVERED
    if covered + partial >= _MORE_LIKELY_THAN_NOT:
        return Verdict.PARTIAL
    denied = shares[Verdict.CONTRADICTED] > shares[Verdict.MISSING]
    return Verdict.CONTRADICTED if denied else Verdict.MISSING


def _evidence_window(verdict: Verdict, features: OwnerFeatures, answer: Answer) -> Window | None:
    if verdict is Verdict.MISSING:
        return None
    index = features.window
    if verdict is Verdict.CONTRADICTED and features.against_window is not None:
        index = features.against_window
    return answer.windows[index]


def _evidence(answer: Answer, window: Window) -> Evidence:
    return Evidence(start=window.start, end=window.end, quote=answer.quote(window))
