"""What may go wrong around the service, each of it real: sockets, processes, file systems."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tests.load.running import fresh_postgres
from tests.support.chroma_server import ChromaServer
from tests.support.openai_server import OpenAIServer, Received, answers_with
from tests.support.proxy import Proxy

_DISK_MEBIBYTES = 16


class Fault(Protocol):
    """Something that the service depends on, and that can be taken away.

    Attributes:
        environment: Settings with which the service depends on it.
        codes: Codes of the problems that may be told of its absence; none if requests go on.
        by_question: Whether requests name a question, so that the index has to be searched.
        waited_for: Whether requests wait for its end, if that comes soon enough.
    """

    environment: Mapping[str, str]
    codes: frozenset[str]
    by_question: bool
    waited_for: bool

    def begin(self, pid: int) -> None:
        """Take it away from the service, a process."""
        ...

    def end(self, pid: int) -> None:
        """Give it back."""
        ...


class _Gone:
    """What is behind a proxy is cut off."""

    def __init__(self, proxy: Proxy, environment: Mapping[str, str], codes: set[str]) -> None:
        self._proxy = proxy
        self.environment = environment
        self.codes = frozenset(codes)
        self.by_question = False
        self.waited_for = False

    def begin(self, pid: int) -> None:  # noqa: ARG002 - see `Fault`
        self._proxy.cut()

    def end(self, pid: int) -> None:  # noqa: ARG002
        self._proxy.restore()


@contextmanager
def postgresql_gone(folder: Path) -> Iterator[Fault]:
    """Break the connections to PostgreSQL, and refuse new ones."""
    with fresh_postgres() as url:
        parts = urlsplit(url)
        with Proxy(parts.port or 5432) as proxy:
            host = f"{parts.username}@127.0.0.1:{proxy.port}"
            through = parts._replace(netloc=host).geturl()
            environment = {"GRADER_DATABASE_URL": through, "GRADER_DATA_DIR": str(folder)}
            yield _Gone(proxy, environment, {"records_unavailable"})


@contextmanager
def llm_gone(folder: Path) -> Iterator[Fault]:
    """Cut off the endpoint of the LLM; its grades are withheld meanwhile, which is no problem."""
    with OpenAIServer(otherwise=answers_with(_covers_one)) as server:
        parts = urlsplit(server.base_url)
        with Proxy(parts.port or 0) as proxy:
            environment = {
                "GRADER_DATA_DIR": str(folder),
                "GRADER_JUDGE": "llm",
                "GRADER_LLM_BASE_URL": f"http://127.0.0.1:{proxy.port}{parts.path}",
                "GRADER_LLM_MODEL": "judge-model",
                "GRADER_LLM_API_KEY": "none",
                "GRADER_LLM_RETRIES": "0",
                "GRADER_LLM_CACHE": "false",
            }
            yield _Gone(proxy, environment, set())


@contextmanager
def chroma_gone(folder: Path) -> Iterator[Fault]:
    """Kill the Chroma server, and start it again."""
    with ChromaServer(folder / "server") as server:
        yield _Chroma(server, folder)


class _Chroma:
    codes = frozenset({"index_unavailable"})
    by_question = True
    waited_for = False

    def __init__(self, server: ChromaServer, folder: Path) -> None:
        self._server = server
        self.environment: Mapping[str, str] = {
            "GRADER_DATA_DIR": str(folder),
            "GRADER_INDEX": "chroma-server",
            "GRADER_INDEX_URL": server.url,
        }

    def begin(self, pid: int) -> None:  # noqa: ARG002
        self._server.stop()

    def end(self, pid: int) -> None:  # noqa: ARG002
        self._server.start()


@contextmanager
def sqlite_locked(folder: Path) -> Iterator[Fault]:
    """Have another program hold the SQLite file; shorter than ten seconds is waited for."""
    yield _Locked(folder)


class _Locked:
    codes = frozenset({"records_unavailable"})
    by_question = False
    waited_for = True

    def __init__(self, folder: Path) -> None:
        self._file = folder / "records.sqlite3"
        self.environment: Mapping[str, str] = {"GRADER_DATA_DIR": str(folder)}
        self._other: sqlite3.Connection | None = None

    def begin(self, pid: int) -> None:  # noqa: ARG002
        self._other = sqlite3.connect(self._file, isolation_level=None, timeout=30)
        self._other.execute("BEGIN IMMEDIATE")

    def end(self, pid: int) -> None:  # noqa: ARG002
        if self._other is not None:
            self._other.execute("ROLLBACK")
            self._other.close()


@contextmanager
def disk_full(folder: Path) -> Iterator[Fault]:
    """Leave no room on the disk that the records are on."""
    disk = folder / "disk"
    disk.mkdir()
    if not _mounted(disk):
        yield _NoGrowth(disk)
        return
    try:
        yield _Full(disk)
    finally:
        # The service may still be ending; what it holds is freed when it has.
        subprocess.run(["umount", "--lazy", disk], check=True)


def _mounted(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    size = f"size={_DISK_MEBIBYTES}m"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class _Full:
    codes = frozenset({"records_unavailable", "storage_unavailable"})
    by_question = False
    waited_for = False

    def __init__(self, disk: Path) -> None:
        self._ballast = disk / "ballast"
        self.environment: Mapping[str, str] = {"GRADER_DATA_DIR": str(disk)}

    def begin(self, pid: int) -> None:  # noqa: ARG002
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\x00" * size)
                except OSError:
                    continue

    def end(self, pid: int) -> None:  # noqa: ARG002
        self._ballast.unlink()


class _NoGrowth:
    """For those who may not mount: the service's files may not grow any more."""

    codes = _Full.codes
    by_question = False
    waited_for = False

    def __init__(self, folder: Path) -> None:
        self.environment: Mapping[str, str] = {"GRADER_DATA_DIR": str(folder)}

    def begin(self, pid: int) -> None:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))

    def end(self, pid: int) -> None:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def _covers_one(request: Received) -> dict[str, list[dict[str, object]]]:
    return {
        "points": [
            {"id": name, "verdict": "covered", "quotes": ["it decouples"], "sure": True}
            if name == "decouples"
            else {"id": name, "verdict": "missing", "quotes": [], "sure": True}
            for name in request.asked
        ],
    }


KINDS = {
    "postgresql": postgresql_gone,
    "sqlite": sqlite_locked,
    "chroma": chroma_gone,
    "disk": disk_full,
    "llm": llm_gone,
}
