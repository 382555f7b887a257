"""Accepting a batch: its lines are taken in by and by, and then it is there all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
from fastapi import Response

from api.batches._announce import announce_finished
from api.batches._lines import BatchRequestLine, LineReader, ReadLine
from api.batches._queue import BatchQueue
from api.batches._resources import batch_document
from api.batches._upload import Upload
from api.grading import find_rubric, new_submission
from api.idempotency import Creation
from api.records import (
    AuditLog,
    Batches,
    BatchItemRow,
    BatchRow,
    BatchStatus,
    Database,
    ItemStatus,
    RubricDocuments,
    SubmissionRow,
    Transcripts,
    discard_staged,
    new_id,
    now,
)
from api.resources import to_json
from grader.errors import BadInput, BatchInvalid, GraderError
from grader.grading import Grader
from grader.types import Rubric

# Few enough that whoever else writes to an SQLite file need not wait long.
_LINES_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What is said of a batch as a whole; see `Batch`."""

    allow_partial: bool = False
    token_limit: int | None = None
    metadata: dict[str, str] = field(default_factory=dict)


async def accept_batch(
    creation: Creation,
    upload: Upload,
    options: BatchOptions,
    *,
    database: Database,
    grader: Grader,
    queue: BatchQueue,
) -> Response:
    """Take in a batch and queue it.

    The lines are staged in short transactions, which nobody sees. One more makes the batch visible,
    queues it and keeps the response; until then nothing was accepted.

    Raises:
        BatchInvalid: The file as a whole cannot be used.
    """
    file = await upload.file()
    tenant_id = creation.caller.tenant_id
    batch = BatchRow(
        id=new_id("bat"),
        tenant_id=tenant_id,
        key_id=creation.caller.key_id,
        created_at=now(),
        status=BatchStatus.VALIDATING,
        labels=options.metadata,
        allow_partial=options.allow_partial,
        token_limit=options.token_limit,
    )
    try:
        async with database.write() as session:
            session.add(batch)
        reader = LineReader(file, grader.settings)
        await _Intake(database, grader, batch).stage(reader)
        async with creation.transaction() as unit:
            accepted = await Batches(unit.session, tenant_id).accept(batch.id)
            await queue.enqueue(unit.session, accepted)
            AuditLog(unit.session, tenant_id).add(
                "batch.created",
                accepted.id,
                actor=creation.caller.actor,
                details={"lines": accepted.total},
            )
            if accepted.status is BatchStatus.COMPLETED:
                announce_finished(unit.session, accepted)
            response = unit.respond(
                to_json(batch_document(accepted)),
                headers={"Location": f"/v1/batches/{accepted.id}"},
            )
    except BaseException:
        with anyio.CancelScope(shield=True):
            async with database.write() as session:
                await discard_staged(session, batch_id=batch.id)
        raise
    queue.wake()
    return response


class _Intake:
    """Stages the lines of one batch."""

    def __init__(self, database: Database, grader: Grader, batch: BatchRow) -> None:
        self._database = database
        self._grader = grader
        self._batch = batch
        self._position = 0
        self._rubrics: dict[tuple[str, str | None], Rubric | BadInput] = {}
        self._kept: set[str] = set()

    async def stage(self, reader: LineReader) -> None:
        """Stage all lines that a reader gives.

        Raises:
            BatchInvalid: The file as a whole cannot be used.
        """
        while lines := await anyio.to_thread.run_sync(reader.read, _LINES_AT_ONCE):
            await self._stage_some(lines)
        if reader.count == 0:
            raise BatchInvalid("the file holds no lines; send one JSON object a line")

    async def _stage_some(self, lines: Sequence[ReadLine]) -> None:
        for line in lines:
            if isinstance(line.content, BatchRequestLine):
                await self._find_rubric(line.content)
        items, submissions = [], []
        transcripts: dict[str, str] = {}
        rubrics: dict[str, Rubric] = {}
        for line in lines:
            item, submission = self._rows(line, rubrics)
            items.append(item)
            if submission is not None:
                submissions.append(submission)
            if submission is not None and line.spoken is not None:
                transcripts[submission.id] = line.spoken
        async with self._database.write() as session:
            documents = RubricDocuments(session, self._batch.tenant_id)
            for rubric in rubrics.values():
                await documents.keep(rubric)
            batches = Batches(session, self._batch.tenant_id)
            await batches.stage(items, submissions)
            await Transcripts(session, self._batch.tenant_id).add_all(transcripts)
        self._kept.update(rubrics)

    async def _find_rubric(self, line: BatchRequestLine) -> None:
        key = (line.rubric_id, line.rubric_version)
        if key not in self._rubrics:
            try:
                self._rubrics[key] = await find_rubric(
                    self._grader, self._database, self._batch.tenant_id, *key
                )
            except BadInput as error:
                self._rubrics[key] = error

    def _rows(
        self, line: ReadLine, rubrics: dict[str, Rubric]
    ) -> tuple[BatchItemRow, SubmissionRow | None]:
        """Make the rows of a line; add its rubric to `rubrics` unless it is kept already."""
        content, submission = line.content, None
        if isinstance(content, BatchRequestLine):
            rubric = self._rubrics[content.rubric_id, content.rubric_version]
            if isinstance(rubric, Rubric):
                submission = self._submission(content, rubric)
                if rubric.sha256 not in self._kept:
                    rubrics[rubric.sha256] = rubric
            else:
                content = rubric
        item = BatchItemRow(
            batch_id=self._batch.id,
            position=self._position,
            tenant_id=self._batch.tenant_id,
            line=line.number,
            custom_id=line.custom_id,
            submission_id=submission.id if submission else None,
            status=ItemStatus.PENDING if submission else ItemStatus.FAILED,
            finished_at=None if submission else now(),
            error=_error(content, line.number) if isinstance(content, GraderError) else None,
        )
        self._position += 1
        return item, submission

    def _submission(self, line: BatchRequestLine, rubric: Rubric) -> SubmissionRow:
        partial = line.allow_partial
        return new_submission(
            self._batch.tenant_id,
            rubric,
            line.answer,
            candidate_id=line.candidate_id,
            custom_id=line.custom_id,
            labels=line.metadata,
            asked=line.asked,
            allow_partial=self._batch.allow_partial if partial is None else partial,
        )


def _error(error: GraderError, number: int) -> dict[str, object]:
    return {"code": error.code, "message": str(error), "line": number, **error.details()}
