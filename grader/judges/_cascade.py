"""Local first, the LLM for what local is unsure of; also the LLM with local to stand in for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.errors import JudgeUnavailable
from grader.judges._protocol import (
    ItemJudge,
    Judge,
    JudgeIdentity,
    JudgeTask,
    SupportsClose,
    SupportsForget,
)
from grader.settings import FailurePolicy
from grader.types import Judgement, MistakeFinding, PointFinding, Rubric, Usage, Verdict

_FAILED_FLAG = "llm_failed"
_MOST_NAMED = 5

_Finding = PointFinding | MistakeFinding


class CascadeJudge:
    """Asks a second judge, in one call, about what the first is unsure of.

    Each finding says which of the two decided it. What the second judge could not judge is ungraded,
    or stays with the first, as the policy says; the judgement tells either way.
    """

    def __init__(
        self,
        first: Judge,
        second: ItemJudge,
        *,
        threshold: float | None,
        on_failure: FailurePolicy = "ungraded",
    ) -> None:
        """Put two judges in a row.

        Args:
            first: Asked about everything.
            second: Asked where the first one's confidence is below the threshold.
            threshold: 0 to 1; None asks the second judge about everything, so that the first only
                stands in for it.
            on_failure: What becomes of what the second judge could not judge.
        """
        self._first = first
        self._second = second
        self._threshold = threshold
        self._on_failure = on_failure

    @property
    def identity(self) -> JudgeIdentity:
        """Both judges' models, and the second one's prompt."""
        first, second = self._first.identity, self._second.identity
        if self._threshold is None:
            model = f"{second.model}, else {first.model}"
            return JudgeIdentity(second.judge, model, second.prompt_sha256)
        model = f"{first.model}, below {self._threshold:g} {second.model}"
        return JudgeIdentity("cascade", model, second.prompt_sha256)

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake; see `Judge.judge`."""
        first = await self._ask_first(task)
        unsure = [name for name in _ids(task.rubric) if self._is_unsure(first.get(name))]
        if not unsure:
            return _judgement(task.rubric, first)
        name = self._second.identity.judge
        failure = ""
        try:
            judged = await self._second.judge_items(task, unsure)
        except JudgeUnavailable as error:
            failure = str(error)
            judged = Judgement(points=(), usage=error.usage or Usage())
        second = {each: _ungraded(task.rubric, each, failure, name) for each in unsure}
        second |= {each: said for each, said in _by_id(judged, name).items() if each in second}
        failed = [each for each in unsure if not _is_graded(second[each])]
        kept = [each for each in failed if self._keeps(first.get(each))]
        findings = first | second | {each: first[each] for each in kept}
        notes = (*_notes(failed, kept, failure), *judged.notes)
        flags = (_FAILED_FLAG,) if failed else ()
        return _judgement(task.rubric, findings).model_copy(
            update={"usage": judged.usage, "flags": (*flags, *judged.flags), "notes": notes}
        )

    def forget(self, answer: str) -> int:
        """Delete what either judge keeps of an answer; see `SupportsForget.forget`."""
        judges = (self._first, self._second)
        return sum(judge.forget(answer) for judge in judges if isinstance(judge, SupportsForget))

    def close(self) -> None:
        """Close both judges."""
        for judge in (self._first, self._second):
            if isinstance(judge, SupportsClose):
                judge.close()

    async def _ask_first(self, task: JudgeTask) -> dict[str, _Finding]:
        try:
            judged = await self._first.judge(task)
        except JudgeUnavailable:
            return {}  # then the second judge is asked about everything
        return _by_id(judged, self._first.identity.judge)

    def _is_unsure(self, finding: _Finding | None) -> bool:
        if finding is None or not _is_graded(finding) or self._threshold is None:
            return True
        return finding.confidence < self._threshold

    def _keeps(self, finding: _Finding | None) -> bool:
        return self._on_failure == "local" and finding is not None and _is_graded(finding)


def _ids(rubric: Rubric) -> list[str]:
    return [*(point.id for point in rubric.points), *(m.id for m in rubric.mistakes)]


def _by_id(judgement: Judgement, judge: str) -> dict[str, _Finding]:
    findings: dict[str, _Finding] = {}
    for point in judgement.points:
        findings[point.point_id] = point.model_copy(update={"judge": point.judge or judge})
    for mistake in judgement.mistakes:
        findings[mistake.mistake_id] = mistake.model_copy(update={"judge": mistake.judge or judge})
    return findings


def _is_graded(finding: _Finding) -> bool:
    if isinstance(finding, PointFinding):
        return finding.verdict is not Verdict.UNGRADED
    return finding.made is not None


def _ungraded(rubric: Rubric, name: str, failure: str, judge: str) -> _Finding:
    why = f"The LLM could not judge: {failure}." if failure else "The LLM did not say."
    if any(point.id == name for point in rubric.points):
        return PointFinding(point_id=name, verdict=Verdict.UNGRADED, why=why, judge=judge)
    return MistakeFinding(mistake_id=name, made=None, why=why, judge=judge)


def _judgement(rubric: Rubric, findings: Mapping[str, _Finding]) -> Judgement:
    said = [findings[name] for name in _ids(rubric)]
    return Judgement(
        points=tuple(each for each in said if isinstance(each, PointFinding)),
        mistakes=tuple(each for each in said if isinstance(each, MistakeFinding)),
    )


def _notes(failed: Sequence[str], kept: Sequence[str], failure: str) -> list[str]:
    notes = []
    if failure:
        notes.append(f"The LLM could not judge {_named(failed)}: {failure}.")
    if kept:
        notes.append(f"The local judge, though unsure, stands in for the LLM on {_named(kept)}.")
    return notes


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
