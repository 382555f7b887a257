"""The grading service as a run sees it: what it has of rubrics, and its batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evals.datasets import LabelledCase
from evals.runs import RunError, RunInvalid
from grader.client import BatchAnswer, GraderClient, Invalid, NotFound
from grader.types import Grade, Rubric, Status

CANDIDATE = "grader-eval"
"""Whom the service takes the answers to be from, so that they can be found and deleted there."""

_CANNOT_BE_GRADED = "answer_invalid"

Result = Grade | RunError


class RemoteGrader:
    """Grades at the service, under the rubrics that this machine has.

    A version that the service does not have goes with the first answer that it is used for; the
    service keeps what answers were graded by, and finds it for the others.
    """

    def __init__(self, client: GraderClient) -> None:
        """Use `client`, whose owner closes it."""
        self._client = client
        self._known: set[str] = set()

    def grade(self, case: LabelledCase, rubric: Rubric) -> Result:
        """Have one answer graded at once.

        Raises:
            RunInvalid: The service has another rubric of this version, or a draft.
            ClientError: It cannot be reached, or refuses.
        """
        self._find(rubric)
        return self._grade(case, rubric)

    def known(self, case: LabelledCase, rubric: Rubric) -> Result | None:
        """See to it that the service has a rubric; returns the result if it took grading for that.

        Raises:
            RunInvalid: It has another rubric of this version, or a draft.
            ClientError: It cannot be reached, or refuses.
        """
        if rubric.sha256 in self._known or self._find(rubric):
            return None
        return self._grade(case, rubric)

    def send(self, answers: list[BatchAnswer], key: str) -> str:
        """Send a batch, once under one key; returns its id."""
        return self._client.batches.create(answers, idempotency_key=key).id

    def results(self, batch_id: str, on_progress: Callable[[int], None]) -> Mapping[str, Result]:
        """Wait for a batch, and return what became of each line, by its name.

        Args:
            batch_id: Of the batch.
            on_progress: Called with how many of its lines are done.
        """
        batches = self._client.batches
        batches.wait(batch_id, on_progress=lambda batch: on_progress(batch.counts.done))
        results: dict[str, Result] = {
            line.custom_id: line.grade for line in batches.output(batch_id)
        }
        for line in batches.errors(batch_id):
            # A line that is too long to be read at all has no name, but a number from 1.
            name = line.custom_id or str((line.error.line or 0) - 1)
            results[name] = RunError(code=line.error.code, message=line.error.message)
        return results

    def _find(self, rubric: Rubric) -> bool:
        """Tell whether the service has a rubric, word for word."""
        named = f"'{rubric.id}' {rubric.version}"
        try:
            found = self._client.rubrics.get(rubric.id, rubric.version)
        except NotFound:
            return False
        if found.sha256 != rubric.sha256:
            raise RunInvalid(
                f"the service has another rubric {named} than this machine; give yours a version "
                "of its own, or use the service's"
            )
        if found.status is Status.DRAFT:
            raise RunInvalid(
                f"{named} is a draft at the service, which grades no batches by drafts; publish "
                "it there, or give yours a version of its own"
            )
        self._known.add(rubric.sha256)
        return True

    def _grade(self, case: LabelledCase, rubric: Rubric) -> Result:
        """Have one answer graded; a rubric that the service does not have goes along."""
        answer, grades = case.answer.answer, self._client.grades
        try:
            # Of what it has it must get no copy: that might be a draft here, and published there.
            if rubric.sha256 in self._known:
                grade = grades.create(
                    answer,
                    rubric_id=rubric.id,
                    rubric_version=rubric.version,
                    candidate_id=CANDIDATE,
                )
            else:
                grade = grades.create(answer, rubric=rubric, candidate_id=CANDIDATE)
        except Invalid as error:
            if error.problem.code != _CANNOT_BE_GRADED:
                raise
            return RunError(code=error.problem.code, message=error.problem.detail)
        self._known.add(rubric.sha256)
        return grade
