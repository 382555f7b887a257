"""What the commands have in common: how they are told what to do, end, and say what they found."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import httpx
import psycopg

from tests.load.running import KINDS, SERVER

Row = tuple[str, str, str]
"""What was measured, what it came to, and what is asked for, which may be empty."""


def arguments(
    about: str | None, *, kind: bool = True, index: bool = False
) -> argparse.ArgumentParser:
    """Prepare to read a command's arguments.

    Args:
        about: The docstring of its module.
        kind: Whether it has to be told over which records.
        index: Whether it uses the real judge, and so the index of the bank.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if kind:
        parser.add_argument("kind", choices=KINDS, help="where the records are kept")
    if index:
        parser.add_argument(
            "--index",
            type=Path,
            metavar="FOLDER",
            help="keep the index of the bank there and use it again; else it is filled each time",
        )
    return parser


def counted(text: str) -> int:
    """Read a number of things, at least one, from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too few; give 1 or more")
    return number


def surroundings() -> str:
    """Say what else the machine was doing: figures mean little without it."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load average {one:.1f} (1 min), {five:.1f} (5 min)"


def table(title: str, rows: Iterable[Row]) -> str:
    """Write figures as a table in Markdown."""
    lines = [f"{title}; {surroundings()}.", "", "| measured | value | asked for |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command, with an end that leaves nothing behind also where it is told to stop.

    What cannot be done is told in a line, and the exit status is 2.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = main()
    except KeyboardInterrupt:
        status = 130
    except psycopg.OperationalError as error:
        status = _cannot(f"PostgreSQL at {SERVER} (GRADER_TEST_POSTGRES) cannot be used: {error}")
    except (httpx.HTTPError, RuntimeError, subprocess.CalledProcessError) as error:
        status = _cannot(f"{type(error).__name__}: {error}")
    sys.exit(status)


def _cannot(told: str) -> int:
    sys.stderr.write(" ".join(told.split()) + "\n")
    return 2
