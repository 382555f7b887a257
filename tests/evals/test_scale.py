"""Small versions of what `python -m tests.evals.scale` does with ten thousand answers."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

import pytest

from evals.metrics import summarise
from evals.runs import RunFile, RunRecord
from grader.ordered import in_order
from tests.evals.factories import record, write_run
from tests.evals.scale import grade, grade_and_die, make_data


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    data, output = make_data(tmp_path / "data.jsonl", 300), tmp_path / "run.jsonl"
    left = grade_and_die(data, output, 60)
    assert 60 <= left < 300
    report = grade(data, output)
    assert (
        report.reused == left - 21
    )  # what judged, and twenty rubrics, stand in lines of their own
    assert report.reused + report.graded == 300
    ids = [each.id for each in RunFile.open(output)]
    assert ids == [f"queue/{number:02}" for number in range(300)]


def test_measuring_holds_numbers_and_not_answers(tmp_path: Path) -> None:
    def peak(answers: int) -> int:
        path = write_run(tmp_path / f"{answers}.jsonl", [_long(n) for n in range(answers)])
        run = RunFile.open(path)
        tracemalloc.start()
        summarise(run, resamples=100)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # An answer has 20 KB of text and some 12 KB of raters' labels; of these, numbers stay.
    peak(20)
    assert peak(320) - peak(20) < 300 * 8000


def _long(number: int) -> RunRecord:
    ratings = [
        {"rater": rater, "points": {f"p{n}": {"verdict": "covered"} for n in range(8)}}
        for rater in ("a", "b")
    ]
    return record(
        "ccppmmxx",
        "cpcpmcxm",
        question=f"q{number % 5}",
        id=str(number),
        answer="word " * 4000,
        ratings=ratings,
        label_score=50,
        score=40,
    )


async def _worked(items: Iterable[int], workers: int, slow: int) -> tuple[list[int], int, int]:
    """Return the results, how many were under way at most, and how many passed the slow one."""
    under_way = most = passed = 0
    released = asyncio.Event()

    async def work(item: int) -> int:
        nonlocal under_way, most, passed
        under_way += 1
        most = max(most, under_way)
        if item == slow:
            await released.wait()
        else:
            await asyncio.sleep(0)
            passed += not released.is_set()
            if passed == 4 * workers - 1:
                released.set()
        under_way -= 1
        return item

    async with aclosing(in_order(items, work, workers=workers)) as results:
        return [result async for result in results], most, passed


def test_one_slow_answer_does_not_stop_the_others() -> None:
    found, most, passed = asyncio.run(
        asyncio.wait_for(_worked(iter(range(100)), workers=5, slow=0), timeout=30)
    )
    assert found == list(range(100))
    assert most == 5
    assert passed == 19


def test_items_are_read_as_they_are_needed_and_failures_end_the_rest() -> None:
    read: list[int] = []
    cancelled: list[int] = []

    def items() -> Iterable[int]:
        for item in range(1000):
            read.append(item)
            yield item

    async def work(item: int) -> int:
        if item == 3:
            raise ValueError("third")
        if item > 3:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                cancelled.append(item)
                raise
        return item

    found: list[int] = []

    async def consume() -> None:
        async with aclosing(in_order(items(), work, workers=4)) as results:
            async for result in results:
                found.append(result)  # noqa: PERF401 - what came before the failure counts

    with pytest.raises(ValueError, match="third"):
        asyncio.run(consume())
    assert found == [0, 1, 2]
    assert len(read) < 30
    assert cancelled


def test_tags_that_name_answers_are_not_measured_one_by_one(tmp_path: Path) -> None:
    records = [
        record("c", "c", tags={"person": str(number), "channel": "typed"}) for number in range(31)
    ]
    slices = summarise(RunFile.open(write_run(tmp_path / "run.jsonl", records))).slices
    assert set(slices) == {"channel=typed", "kind=technical"}
