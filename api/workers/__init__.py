"""Working on batches: in the service over SQLite, on any number of machines over PostgreSQL."""

from __future__ import annotations

from api.workers._chunks import ChunkGrader
from api.workers._patience import patiently
from api.workers._process import check_worker_settings, run_worker
from api.workers._queue import open_queue

__all__ = ["ChunkGrader", "check_worker_settings", "open_queue", "patiently", "run_worker"]
