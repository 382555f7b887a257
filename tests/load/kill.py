"""Kills the service and its workers while they work on a batch, and checks the results.

    python -m tests.load.kill sqlite
    python -m tests.load.kill postgresql --lines 2000 --kills 20 --workers 2

At random moments one of the processes gets SIGKILL and is started again. Then every custom_id must
have exactly one result. The PostgreSQL server is the one in GRADER_TEST_POSTGRES. The judge
is slow, or else the batch would be done before anything is killed. In small: --lines 100 --kills 2.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.load.reporting import arguments, counted, run, table
from tests.load.running import (
    SCRIPTED,
    Kind,
    Processes,
    counts_of,
    free_port,
    fresh_records,
    ready,
    send,
)

_PATIENCE = 900.0


@dataclass
class Report:
    """What happened.

    Attributes:
        moments: Lines that were done at each kill.
        results: How many results each custom_id got.
        seconds: From the first request to the last result.
    """

    lines: int
    moments: list[int] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether every line has exactly one result, and nothing else has one."""
        return self.results == self._wanted

    @property
    def told(self) -> str:
        """Say in a few words how many results the lines have."""
        lost = (self._wanted - self.results).total()
        double = (self.results - self._wanted).total()
        return "exactly one" if self.exact else f"{lost:,} lost, {double:,} too many"

    @property
    def _wanted(self) -> Counter[str]:
        return Counter(f"a{n}" for n in range(self.lines))


def kill_while_grading(
    environment: Mapping[str, str],
    *,
    lines: int,
    kills: int,
    workers: int,
    judge_seconds: float = 0.02,
    seed: int = 0,
) -> Report:
    """Send a batch, kill processes while it is graded, and return what became of it.

    Args:
        environment: Names the records, which are empty.
        lines: Of the batch.
        kills: At random moments of its progress.
        workers: Processes beside the service, which then does not work on batches itself.
        judge_seconds: How long a judgement takes.
        seed: Of the choice of moments and of processes.
    """
    port = free_port()
    more = {
        "GRADER_TEST_JUDGE_SECONDS": str(judge_seconds),
        "GRADER_WORK_IN_PROCESS": str(workers == 0),
    }
    commands = [[*SCRIPTED, "serve", str(port)], *[[*SCRIPTED, "worker"]] * workers]
    chance = random.Random(seed)
    report = Report(lines)
    with (
        Processes({**environment, **more}, commands) as processes,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=60) as client,
    ):
        ready(client, processes)
        began = time.monotonic()
        batch = send(client, lines)
        moments = sorted(chance.uniform(0.02, 0.8) * lines for _ in range(kills))
        while (counts := counts_of(client, batch))["pending"]:
            if moments and lines - counts["pending"] >= moments[0]:
                moments.pop(0)
                report.moments.append(lines - counts["pending"])
                processes.kill(chance.randrange(len(processes)))
            if time.monotonic() - began > _PATIENCE:
                break
            time.sleep(0.02)
        report.seconds = time.monotonic() - began
        report.counts = counts
        for kind in ("output", "errors"):
            text = client.get(f"/batches/{batch}/{kind}").raise_for_status().text
            report.results.update(json.loads(line)["custom_id"] for line in text.splitlines())
    return report


def main() -> int:
    """Kill over one kind of records and print what came of it."""
    parser = arguments(__doc__)
    parser.add_argument("--lines", type=counted, default=2000, help="of the batch; default: 2000")
    parser.add_argument("--kills", type=counted, default=20, help="default: 20")
    parser.add_argument(
        "--workers", type=int, default=2, help="only over PostgreSQL; 0: the service itself"
    )
    parser.add_argument(
        "--seconds", type=float, default=1.5, help="that a judgement takes; default: 1.5"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments and of who is killed")
    given = parser.parse_args()
    kind: Kind = given.kind
    workers = 0 if kind == "sqlite" else given.workers
    with fresh_records(kind) as environment:
        report = kill_while_grading(
            environment,
            lines=given.lines,
            kills=given.kills,
            workers=workers,
            judge_seconds=given.seconds,
            seed=given.seed,
        )
    moments = ", ".join(map(str, report.moments)) or "none"
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count)
    rows = [
        ("killed", f"{len(report.moments)} times", str(given.kills)),
        ("lines done at each kill", moments, ""),
        ("results of each line", report.told, "exactly one"),
        ("at the end", f"{counts}, after {report.seconds:.0f} s", ""),
    ]
    by = f"{workers} workers" if workers else "no workers"
    title = f"Kills over {kind}: a batch of {given.lines:,} lines, {by}, seed {given.seed}"
    sys.stdout.write(table(title, rows))
    return 0 if report.exact and len(report.moments) == given.kills else 1


if __name__ == "__main__":
    run(main)
