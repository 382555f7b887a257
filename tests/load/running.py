"""Services and workers as processes, and what to ask of them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

import httpx
import psycopg
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import ALL_SCOPES, KeyIssuer
from api.records import Database, Tenants
from grader.settings import Settings
from tests.api.support import in_records

SERVER = os.environ.get("GRADER_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
"""A PostgreSQL server, on which databases are made and dropped."""

KINDS = ("sqlite", "postgresql")

SCRIPTED = [sys.executable, "-m", "tests.load.processes"]
"""Runs a service or a worker with a scripted judge."""

# No command here is about limits, which the suite tests.
_USUAL = {
    "GRADER_RATE_LIMIT": "1000000/second",
    "GRADER_RATE_LIMIT_ADDRESS": "1000000/second",
    "GRADER_LOG_LEVEL": "WARNING",
}

_START_PATIENCE = 300.0  # on a busy machine a start may take minutes

INDEX = "chroma"
"""The folder of the index, in a data folder."""

Kind = Literal["sqlite", "postgresql"]


class Processes:
    """Processes that are started again when they were killed."""

    def __init__(self, environment: Mapping[str, str], commands: Sequence[Sequence[str]]) -> None:
        """Start the commands.

        Args:
            environment: Put over this process's own.
            commands: Each a program with its arguments.
        """
        self._environment = os.environ | _USUAL | dict(environment)
        self._commands = commands
        self._running = [self._start(command) for command in commands]

    def pid(self, number: int) -> int:
        """Return the id of a process that runs."""
        return self._running[number].pid

    def check(self) -> None:
        """See that all of them run.

        Raises:
            RuntimeError: One has ended by itself.
        """
        for process in self._running:
            if process.poll() is not None:
                command = " ".join(map(str, process.args))  # type: ignore[arg-type]
                raise RuntimeError(f"{command} ended with {process.returncode}; see above for why")

    def kill(self, number: int) -> None:
        """Kill a process, which is given no time to do anything, and start it again."""
        self._running[number].send_signal(signal.SIGKILL)
        self._running[number].wait()
        self._running[number] = self._start(self._commands[number])

    def end(self) -> None:
        """Kill all."""
        for process in self._running:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        """Use as a context manager that ends them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.end()

    def __len__(self) -> int:
        """Count the processes."""
        return len(self._running)

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self._environment)


@contextmanager
def fresh_records(kind: Kind, index: Path | None = None) -> Iterator[dict[str, str]]:
    """Make a folder and an empty database; yields the environment that names them.

    Args:
        kind: Of the database.
        index: What `tests.load.index.filled` yields, so that a service with the real judge starts at once.
    """
    with tempfile.TemporaryDirectory() as folder:
        if index is not None:
            shutil.copytree(index / INDEX, Path(folder) / INDEX)
        if kind == "sqlite":
            url = f"sqlite:///{folder}/records.sqlite3"
            yield {"GRADER_DATABASE_URL": url, "GRADER_DATA_DIR": folder}
        else:
            with fresh_postgres() as url:
                yield {"GRADER_DATABASE_URL": url, "GRADER_DATA_DIR": folder}


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """Make an empty database on the server; yields its URL, and drops it at the end."""
    name = f"grader_load_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Read the settings that name the records in an environment."""
    return Settings(
        database_url=SecretStr(environment["GRADER_DATABASE_URL"]),
        data_dir=Path(environment["GRADER_DATA_DIR"]),
    )


def new_key(settings: Settings, tenant: str = "acme") -> str:
    """Make a key with all scopes, and the tables before it where there are none."""

    async def tables() -> None:
        await (await Database.open(settings)).close()

    async def act(session: AsyncSession) -> str:
        owner = await Tenants(session).named_or_new(tenant)
        return (await KeyIssuer(session, "load").create(owner.id, "load", ALL_SCOPES)).key

    asyncio.run(tables())
    return in_records(settings, act)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def ready(client: httpx.Client, processes: Processes) -> None:
    """Wait until the service at the other end answers.

    Raises:
        RuntimeError: One of the processes has ended.
    """
    end = time.monotonic() + _START_PATIENCE
    while True:
        try:
            client.get(client.base_url.join("/healthz")).raise_for_status()
        except httpx.HTTPError:
            processes.check()
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def send(client: httpx.Client, lines: int, words: str = "it decouples.") -> str:
    """Send a batch of answers under the scripted rubric, and return its id.

    Here and below, the base URL of `client` ends in `/v1`.
    """
    return send_lines(client, [("queue-basics", f"{n}: {words}") for n in range(lines)])


def send_lines(client: httpx.Client, answers: Sequence[tuple[str, str]]) -> str:
    """Send a batch of (rubric id, answer), and return its id."""
    content = "\n".join(
        json.dumps({"custom_id": f"a{n}", "rubric_id": rubric_id, "answer": answer})
        for n, (rubric_id, answer) in enumerate(answers)
    )
    headers = {"Content-Type": "application/x-ndjson"}
    response = client.post("/batches", content=content, headers=headers)
    response.raise_for_status()
    return str(response.json()["id"])


def counts_of(client: httpx.Client, batch: str) -> dict[str, int]:
    """Ask how far a batch is, again while the service is starting."""
    end = time.monotonic() + _START_PATIENCE
    while True:
        try:
            found: dict[str, Any] = client.get(f"/batches/{batch}").raise_for_status().json()
        except httpx.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return dict(found["counts"])


def memory(pid: int, what: str = "VmRSS") -> float:
    """Read a process's memory, in MB; `VmHWM` is the highest it was."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 1000 if found else float("nan")
