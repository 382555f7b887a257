"""Timing the grader on this machine.

Times are medians; ratios are of medians of things timed in turn, one after the other, many times,
so that a machine that slows down slows both.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.answers import matchable, read_answer
from grader.bank import Bank, load_bank
from grader.embedding import Embedder, Encoded, SharedEncoder, build_embedder
from grader.grading import Grader
from grader.index import PartKind, build_index
from grader.judges import SupportsClose, build_judge
from grader.settings import Settings
from grader.types import Rubric, Status

_POINTS, _MISTAKES, _WORDS = 6, 3, 150
_ROUNDS = 40
_WARM_UP = 5
_SMALL_BANK = 10

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        bound: What it is meant to stay within; empty where there is no such bound.
    """

    name: str
    value: float
    unit: str = ""
    bound: str = ""


def run(
    settings: Settings, *, answers: int, large_bank: int, on_progress: OnProgress
) -> list[Figure]:
    """Measure everything; takes some minutes, most of them for indexing the large bank."""
    rubric, answer = _subject(settings)
    figures = _cold_start(settings, rubric, answer, on_progress)
    embedder = build_embedder(settings)
    encoder = SharedEncoder(embedder)
    with tempfile.TemporaryDirectory() as folder:
        try:
            figures += asyncio.run(
                _warm(settings, rubric, answer, answers, (embedder, encoder), on_progress)
            )
            figures += asyncio.run(
                _bank_sizes(settings, rubric, answer, large_bank, Path(folder), on_progress)
            )
        finally:
            encoder.close()
    return figures


def _subject(settings: Settings) -> tuple[Rubric, str]:
    """Cut a rubric of the bank, and its reference answer, to the size that is measured."""
    for rubric in load_bank(settings.rubrics_dir, settings.corpus_dir):
        words = rubric.reference_answer.split()
        large_enough = len(rubric.points) >= _POINTS and len(rubric.mistakes) >= _MISTAKES
        if large_enough and len(words) >= _WORDS:
            cut = {
                "points": rubric.points[:_POINTS],
                "mistakes": rubric.mistakes[:_MISTAKES],
                "follow_ups": (),
                "examples": (),
            }
            return rubric.model_copy(update=cut), " ".join(words[:_WORDS])
    raise RuntimeError("no rubric of the bank is large enough to measure with")


def _cold_start(
    settings: Settings, rubric: Rubric, answer: str, on_progress: OnProgress
) -> list[Figure]:
    on_progress("cold start", 0, 2)
    command = [sys.executable, "-m", "grader", "grade", rubric.id, "--answer", answer, "--json"]
    environment = os.environ | {"GRADER_DATA_DIR": str(settings.data_dir)}
    seconds = []
    for done in (1, 2):  # the first run may have to index the bank
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603
        seconds.append(time.perf_counter() - started)
        on_progress("cold start", done, 2)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Figure("cold start to first grade", round(seconds[-1], 1), "s"),
        Figure("peak memory of that process", round(peak), "MiB"),
    ]


async def _warm(
    settings: Settings,
    rubric: Rubric,
    answer: str,
    answers: int,
    model: tuple[Embedder, SharedEncoder],
    on_progress: OnProgress,
) -> list[Figure]:
    embedder, encoder = model
    grader = Grader(
        settings,
        bank=Bank([rubric]),
        encoder=encoder,
        judge=build_judge(settings, encoder),
        index=None,
    )
    read = read_answer(answer, max_characters=settings.max_answer_characters)
    segments = [matchable(read.quote(segment)) for segment in read.segments]
    grades, passes = [], []
    for number in range(_WARM_UP + _ROUNDS):
        on_progress("one grade", number, _WARM_UP + _ROUNDS)
        started = time.perf_counter()
        await grader.grade(answer, rubric)
        middle = time.perf_counter()
        embedder.forward_only(segments)
        ended = time.perf_counter()
        if number >= _WARM_UP:
            grades.append(middle - started)
            passes.append(ended - middle)
    on_progress("throughput", 0, answers)
    rate = await _throughput(grader, rubric, _variants(read.text, answers), settings.concurrency)
    p95 = statistics.quantiles(grades, n=20)[-1]
    ratio = statistics.median(grades) / statistics.median(passes)
    return [
        Figure("one grade, median", _ms(statistics.median(grades)), "ms"),
        Figure("one grade, 95th percentile", _ms(p95), "ms"),
        Figure("bare encoder pass over its windows, median", _ms(statistics.median(passes)), "ms"),
        Figure("one grade to the bare pass", round(ratio, 2), "times", "at most 4.0"),
        Figure(f"grades a second over {answers} answers", round(rate, 1)),
    ]


async def _throughput(
    grader: Grader, rubric: Rubric, answers: Sequence[str], concurrency: int
) -> float:
    gate = asyncio.Semaphore(concurrency)

    async def grade(answer: str) -> None:
        async with gate:
            await grader.grade(answer, rubric)

    started = time.perf_counter()
    await asyncio.gather(*(grade(answer) for answer in answers))
    return len(answers) / (time.perf_counter() - started)


def _variants(answer: str, count: int) -> list[str]:
    """Make different answers of the same length, so that nothing could be served from a cache."""
    words = answer.split()
    return [" ".join([*words[n % _WORDS :], *words[: n % _WORDS], str(n)]) for n in range(count)]


class _Remembering:
    """Encodes each text once: copies of a rubric differ in name only."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Encoded] = {}

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._embedder.encode(new), strict=True))
        return [self._known[text] for text in texts]

    def forward_only(self, texts: Sequence[str]) -> None:
        self._embedder.forward_only(texts)


async def _bank_sizes(
    settings: Settings,
    rubric: Rubric,
    answer: str,
    large: int,
    folder: Path,
    on_progress: OnProgress,
) -> list[Figure]:
    """Grade under rubrics read from the index for the first time, in a small and a large bank."""
    encoder = SharedEncoder(_Remembering(build_embedder(settings)))
    published = rubric.model_copy(update={"status": Status.PUBLISHED})
    banks = []
    for size in (_SMALL_BANK, large):
        copies = [published.model_copy(update={"id": f"copy-{number}"}) for number in range(size)]
        index = build_index(settings.model_copy(update={"data_dir": folder / str(size)}))
        index.sync(copies, encoder, partial(on_progress, f"indexing {size} rubrics"))
        banks.append((Bank(copies), copies, index))
    own = SharedEncoder(build_embedder(settings))
    judge = build_judge(settings, own)
    question = (await own.encode([matchable(rubric.question)]))[0].vector
    times: list[list[float]] = [[], []]
    searches: list[list[float]] = [[], []]
    for number in range(_WARM_UP + _ROUNDS):
        on_progress("grading in both banks", number, _WARM_UP + _ROUNDS)
        for which, (bank, copies, index) in enumerate(banks):
            # A new grader holds no rubric in memory, so each grade reads its rubric from the index.
            grader = Grader(settings, bank=bank, encoder=own, judge=judge, index=index)
            chosen = copies[(number * 7919) % len(copies)]
            started = time.perf_counter()
            await grader.grade(answer, chosen)
            middle = time.perf_counter()
            await asyncio.to_thread(index.search, PartKind.QUESTION, question, 3)
            ended = time.perf_counter()
            if number >= _WARM_UP:
                times[which].append(middle - started)
                searches[which].append(ended - started)
    if isinstance(judge, SupportsClose):
        judge.close()
    own.close()
    encoder.close()
    by_id, routed = (
        statistics.median(timed[1]) / statistics.median(timed[0]) for timed in (times, searches)
    )
    name = f"one grade in a bank of {large} to one of {_SMALL_BANK}"
    return [
        Figure(f"{name}, by id", round(by_id, 2), "times", "at most 1.2"),
        Figure(f"{name}, with routing", round(routed, 2), "times", "at most 1.2"),
    ]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
