"""From the one implementation, which is async, to one that blocks.

    class Grades(BlockingResource):
        get = blocking(AsyncGrades.get)
        list = iterating(AsyncGrades.list)

A coroutine over a `Blocking` transport never waits for an event loop, so none is needed to run it.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

from grader.client._session import Session

P = ParamSpec("P")
T = TypeVar("T")


class Resource:
    """What a client has for one noun of the API."""

    def __init__(self, session: Session) -> None:
        """Talk to the service by `session`."""
        self._session = session


class BlockingResource:
    """The same for code that blocks."""

    def __init__(self, over: Resource) -> None:
        """Run the coroutines of `over`, whose transport blocks."""
        self._over = over


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits for an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a coroutine over a blocking transport waits for an event loop")


def iterate(items: AsyncIterator[T]) -> Generator[T]:
    """Iterate over what never waits for an event loop."""
    try:
        while True:
            try:
                item = run(_next(items))
            except StopAsyncIteration:
                return
            yield item
    finally:
        if isinstance(items, AsyncGenerator):
            run(_close(items))


def blocking(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], T]:
    """Make a method that blocks of one that is async."""

    @functools.wraps(method)
    def call(this: BlockingResource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(method(this._over, *args, **kwargs))  # noqa: SLF001 - its own method

    return call


def iterating(
    method: Callable[Concatenate[Any, P], AsyncIterator[T]],
) -> Callable[Concatenate[Any, P], Iterator[T]]:
    """Make a method that returns an iterator of one that returns an async one."""

    @functools.wraps(method)
    def call(this: BlockingResource, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return iterate(method(this._over, *args, **kwargs))  # noqa: SLF001 - likewise

    return call


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


async def _close(items: AsyncGenerator[Any, Any]) -> None:
    await items.aclose()
