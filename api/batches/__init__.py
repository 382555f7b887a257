"""Batches: many answers in one file, accepted at once and graded in the background."""

from __future__ import annotations

from api.batches._accept import BatchOptions, accept_batch
from api.batches._announce import announce_finished
from api.batches._queue import BatchQueue
from api.batches._resources import Batch, BatchPage, batch_document
from api.batches._results import error_lines, grade_lines
from api.batches._upload import REQUEST_BODY, BatchUpload, open_upload

__all__ = [
    "REQUEST_BODY",
    "Batch",
    "BatchOptions",
    "BatchPage",
    "BatchQueue",
    "BatchUpload",
    "accept_batch",
    "announce_finished",
    "batch_document",
    "error_lines",
    "grade_lines",
    "open_upload",
]
