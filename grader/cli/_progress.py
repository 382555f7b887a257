"""A progress bar on standard error, for what takes longer than a person likes to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(first: str, then: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar until the work is done; on no terminal, say once what is counted and how much.

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
    console = Console(stderr=True)
    if not console.is_terminal:
        told = False

        def tell(done: int, total: int) -> None:
            nonlocal told
            if done < total and not told:
                told = True
                console.print(f"{then}: {total}")

        yield tell
        return
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(first, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description=then, completed=done, total=total)

        yield show
