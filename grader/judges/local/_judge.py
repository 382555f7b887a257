"""Reads an answer with the shared encoder and decides point by point."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from grader.answers import (
    Answer,
    Flag,
    Window,
    denied_segments,
    is_instruction,
    is_keyword_list,
    listed_segments,
    matchable,
    restates,
)
from grader.embedding import Encoded, SharedEncoder
from grader.errors import ConfigurationError
from grader.index import RubricVectors
from grader.judges._protocol import JudgeIdentity, JudgeTask
from grader.judges.local._comparison import Comparison, compare
from grader.judges.local._explain import explain_mistake, explain_point
from grader.judges.local._features import OwnerFeatures, extract
from grader.judges.local._head import Classifier, Head, load_head
from grader.judges.local._matching import unassigned
from grader.judges.local._owners import owners_of
from grader.judges.local._verbatim import Run, verbatim_runs
from grader.types import (
    Evidence,
    Judgement,
    MistakeFinding,
    Point,
    PointFinding,
    Rubric,
    Verdict,
)

_MORE_LIKELY_THAN_NOT = 0.5

# An answer of several segments is off topic when about a third of it says nothing the rubric
# knows, for or against.
_FEWEST_SEGMENTS = 3
_OFF_TOPIC = 0.35

# A rubric's very words are as good as certain; a person may still have meant them otherwise.
_VERBATIM = 0.97


class LocalJudge:
    """Compares every window of an answer with every statement of the rubric, and decides."""

    def __init__(self, encoder: SharedEncoder) -> None:
        """Use the service's encoder.

        Raises:
            ConfigurationError: The judge was trained for another embedder than the configured one.
        """
        self._encoder = encoder
        self._head = load_head()
        if self._head.encoder != encoder.fingerprint:
            raise ConfigurationError(
                f"the local judge was trained for the embedder {self._head.encoder}, not for "
                f"{encoder.fingerprint}; leave GRADER_EMBEDDER_MODEL at its default or choose "
                "another judge with GRADER_JUDGE"
            )

    @property
    def identity(self) -> JudgeIdentity:
        """The judge's name, and its embedder with the revision of its parameters."""
        return JudgeIdentity("local", f"{self._head.encoder}+{self._head.revision}")

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake; see `Judge.judge`."""
        answer = task.answer
        texts = [matchable(answer.reading(segment)) for segment in answer.segments]
        encoded = await self._encoder.encode(texts)
        return await asyncio.to_thread(self._decide, task, encoded)

    def _decide(self, task: JudgeTask, encoded: Sequence[Encoded]) -> Judgement:
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
        points = [found[point.id] for point in rubric.points]
        mistakes = [found[mistake.id] for mistake in rubric.mistakes]
        verdicts = dict(_verdict_shares(self._head, points))
        made = dict(_made_shares(self._head.mistake, mistakes))
        verbatim = _settled_verbatim(task.vectors, verbatim_runs(answer, task.vectors, own))
        return Judgement(
            points=tuple(
                _verbatim_point(point.id, *verbatim[point.id], answer)
                if point.id in verbatim
                else _judged_point(point, verdicts[point.id], found[point.id], task)
                for point in rubric.points
            ),
            mistakes=tuple(
                _verbatim_mistake(features.owner, *verbatim[features.owner], answer)
                if features.owner in verbatim
                else _judged_mistake(features, made[features.owner], answer)
                for features in mistakes
            ),
            flags=(str(Flag.OFF_TOPIC),) if _is_off_topic(answer, comparison, usable) else (),
        )


def _is_off_topic(answer: Answer, comparison: Comparison, usable: npt.NDArray[np.bool_]) -> bool:
    windows = np.flatnonzero(usable)
    return (
        len(answer.segments) >= _FEWEST_SEGMENTS
        and unassigned(answer, comparison, windows) >= _OFF_TOPIC
    )


def _verdict_shares(
    head: Head, found: Sequence[OwnerFeatures]
) -> Iterator[tuple[str, dict[Verdict, float]]]:
    for classifier, bare in ((head.point, False), (head.bare_point, True)):
        chosen = [features for features in found if features.is_bare is bare]
        if chosen:
            shares = classifier.probabilities(np.stack([f.values for f in chosen]))
            for features, row in zip(chosen, shares, strict=True):
                named = zip(classifier.classes, row, strict=True)
                yield features.owner, {Verdict(name): float(share) for name, share in named}


def _made_shares(
    classifier: Classifier, found: Sequence[OwnerFeatures]
) -> Iterator[tuple[str, float]]:
    if found:
        shares = classifier.probabilities(np.stack([f.values for f in found]))
        column = classifier.classes.index("made")
        for features, row in zip(found, shares, strict=True):
            yield features.owner, float(row[column])


def _settled_verbatim(
    vectors: RubricVectors, runs: Mapping[int, Run]
) -> dict[str, tuple[bool, Run]]:
    """Tell, by owner, whether the answer affirms or denies it in the rubric's words, and where.

    An owner that is both affirmed and denied is left to be judged.
    """
    settled = {}
    for owner in owners_of(vectors):
        wanted = [runs[row] for row in owner.wanted if row in runs]
        against = [runs[row] for row in owner.against if row in runs]
        if bool(wanted) is not bool(against):
            settled[owner.id] = bool(wanted), (wanted or against)[0]
    return settled


def _verbatim_point(point_id: str, affirmed: bool, run: Run, answer: Answer) -> PointFinding:  # noqa: FBT001 - unpacked
    verdict = Verdict.COVERED if affirmed else Verdict.CONTRADICTED
    rest = round((1 - _VERBATIM) / 3, 4)
    shares = dict.fromkeys(
        (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED), rest
    )
    return PointFinding(
        point_id=point_id,
        verdict=verdict,
        probabilities=shares | {verdict: _VERBATIM},
        evidence=(_run_evidence(answer, run),),
        why="Says this." if affirmed else "Says what the rubric lists as contradicting this.",
    )


def _verbatim_mistake(mistake_id: str, made: bool, run: Run, answer: Answer) -> MistakeFinding:  # noqa: FBT001 - unpacked
    return MistakeFinding(
        mistake_id=mistake_id,
        made=made,
        probability=_VERBATIM if made else round(1 - _VERBATIM, 4),
        evidence=(_run_evidence(answer, run),) if made else (),
        why=explain_mistake(made=made),
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


def _judged_mistake(features: OwnerFeatures, probability: float, answer: Answer) -> MistakeFinding:
    made = probability >= _MORE_LIKELY_THAN_NOT
    window = answer.windows[features.window]
    return MistakeFinding(
        mistake_id=features.owner,
        made=made,
        probability=probability,
        evidence=(_evidence(answer, window),) if made else (),
        why=explain_mistake(made=made),
    )


def _own_segments(answer: Answer, rubric: Rubric) -> list[bool]:
    """Tell which segments are the candidate's own statements.

    What repeats the question or speaks to the grader states nothing about the subject, nor does a
    list of terms; and what is said only to be denied is not the candidate's belief.
    """
    return [
        not restates(answer.quote(segment), rubric.question)
        and not is_instruction(answer.quote(segment))
        and not listed
        and not denied
        for segment, listed, denied in zip(
            answer.segments, listed_segments(answer), denied_segments(answer), strict=True
        )
    ]


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


def _run_evidence(answer: Answer, run: Run) -> Evidence:
    start, end = answer.segments[run.first].start, answer.segments[run.last].end
    return Evidence(start=start, end=end, quote=answer.text[start:end])
