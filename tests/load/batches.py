"""Measures how fast batches are accepted and worked on, with a judge that takes no time.

    python -m tests.load.batches sqlite --lines 10000
    python -m tests.load.batches postgresql --lines 10000 --workers 1

Prints the size of the file, seconds until the batch is accepted, the service's memory before and at
its highest, how long single grades took before and meanwhile, and answers worked on in a second.
Nothing is asked for; ends with 1 only if a line has no grade.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import httpx

from tests.load.reporting import Row, arguments, counted, run, table
from tests.load.running import (
    SCRIPTED,
    Kind,
    Processes,
    counts_of,
    free_port,
    fresh_records,
    memory,
    ready,
    send,
)
from tests.load.throughput import percentile

WORDS = "it decouples. " * 60


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen; times in seconds, memory in MB.

    Attributes:
        lines: Of the batch.
        graded: Of them.
        accepted: Until the batch was accepted.
        worked: From then until its last line was done.
        before: The service's memory before.
        highest: The most it ever was.
        alone: How long single grades took before.
        meanwhile: And while the batch was worked on.
    """

    lines: int
    graded: int
    accepted: float
    worked: float
    before: float
    highest: float
    alone: list[float]
    meanwhile: list[float]

    def rows(self) -> list[Row]:
        """Describe it in rows of a table."""
        size = self.lines * (len(WORDS) + 80) / 1e6
        return [
            ("accepted", f"{size:.1f} MB in {self.accepted:.1f} s", ""),
            ("worked on", f"{self.worked:.1f} s, {self.lines / self.worked:.0f} answers/s", ""),
            ("graded", f"{self.graded:,}", f"{self.lines:,}"),
            ("memory of the service", f"{self.before:.0f} MB, at most {self.highest:.0f} MB", ""),
            ("a single grade before", _times(self.alone), ""),
            ("a single grade meanwhile", _times(self.meanwhile), ""),
        ]


def _times(took: list[float]) -> str:
    if not took:
        return "none was made"
    middle, slow, longest = (
        1000 * value for value in (median(took), percentile(took, 0.99), max(took))
    )
    return (
        f"median {middle:.0f} ms, 99th percentile {slow:.0f} ms, longest {longest:.0f} ms "
        f"({len(took):,})"
    )


def measure(environment: Mapping[str, str], *, lines: int, workers: int) -> Measured:
    """Send one batch, wait for its end, and return what was seen.

    Args:
        environment: Names the records, which are empty.
        lines: Of the batch.
        workers: Processes beside the service, which then does not work on batches itself.
    """
    port = free_port()
    commands = [[*SCRIPTED, "serve", str(port)], *[[*SCRIPTED, "worker"]] * workers]
    more = {"GRADER_WORK_IN_PROCESS": str(workers == 0)}
    with (
        Processes({**environment, **more}, commands) as processes,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=300) as client,
    ):
        ready(client, processes)
        _until_done(client, send(client, 10))
        with _grading_singly(port, most=30) as alone:
            pass
        before = memory(processes.pid(0), "VmRSS")
        with _grading_singly(port) as meanwhile:
            began = time.monotonic()
            batch = send(client, lines, WORDS)
            accepted = time.monotonic() - began
            counts = _until_done(client, batch)
            worked = time.monotonic() - began - accepted
        highest = memory(processes.pid(0), "VmHWM")
    return Measured(lines, counts["graded"], accepted, worked, before, highest, alone, meanwhile)


def _until_done(client: httpx.Client, batch: str) -> dict[str, int]:
    while (counts := counts_of(client, batch))["pending"]:
        time.sleep(0.1)
    return counts


@contextmanager
def _grading_singly(port: int, most: int | None = None) -> Iterator[list[float]]:
    """Have one answer graded after the other: so many, or as long as the block takes.

    Yields:
        How long each took; complete once the block is over.

    Raises:
        RuntimeError: One was refused.
    """
    took: list[float] = []
    refused: list[httpx.HTTPError] = []
    over = threading.Event()

    def ask() -> None:
        body = {"rubric_id": "queue-basics", "answer": "it decouples."}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=60) as client:
            while not over.is_set() and (most is None or len(took) < most):
                began = time.monotonic()
                try:
                    client.post("/grades", json=body).raise_for_status()
                except httpx.HTTPError as error:
                    refused.append(error)
                    return
                took.append(time.monotonic() - began)
                time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        if most is None:
            over.set()
        asking.join()
    if refused:
        raise RuntimeError(f"a single grade was refused: {refused[0]}")


def main() -> int:
    """Measure over one kind of records and print the figures."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=counted, default=10_000, help="default: 10000")
    parser.add_argument(
        "--workers", type=int, default=0, help="only over PostgreSQL; default: the service itself"
    )
    given = parser.parse_args()
    kind: Kind = given.kind
    workers = 0 if kind == "sqlite" else given.workers
    with fresh_records(kind) as environment:
        seen = measure(environment, lines=given.lines, workers=workers)
    by = f"{workers} workers" if workers else "the service itself"
    title = f"Batches over {kind}: {given.lines:,} lines, worked on by {by}, scripted judge"
    sys.stdout.write(table(title, seen.rows()))
    return 0 if seen.graded == given.lines else 1


if __name__ == "__main__":
    run(main)
