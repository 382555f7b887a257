"""`client.batches`."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._operations import Operation
from grader.client.models import Batch, BatchAnswer, BatchError, BatchGrade, Page

_PATH = "/v1/batches"
_ONE = f"{_PATH}/{{batch_id}}"
_JSON_LINES = "application/x-ndjson"

CREATE = Operation("POST", _PATH, TypeAdapter(Batch), creates=True)
LIST = Operation("GET", _PATH, TypeAdapter(Page[Batch]))
GET = Operation("GET", _ONE, TypeAdapter(Batch))
OUTPUT = Operation("GET", f"{_ONE}/output", TypeAdapter(BatchGrade))
ERRORS = Operation("GET", f"{_ONE}/errors", TypeAdapter(BatchError))
CANCEL = Operation("POST", f"{_ONE}/cancel", TypeAdapter(Batch), repeatable=True)


class AsyncBatches(Resource):
    """Have many answers graded in the background."""

    async def create(
        self,
        answers: Iterable[BatchAnswer | Mapping[str, Any]],
        *,
        allow_partial: bool = False,
        token_limit: int | None = None,
        idempotency_key: str | None = None,
    ) -> Batch:
        """Send answers.

        Args:
            answers: Up to 50,000, and 100 MB together.
            allow_partial: Score the graded points even if others are ungraded, where an answer does
                not say otherwise.
            token_limit: What the calls to an LLM may use together.
            idempotency_key: Under the same one the batch is made once; one is made without.

        Raises:
            Invalid: The batch as a whole cannot be used, as when a `custom_id` comes twice. What is
                wrong with a single answer is among the batch's errors.
        """
        content = "".join(f"{_line(answer)}\n" for answer in answers).encode()
        query = {"allow_partial": allow_partial, "token_limit": token_limit}
        return await self._create(content, query, idempotency_key)

    async def create_from_file(
        self,
        path: str | Path,
        *,
        allow_partial: bool = False,
        token_limit: int | None = None,
        idempotency_key: str | None = None,
    ) -> Batch:
        """Send a file of JSON lines, `{"custom_id": …, "rubric_id": …, "answer": …}`, as it is.

        Args:
            path: Of the file.
            allow_partial: As for `create`, like what follows.
            token_limit: Likewise.
            idempotency_key: Likewise.

        Raises:
            OSError: The file cannot be read.
            Invalid: As `create`.
        """
        content = await self._session.read_file(Path(path))
        query = {"allow_partial": allow_partial, "token_limit": token_limit}
        return await self._create(content, query, idempotency_key)

    async def get(self, batch_id: str) -> Batch:
        """Return a batch as it stands.

        Raises:
            NotFound: There is no such batch.
        """
        return await self._session.call(GET, names={"batch_id": batch_id})

    async def wait(
        self,
        batch_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
        on_progress: Callable[[Batch], object] = lambda _: None,
    ) -> Batch:
        """Wait until every line of a batch has its result.

        Args:
            batch_id: Of the batch.
            timeout: Seconds; None for no end.
            on_progress: Called with the batch each time that it is looked at.

        Raises:
            WaitTimeout: It is not finished in time.
        """
        return await self._session.until(
            lambda batch: batch.finished,
            lambda: self.get(batch_id),
            timeout=timeout,
            told=on_progress,
        )

    def list(self, *, status: str | None = None, limit: int | None = None) -> AsyncGenerator[Batch]:
        """Iterate over batches, newest first.

        Args:
            status: Only those that stand so.
            limit: At most so many are fetched at once.
        """
        return self._session.items(LIST, query={"status": status, "limit": limit})

    def output(self, batch_id: str) -> AsyncGenerator[BatchGrade]:
        """Iterate over the lines graded so far, in the order in which they were sent."""
        return self._session.lines(OUTPUT, names={"batch_id": batch_id})

    def errors(self, batch_id: str) -> AsyncGenerator[BatchError]:
        """Iterate over the lines that have no grade and will have none."""
        return self._session.lines(ERRORS, names={"batch_id": batch_id})

    async def cancel(self, batch_id: str) -> Batch:
        """Cancel a batch: what is not graded now will not be; what is graded stays."""
        return await self._session.call(CANCEL, names={"batch_id": batch_id})

    async def _create(self, content: bytes, query: Mapping[str, Any], key: str | None) -> Batch:
        return await self._session.call(
            CREATE, query=query, content=content, content_type=_JSON_LINES, idempotency_key=key
        )


class Batches(BlockingResource):
    """Have many answers graded in the background."""

    create = blocking(AsyncBatches.create)
    create_from_file = blocking(AsyncBatches.create_from_file)
    get = blocking(AsyncBatches.get)
    wait = blocking(AsyncBatches.wait)
    list = iterating(AsyncBatches.list)
    output = iterating(AsyncBatches.output)
    errors = iterating(AsyncBatches.errors)
    cancel = blocking(AsyncBatches.cancel)


def _line(answer: BatchAnswer | Mapping[str, Any]) -> str:
    if isinstance(answer, BatchAnswer):
        return answer.model_dump_json(exclude_defaults=True)
    return json.dumps(dict(answer), ensure_ascii=False)
