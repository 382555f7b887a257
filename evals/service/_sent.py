"""Which batches are under way, kept beside the run, so that a run that was stopped finds them."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.client import BatchAnswer
from grader.files import write_file
from grader.types import GraderRef


class SentBatches:
    """The `Idempotency-Key` of each batch whose results are not in the run yet.

    The same answers sent again under the same key are the same batch: the service gives back what
    it has, and grades nothing twice.
    """

    def __init__(self, run: Path, *, fresh: bool = False) -> None:
        """Keep the keys in `RUN.sent`.

        Args:
            run: The run file.
            fresh: Whether to forget what an earlier run sent.
        """
        self._path = run.with_name(run.name + ".sent")
        self._keys: dict[str, str] = {}
        if not fresh:
            with suppress(OSError, ValueError):
                self._keys = dict(json.loads(self._path.read_text(encoding="utf-8")))

    def key(self, answers: Sequence[BatchAnswer], graded_by: GraderRef) -> str:
        """Return the key to send a batch under: a new one, unless it was sent before.

        Args:
            answers: What the batch is to hold.
            graded_by: Who will grade it.
        """
        name = _name(answers, graded_by)
        if name not in self._keys:
            self._keys[name] = str(uuid.uuid4())
            self._write()
        return self._keys[name]

    def done(self, answers: Sequence[BatchAnswer], graded_by: GraderRef) -> None:
        """Forget a batch whose results are kept; what it left ungraded can then be sent anew."""
        self._keys.pop(_name(answers, graded_by), None)
        self._write()

    def forget_all(self) -> None:
        """Forget what is left from runs over other answers, or by another judge."""
        self._keys.clear()
        self._write()

    def _write(self) -> None:
        if self._keys:
            write_file(self._path, json.dumps(self._keys))
        else:
            self._path.unlink(missing_ok=True)


def _name(answers: Sequence[BatchAnswer], graded_by: GraderRef) -> str:
    digest = hashlib.sha256(graded_by.model_dump_json().encode())
    for answer in answers:
        digest.update(answer.model_dump_json().encode())
    return digest.hexdigest()
