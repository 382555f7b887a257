"""Compares the service under 16 clients with `grader batch`, on the same answers in the same run.

    python -m tests.load.throughput sqlite
    python -m tests.load.throughput postgresql --answers 240 --rounds 3

Each round grades the answers in this process, as `grader batch` does, and then has a service of its
own grade them, request by request; the rounds take turns, so that what else the machine does weighs
on both. The real judge decides. Ends with 1 if the service reaches less than 80 % of the rate, or if
its 99th percentile of the time that a request takes is more than four times the median.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from evals.datasets import Split, backend_answers
from grader.batch import grade_file
from grader.grading import Grader
from tests.load.index import filled
from tests.load.reporting import Row, arguments, counted, run, table
from tests.load.running import (
    Kind,
    Processes,
    free_port,
    fresh_records,
    new_key,
    ready,
    settings_of,
)

CLIENTS = 16
_LEAST_SHARE = 0.8
_MOST_SPREAD = 4.0

Answer = tuple[str, str]
"""Rubric id and text."""


@dataclass
class Rates:
    """What was measured, in answers a second and in seconds.

    Attributes:
        alone: Rates of grading in one process, one for each round.
        served: Rates of the service, likewise.
        latencies: Of every request.
    """

    alone: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The service's rate as a share of the other: the median over the rounds."""
        return median(b / a for a, b in zip(self.alone, self.served, strict=True))

    @property
    def spread(self) -> float:
        """The 99th percentile of the latencies to their median."""
        return percentile(self.latencies, 0.99) / median(self.latencies)

    @property
    def good(self) -> bool:
        """Whether the service keeps what is asked of it."""
        return self.share >= _LEAST_SHARE and self.spread <= _MOST_SPREAD

    def rows(self) -> list[Row]:
        """Describe them in rows of a table."""
        alone, served = (
            ", ".join(f"{rate:.1f}" for rate in rates) for rates in (self.alone, self.served)
        )
        middle, slow = median(self.latencies), percentile(self.latencies, 0.99)
        return [
            ("`grader batch`, by round", f"{alone} answers/s", ""),
            ("the service, by round", f"{served} answers/s", ""),
            ("share, median", f"{self.share:.0%}", f"at least {_LEAST_SHARE:.0%}"),
            (
                "a request",
                f"median {middle * 1000:.0f} ms, 99th percentile {slow * 1000:.0f} ms",
                "",
            ),
            ("99th percentile to median", f"{self.spread:.1f}", f"at most {_MOST_SPREAD:g}"),
        ]


def measure(grader: Grader, url: str, key: str, answers: Sequence[Answer], *, rounds: int) -> Rates:
    """Grade answers here and there in turn; the first of each is for warming up.

    Args:
        grader: Grades in this process.
        url: Of a service with the same judge.
        key: For it.
        answers: At least as many as there are clients.
        rounds: That count.
    """
    rates = Rates()
    for number in range(rounds + 1):
        alone = _graded_here(grader, answers)
        served, latencies = asyncio.run(requested(url, key, answers))
        if number:
            rates.alone.append(alone)
            rates.served.append(served)
            rates.latencies += latencies
    return rates


def _graded_here(grader: Grader, answers: Sequence[Answer]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "answers.jsonl", Path(folder) / "grades.jsonl"
        lines = [
            json.dumps({"custom_id": str(n), "rubric_id": rubric_id, "answer": text})
            for n, (rubric_id, text) in enumerate(answers)
        ]
        source.write_text("\n".join(lines), encoding="utf-8")
        began = time.perf_counter()
        work = grade_file(grader, source, target, concurrency=grader.settings.concurrency)
        report = asyncio.run(work)
        took = time.perf_counter() - began
    if report.graded != len(answers):
        raise RuntimeError(f"{report.failed} answers could not be graded")
    return len(answers) / took


async def requested(
    url: str, key: str, answers: Sequence[Answer], *, clients: int = CLIENTS
) -> tuple[float, list[float]]:
    """Have a service grade answers, each client one after the other.

    Returns:
        Answers a second, and how long each request took.

    Raises:
        httpx.HTTPStatusError: A request was refused.
    """
    waiting = iter(answers)
    latencies: list[float] = []
    headers = {"Authorization": f"Bearer {key}"}

    async def client(http: httpx.AsyncClient) -> None:
        for rubric_id, text in waiting:
            sent = time.perf_counter()
            body = {"rubric_id": rubric_id, "answer": text}
            (await http.post("/v1/grades", json=body)).raise_for_status()
            latencies.append(time.perf_counter() - sent)

    # They share connections, one for each, and no certificates are read for a plain connection:
    # reading them takes longer than many a request.
    async with httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=300,
        verify=False,
        limits=httpx.Limits(max_connections=clients, max_keepalive_connections=clients),
    ) as http:
        began = time.perf_counter()
        await asyncio.gather(*(client(http) for _ in range(clients)))
        return len(answers) / (time.perf_counter() - began), latencies


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of all does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def labelled_answers(count: int) -> list[Answer]:
    """Return answers of the labelled data, over and over if there are too few."""
    texts = [(answer.rubric_id, answer.answer) for answer in backend_answers(Split.TEST)]
    random.Random(0).shuffle(texts)
    return [texts[n % len(texts)] for n in range(count)]


def serving(environment: Mapping[str, str], port: int) -> Processes:
    """Start `grader serve` as it is installed."""
    command = [sys.executable, "-m", "grader", "serve", "--port", str(port)]
    return Processes(environment, [command])


def main() -> int:
    """Measure over one kind of records and print the figures."""
    parser = arguments(__doc__, index=True)
    parser.add_argument("--answers", type=counted, default=160, help="in a round; default: 160")
    parser.add_argument("--rounds", type=counted, default=3, help="beside one first; default: 3")
    given = parser.parse_args()
    if given.answers < CLIENTS:
        parser.error(f"--answers: at least one for each of the {CLIENTS} clients")
    kind: Kind = given.kind
    answers = labelled_answers(given.answers)
    with filled(given.index) as index, fresh_records(kind, index) as environment:
        port, key = free_port(), new_key(settings_of(environment))
        url = f"http://127.0.0.1:{port}"
        with (
            serving(environment, port) as processes,
            Grader.open(settings_of(environment)) as here,
        ):
            with httpx.Client(base_url=url, timeout=60) as client:
                ready(client, processes)
            rates = measure(here, url, key, answers, rounds=given.rounds)
    title = f"Throughput over {kind}: {len(answers)} answers a round, {CLIENTS} clients, real judge"
    sys.stdout.write(table(title, rates.rows()))
    return 0 if rates.good else 1


if __name__ == "__main__":
    run(main)
