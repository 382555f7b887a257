"""Compares the time that two workers take for a batch with the time that one takes.

    python -m tests.load.workers --answers 400

Over PostgreSQL, with the real judge; each worker gets one thread to compute in. The time of two
should be at most 0.6 of that of one, where two cores have nothing else to do. How busy each worker's
processor was tells what bounds them: far below 100 %, it waited, for the other or for its turn. Ends
with 1 if two take longer.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.load.index import filled
from tests.load.reporting import arguments, counted, run, table
from tests.load.running import Processes, counts_of, free_port, fresh_records, ready, send_lines
from tests.load.throughput import Answer, labelled_answers

_MOST_SHARE = 0.6
# Asked more often, the service would take from the workers what it is to measure.
_POLL_SECONDS = 0.5
# Lines of a batch are given out by fifties, so that it takes several batches to busy every worker.
_WARMING_BATCHES, _WARMING_ANSWERS = 4, 5


@dataclass(frozen=True, slots=True)
class Run:
    """How a batch went.

    Attributes:
        answers: How many it had.
        seconds: From when it was sent to its last result.
        busy: Seconds that each worker's processor worked meanwhile.
    """

    answers: int
    seconds: float
    busy: Sequence[float]

    def __str__(self) -> str:
        """Describe it in a cell of a table."""
        busy = " and ".join(f"{busy / self.seconds:.0%}" for busy in self.busy)
        return f"{self.seconds:.1f} s, {self.answers / self.seconds:.1f} answers/s, busy {busy}"


def batch(workers: int, answers: Sequence[Answer], index: Path) -> Run:
    """Grade a batch with so many workers, which have graded a little before.

    Args:
        workers: How many.
        answers: Of the batch.
        index: What `filled` yields.
    """
    ports = [free_port() for _ in range(1 + workers)]
    commands = [["serve", "--port", str(ports[0])]]
    commands += [["worker", "--port", str(port)] for port in ports[1:]]
    with ExitStack() as stack:
        environment = stack.enter_context(fresh_records("postgresql", index))
        more = {"OMP_NUM_THREADS": "1", "GRADER_WORK_IN_PROCESS": "false"}
        programs = [[sys.executable, "-m", "grader", *command] for command in commands]
        processes = stack.enter_context(Processes(environment | more, programs))
        clients = [
            stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=60))
            for port in ports
        ]
        for client in clients:
            ready(client, processes)
        service = clients[0]
        some = answers[:_WARMING_ANSWERS]
        _until_done(service, [send_lines(service, some) for _ in range(_WARMING_BATCHES * workers)])
        before = [_busy(processes.pid(1 + n)) for n in range(workers)]
        began = time.monotonic()
        _until_done(service, [send_lines(service, answers)])
        seconds = time.monotonic() - began
        after = [_busy(processes.pid(1 + n)) for n in range(workers)]
    return Run(len(answers), seconds, [b - a for a, b in zip(before, after, strict=True)])


def _until_done(client: httpx.Client, batch_ids: Sequence[str]) -> None:
    for batch_id in batch_ids:
        while counts_of(client, batch_id)["pending"]:
            time.sleep(_POLL_SECONDS)


def _busy(pid: int) -> float:
    """Read how long a process has computed, in seconds; see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Compare, and print the figures."""
    parser = arguments(__doc__, kind=False, index=True)
    parser.add_argument("--answers", type=counted, default=400, help="in the batch; default: 400")
    given = parser.parse_args()
    answers = labelled_answers(given.answers)
    with filled(given.index) as index:
        one, two = batch(1, answers, index), batch(2, answers, index)
    share = two.seconds / one.seconds
    rows = [
        ("one worker", str(one), ""),
        ("two workers", str(two), ""),
        ("time of two to that of one", f"{share:.2f}", f"at most {_MOST_SHARE}"),
    ]
    sys.stdout.write(table(f"Workers: a batch of {len(answers):,} answers, real judge", rows))
    return 0 if share <= _MOST_SHARE else 1


if __name__ == "__main__":
    run(main)
