"""Grading labelled answers by a service: in batches, some of them under way at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

from evals.datasets import LabelledCase
from evals.runs import RubricChoice, RunInvalid, RunReport, RunWriter
from evals.service._remote import RemoteGrader
from evals.service._session import Batch, Session
from grader.client import GraderClient
from grader.types import Grade, GraderRef

# Ten pieces of the service's work. With four batches under way twenty workers have enough to do,
# and no more than two thousand answers are held here.
BATCH_ANSWERS = 500
BATCHES_UNDER_WAY = 4


class ServiceGrading:
    """Has a service grade, under the rubrics that this machine has."""

    def __init__(self, client: GraderClient) -> None:
        """Use `client`, whose owner closes it."""
        self._remote = RemoteGrader(client)

    def identify(self, cases: Iterable[LabelledCase], choose: RubricChoice) -> GraderRef:
        """Find out who grades there, by having the first answer graded that can be.

        Raises:
            RunInvalid: There is no such answer, or the service has another rubric of that version.
            ClientError: The service cannot be reached, or refuses.
        """
        problem = "none of them has its rubric in the bank"
        for case in cases:
            rubric = choose(case.answer)
            if rubric is None:
                continue
            result = self._remote.grade(case, rubric)
            if isinstance(result, Grade):
                return result.grader
            problem = f"'{case.answer.id}': {result.message}"
        raise RunInvalid(f"no answer can be graded: {problem}")

    def run(
        self,
        cases: Iterable[LabelledCase],
        graded_by: GraderRef,
        writer: RunWriter,
        choose: RubricChoice,
        *,
        limit: int | None = None,
        on_answer: Callable[[], None] = lambda: None,
    ) -> RunReport:
        """Grade labelled answers into a run file, in order; see `evals.runs.run_answers`.

        Args:
            cases: The answers; read as they are needed.
            graded_by: See `identify`.
            writer: Entered already. What it finds of an earlier run is not graded again, and what an
                earlier run sent and did not wait for is not sent again.
            choose: Gives each answer's rubric version.
            limit: Only the first so many answers.
            on_answer: Called as often as there are answers, as the service gets on with them.

        Raises:
            RunInvalid: The service has other rubrics of the same versions, or another judge than
                before.
            ClientError: It cannot be reached, or refuses.
        """
        session = Session(self._remote, graded_by, writer, choose, on_answer)
        under_way: deque[Batch] = deque()
        wanted = islice(cases, limit)
        while some := list(islice(wanted, BATCH_ANSWERS)):
            under_way.append(session.send(some))
            if len(under_way) == BATCHES_UNDER_WAY:
                session.collect(under_way.popleft())
        while under_way:
            session.collect(under_way.popleft())
        session.sent.forget_all()
        return RunReport(**session.counts)
