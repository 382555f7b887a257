"""Watches the memory of a service that answers many requests, with a judge that takes no time.

    python -m tests.load.memory sqlite --requests 20000

Memory is read every hundredth of the way. What a process takes before the first tenth is over is what
it needs to work; from then on the line through the readings should be level. Ends with 1 if it rises
by more than 5 %.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression

import httpx

from tests.api.support import ANSWER, FIRST
from tests.load.reporting import arguments, counted, run, table
from tests.load.running import (
    SCRIPTED,
    Kind,
    Processes,
    free_port,
    fresh_records,
    memory,
    new_key,
    ready,
    settings_of,
)
from tests.load.throughput import requested

_READINGS = 100
_WARMING = 0.1
_MOST_RISE = 0.05


@dataclass(frozen=True, slots=True)
class Watched:
    """What was read.

    Attributes:
        requests: How many there were in all.
        readings: Of memory, in MB, at equal distances.
    """

    requests: int
    readings: Sequence[float]

    @property
    def rise(self) -> float:
        """How much memory grows from the end of the warming up on, as a share of what it is then."""
        steady = self.readings[round(len(self.readings) * _WARMING) :]
        fitted = linear_regression(range(len(steady)), steady)
        return fitted.slope * (len(steady) - 1) / fitted.intercept

    @property
    def flat(self) -> bool:
        """Whether that is next to nothing."""
        return self.rise <= _MOST_RISE


def watch(environment: Mapping[str, str], *, requests: int, readings: int = _READINGS) -> Watched:
    """Have a service answer requests and read its memory meanwhile.

    Args:
        environment: Names the records, which are empty.
        requests: How many.
        readings: How many.
    """
    port, key = free_port(), new_key(settings_of(environment))
    url = f"http://127.0.0.1:{port}"
    found: list[float] = []
    with Processes(environment, [[*SCRIPTED, "serve", str(port)]]) as processes:
        with httpx.Client(base_url=url, timeout=60) as client:
            ready(client, processes)
        for number in range(readings):
            some = [(FIRST.id, f"{number}.{n}: {ANSWER}") for n in range(requests // readings)]
            asyncio.run(requested(url, key, some))
            found.append(memory(processes.pid(0)))
    return Watched(requests // readings * readings, found)


def main() -> int:
    """Watch over one kind of records and print the figures."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--requests", type=counted, default=20_000, help="at least 100; default: 20000"
    )
    given = parser.parse_args()
    if given.requests < _READINGS:
        parser.error(f"--requests: at least one for each of the {_READINGS} readings")
    kind: Kind = given.kind
    with fresh_records(kind) as environment:
        began = time.monotonic()
        seen = watch(environment, requests=given.requests)
        took = time.monotonic() - began
    tenths = ", ".join(f"{reading:.0f}" for reading in seen.readings[:: _READINGS // 10])
    rows = [
        ("time", f"{took:.0f} s, {seen.requests / took:.0f} requests/s", ""),
        ("memory at each tenth", f"{tenths} MB; {seen.readings[-1]:.0f} MB at the end", ""),
        ("rise from the first tenth on", f"{seen.rise:+.1%}", f"at most {_MOST_RISE:.0%}"),
    ]
    sys.stdout.write(table(f"Memory over {kind}: {seen.requests:,} requests", rows))
    return 0 if seen.flat else 1


if __name__ == "__main__":
    run(main)
