"""A progress bar on standard error, for what takes longer than a person likes to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(first: str, then: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar until the work is done, if standard error is a terminal.

    Args:
        first: What is going on before there is anything to count.
        then: What is counted.

    Yields:
        A function to call with (done, total).
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(first, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description=then, completed=done, total=total)

        yield show
