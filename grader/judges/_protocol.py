"""What the service asks of a judge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from grader.answers import Answer
from grader.embedding import FloatArray
from grader.index import RubricVectors
from grader.types import Judgement, Rubric, WorkedExample


class JudgeIdentity(NamedTuple):
    """What decided, for the record: any change here may change a verdict."""

    judge: str
    model: str
    prompt_sha256: str | None = None


class SupportsReviewed(Protocol):
    """Finds answers that people have judged, for whoever they belong to."""

    async def nearest(
        self, scope: str, rubric: Rubric, vector: FloatArray, count: int
    ) -> Sequence[tuple[float, WorkedExample]]:
        """Return up to `count` answers under a rubric, with their cosines, nearest first."""
        ...


@dataclass(frozen=True, slots=True)
class JudgeTask:
    """One answer to judge under one rubric.

    Attributes:
        vectors: The rubric's vectors under the service's embedder.
        scope: Whose answer it is; empty for nobody's in particular.
        reviewed: Finds what people have judged of the same owner's answers; None for nothing.
    """

    answer: Answer
    rubric: Rubric
    vectors: RubricVectors
    scope: str = ""
    reviewed: SupportsReviewed | None = None


class Judge(Protocol):
    """Says of each point covered, partial, missing or contradicted, and quotes the answer.

    A judge never says a score. What it cannot judge it returns as `ungraded`.
    """

    @property
    def identity(self) -> JudgeIdentity:
        """What goes on every grade this judge takes part in."""
        ...

    async def judge(self, task: JudgeTask) -> Judgement:
        """Judge every point and mistake of the task's rubric.

        Raises:
            JudgeUnavailable: Nothing at all could be judged.
        """
        ...


class ItemJudge(Judge, Protocol):
    """A judge that can be asked about some of the points and mistakes alone."""

    async def judge_items(self, task: JudgeTask, ids: Collection[str]) -> Judgement:
        """Judge the points and mistakes with these ids, and no others.

        Raises:
            JudgeUnavailable: Nothing at all could be judged.
        """
        ...


@runtime_checkable
class SupportsClose(Protocol):
    """A judge that holds threads or connections, to be closed by whoever built it."""

    def close(self) -> None:
        """Let go of them; using the judge again takes them up again."""
        ...


@runtime_checkable
class SupportsForget(Protocol):
    """A judge that keeps something of what it judged."""

    def forget(self, answer: str) -> int:
        """Delete all that is kept of an answer; blocks.

        Args:
            answer: Its text, as it was judged.

        Returns:
            How many things were deleted.
        """
        ...
