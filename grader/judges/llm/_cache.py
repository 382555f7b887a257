"""Replies kept on disk, so that the same answer under the same rubric is not paid for twice."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from grader.types import Judgement

_log = logging.getLogger(__name__)

_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS judgements (
        key TEXT PRIMARY KEY,
        answer TEXT NOT NULL,
        judgement TEXT NOT NULL,
        created REAL NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS judgements_answer ON judgements (answer)",
)
_COLUMNS = {"key", "answer", "judgement", "created"}
_MOST_KEPT = 1_000_000


def cache_key(parts: Mapping[str, Any]) -> str:
    """Hash everything that can change a judgement, whatever the order it is named in."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class JudgementCache:
    """A SQLite file of judgements as JSON; safe to share between threads and processes.

    It is a convenience: a file that cannot be read or written is reported once in the log, and
    judging goes on without it.
    """

    def __init__(self, path: Path) -> None:
        """Use this file; it is opened, or made, when first needed."""
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._broken = False

    def get(self, key: str) -> Judgement | None:
        """Return what was kept under a key."""
        rows = self._run("SELECT judgement FROM judgements WHERE key = ?", (key,))
        try:
            return Judgement.model_validate_json(rows[0][0]) if rows else None
        except ValidationError:
            return None  # kept by a version with other types

    def put(self, key: str, judgement: Judgement, answer: str = "") -> None:
        """Keep a judgement of an answer, whose text itself is not kept."""
        self._run(
            "INSERT OR REPLACE INTO judgements VALUES (?, ?, ?, ?)",
            (key, _digest(answer), judgement.model_dump_json(), time.time()),
        )

    def forget(self, answer: str) -> int:
        """Delete the judgements of an answer, so that the file holds nothing of them; count them."""
        gone = self._run(
            "DELETE FROM judgements WHERE answer = ? RETURNING key", (_digest(answer),)
        )
        if gone:
            # What was deleted is overwritten; the log of changes would still hold it.
            self._run("PRAGMA wal_checkpoint(TRUNCATE)", ())
        return len(gone)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            if self._broken:
                return []
            try:
                return self._opened().execute(statement, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                # Another process may hold a lock for long; only a file that is unfit stays unfit.
                self._broken = not isinstance(error, sqlite3.OperationalError)
                _log.warning("the cache of LLM replies, %s, cannot be used: %s", self._path, error)
                return []

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # it quotes answers
            connection = sqlite3.connect(
                self._path, timeout=5, isolation_level=None, check_same_thread=False
            )
            try:
                # Two that change the journal's mode at once do not wait for each other.
                with FileLock(self._path.with_suffix(".lock"), timeout=5, mode=0o600):
                    _prepare(connection)
            except (sqlite3.Error, OSError):
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    _create(connection)
    connection.execute(
        "DELETE FROM judgements WHERE key IN (SELECT key FROM judgements "
        "ORDER BY created DESC LIMIT -1 OFFSET ?)",
        (_MOST_KEPT,),
    )


def _create(connection: sqlite3.Connection) -> None:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(judgements)")}
    if columns and columns != _COLUMNS:
        connection.execute("DROP TABLE judgements")  # kept by a version that kept something else
    for statement in _SCHEMA:
        connection.execute(statement)


def _digest(answer: str) -> str:
    return hashlib.sha256(answer.encode()).hexdigest()
