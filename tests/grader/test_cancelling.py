from __future__ import annotations

import asyncio

import pytest

from grader import cancelling
from grader.cancelling import cancel_all


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancelling, "_AGAIN_SECONDS", 0.01)


async def _fail() -> None:
    raise ValueError("of its own")


def test_tasks_have_ended_when_it_returns() -> None:
    async def run() -> list[bool]:
        tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(3)]
        await asyncio.sleep(0)
        await cancel_all(tasks)
        return [task.cancelled() for task in tasks]

    assert asyncio.run(run()) == [True] * 3


def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    lost = 0

    async def lose() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost == 2:
                    raise
                lost += 1

    async def run() -> bool:
        task = asyncio.create_task(lose())
        await asyncio.sleep(0)
        await cancel_all([task])
        return task.cancelled()

    assert asyncio.run(run())
    assert lost == 2


def test_what_a_task_ended_with_is_its_own_affair() -> None:
    async def run() -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))

        async def fail_when_cancelled() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                await _fail()

        tasks = [asyncio.create_task(_fail()), asyncio.create_task(fail_when_cancelled())]
        await asyncio.sleep(0)
        await cancel_all(tasks)
        await cancel_all([])
        with pytest.raises(ValueError, match="of its own"):
            tasks[1].result()
        del tasks
        assert complaints == []

    asyncio.run(run())
