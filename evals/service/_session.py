"""One run at a service: batches go out, and records come back in the order of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evals.datasets import LabelledCase
from evals.runs import (
    RubricChoice,
    RunError,
    RunInvalid,
    RunRecord,
    RunWriter,
    failed_record,
    graded_record,
    record_key,
    with_labels,
)
from evals.service._remote import CANDIDATE, RemoteGrader, Result
from evals.service._sent import SentBatches
from grader.client import BatchAnswer
from grader.types import GraderRef, Rubric


@dataclass(slots=True)
class Entry:
    """One answer of the data set.

    Attributes:
        rubric: None where the bank has none.
        held: What an earlier run found.
        result: What the service says, once that is known.
    """

    case: LabelledCase
    rubric: Rubric | None
    key: str = ""
    held: RunRecord | None = None
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some answers of the data set, and those of them that are sent to be graded.

    Attributes:
        lines: What was sent, named by position.
        id: The service's; None where nothing was sent.
    """

    entries: list[Entry]
    lines: list[BatchAnswer]
    id: str | None


class Session:
    """One run: sends batches, and writes what comes of them in the order of the answers."""

    def __init__(
        self,
        remote: RemoteGrader,
        graded_by: GraderRef,
        writer: RunWriter,
        choose: RubricChoice,
        on_answer: Callable[[], None],
    ) -> None:
        """Go on with the run of `writer`; see `ServiceGrading.run`."""
        self.counts = {"graded": 0, "reused": 0, "failed": 0, "skipped": 0}
        self._remote = remote
        self._graded_by = graded_by
        self._writer = writer
        self._choose = choose
        self.sent = SentBatches(writer.path, fresh=writer.fresh)
        self._on_answer = on_answer
        self._told = 0

    def send(self, cases: Iterable[LabelledCase]) -> Batch:
        """Send the answers that the run does not hold yet, as one batch."""
        entries = [self._entry(case) for case in cases]
        lines = [_line(entry, str(place)) for place, entry in enumerate(filter(_waits, entries))]
        batch_id = None
        if lines:
            batch_id = self._remote.send(lines, self.sent.key(lines, self._graded_by))
        return Batch(entries, lines, batch_id)

    def collect(self, batch: Batch) -> None:
        """Wait for a batch, and write what became of its answers."""
        if batch.id is not None:
            results = self._remote.results(batch.id, self._tell)
            for place, entry in enumerate(filter(_waits, batch.entries)):
                entry.result = results.get(str(place))
        for entry in batch.entries:
            self._write(entry)
        self._tell(0)
        if batch.id is not None:
            self.sent.done(batch.lines, self._graded_by)

    def _entry(self, case: LabelledCase) -> Entry:
        rubric = self._choose(case.answer)
        if rubric is None:
            return Entry(case, None)
        key = record_key(case.answer.answer, rubric, self._graded_by)
        held = self._writer.find(key)
        if held is not None:
            return Entry(case, rubric, key, held)
        return Entry(case, rubric, key, result=self._remote.known(case, rubric))

    def _write(self, entry: Entry) -> None:
        if entry.rubric is None:
            self.counts["skipped"] += 1
            return
        outcome, record = "reused", entry.held
        if record is None:
            outcome, record = self._record(entry.key, entry.rubric, entry.result)
        self.counts[outcome] += 1
        self._writer.write(with_labels(record, entry.case, entry.rubric), entry.rubric)

    def _record(self, key: str, rubric: Rubric, result: Result | None) -> tuple[str, RunRecord]:
        if result is None:
            raise RunInvalid("the service lost an answer of a batch; run again with --fresh")
        if isinstance(result, RunError):
            return "failed", failed_record(key, rubric, result)
        if result.rubric.sha256 != rubric.sha256:
            raise RunInvalid(
                f"the service graded by another rubric '{rubric.id}' {rubric.version} than this "
                "machine has; give yours a version of its own"
            )
        if result.grader != self._graded_by:
            was, now = (f"{one.judge} {one.model}" for one in (self._graded_by, result.grader))
            raise RunInvalid(
                f"the service changed its judge meanwhile, from {was} to {now}; run again"
            )
        return "graded", graded_record(key, rubric, result)

    def _tell(self, done: int) -> None:
        """Report progress: what is written, and what is done of the batch that is waited for."""
        for _ in range(self._told, sum(self.counts.values()) + done):
            self._told += 1
            self._on_answer()


def _waits(entry: Entry) -> bool:
    return entry.rubric is not None and entry.held is None and entry.result is None


def _line(entry: Entry, name: str) -> BatchAnswer:
    answer, rubric = entry.case.answer, entry.rubric
    return BatchAnswer(
        custom_id=name,
        rubric_id=answer.rubric_id,
        rubric_version=rubric.version if rubric else None,
        answer=answer.answer,
        candidate_id=CANDIDATE,
    )
