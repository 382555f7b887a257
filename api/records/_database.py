"""The database behind the records: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from api.errors import RecordsUnavailable
from api.records._base import RUBRICS_KEPT
from api.records._migrate import current_revision, upgrade
from grader.errors import ConfigurationError
from grader.settings import Settings

_FILE = "records.sqlite3"

# How long SQLite waits for another process to finish writing, and PostgreSQL for a connection.
_SQLITE_WAIT_SECONDS = 10
_CONNECT_SECONDS = 5
_SILENT_SECONDS = 15
_POOL = 10

_WRITING = "writing"


class Database:
    """The records' database; open one for each event loop.

    `read` and `write` each give a session in one transaction, which is committed at the end of the
    block and rolled back if the block raises. Never open one inside another: on SQLite the inner
    one would wait for the outer.
    """

    def __init__(self, url: URL) -> None:
        """Prepare to connect; `Database.open` also brings the tables up to date."""
        self._url = url
        self._engine = _engine(url)
        # What sessions remember between them, to spare asking the database; see `RubricDocuments`.
        memory: dict[Any, Any] = {RUBRICS_KEPT: set()}
        self._reading = async_sessionmaker(self._engine, expire_on_commit=False, info=memory)
        self._writing = async_sessionmaker(
            self._engine.execution_options(**{_WRITING: True}),
            expire_on_commit=False,
            info=memory,
        )
        # SQLite has one writer at a time. Waiting here is fair and wakes at once; SQLite's own
        # waiting, which sleeps and tries again, is left for other processes.
        self._turn: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if url.get_backend_name() == "sqlite" else nullcontext()
        )

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Connect to the database that the settings name, and create or upgrade its tables.

        Raises:
            ConfigurationError: The URL is not one of a database that can be used, or its tables
                were made by a later version of this package.
            RecordsUnavailable: It cannot be reached.
        """
        database = cls(database_url(settings))
        try:
            await database.upgrade()
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    def __str__(self) -> str:
        """Name the database, without its password."""
        return describe_url(self._url)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """Open a session for reading.

        Raises:
            RecordsUnavailable: The database cannot be reached.
        """
        async with self._translated(), self._reading() as session, session.begin():
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """Open a session for writing, commit at the end.

        Raises:
            RecordsUnavailable: The database cannot be reached or written; nothing was kept.
        """
        async with self._turn, self._translated(), self._writing() as session, session.begin():
            yield session

    @property
    def folder(self) -> Path | None:
        """Where the file is, of records in one."""
        is_file = self._url.get_backend_name() == "sqlite"
        return Path(self._url.database or "").absolute().parent if is_file else None

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            RecordsUnavailable: There is none.
        """
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def flush_deleted(self) -> bool:
        """Take what was deleted out of SQLite's log of changes; tell whether that could be done.

        What was deleted from the file itself is overwritten at once. PostgreSQL does both in its own
        time (VACUUM).

        Raises:
            RecordsUnavailable: The database cannot be reached.
        """
        if self._url.get_backend_name() != "sqlite":
            return True
        async with self._turn, self._translated(), self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, _, _ = await cursor.fetchone()
        return not busy

    async def upgrade(self) -> None:
        """Create or upgrade the tables; when several processes do so at once, one after the other.

        Raises:
            ConfigurationError: The file cannot be opened, or the tables were made by a later
                version of this package.
            RecordsUnavailable: The database cannot be reached.
        """
        self._check_file()
        async with self._translated():
            engine = self._engine.execution_options(**{_WRITING: True})
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)

    async def revision(self) -> str | None:
        """Return the revision of the tables, None where there are none.

        Raises:
            ConfigurationError: The file cannot be opened.
            RecordsUnavailable: The database cannot be reached.
        """
        self._check_file()
        async with self._translated(), self._engine.connect() as connection:
            return await connection.run_sync(current_revision)

    def _check_file(self) -> None:
        """Open and close an SQLite file, since one that cannot be opened stays so."""
        if self._url.get_backend_name() != "sqlite":
            return
        path = str(self._url.database)
        try:
            # For its owner alone, since it holds what people said.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA schema_version")
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigurationError(
                f"the records in {self} cannot be opened: {reason}; see that the folder exists, "
                "that it may be written, and that the file is an SQLite database"
            ) from None

    @asynccontextmanager
    async def _translated(self) -> AsyncGenerator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise RecordsUnavailable(self._complaint(error)) from error
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise RecordsUnavailable(self._complaint(error)) from error

    def _complaint(self, error: Exception) -> str:
        cause = getattr(error, "orig", None) or error
        reason = " ".join(str(cause).split())
        return f"the records in {self} cannot be used: {reason}"


def database_url(settings: Settings) -> URL:
    """Find the URL of the database that the settings name.

    Raises:
        ConfigurationError: It is not one of a database that can be used.
    """
    given = settings.database_url.get_secret_value()
    if not given:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"GRADER_DATA_DIR: {settings.data_dir} cannot be made: {error.strerror}"
            ) from None
        return URL.create("sqlite+aiosqlite", database=str(settings.data_dir / _FILE))
    try:
        url = make_url(given)
    except ArgumentError:
        raise ConfigurationError(
            "GRADER_DATABASE_URL is not a URL; write postgresql://USER:PASSWORD@HOST:PORT/NAME "
            "or sqlite:///FILE"
        ) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
    if backend not in drivers:
        raise ConfigurationError(
            f"GRADER_DATABASE_URL names a database of kind '{backend}'; records are kept in "
            "sqlite or postgresql"
        )
    if backend == "sqlite" and not url.database:
        raise ConfigurationError("GRADER_DATABASE_URL names no file; write sqlite:///FILE")
    return url.set(drivername=drivers[backend])


def describe_url(url: URL) -> str:
    """Name a database for people: a file, or a URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").absolute())
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return create_async_engine(
            url,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_timeout=_CONNECT_SECONDS,
            hide_parameters=True,
            # A connection that the server has closed meanwhile is replaced, not an error.
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": _CONNECT_SECONDS,
                # Of a server that vanished without a word, as a machine does that loses its power.
                "tcp_user_timeout": 1000 * _SILENT_SECONDS,
                "keepalives_idle": _SILENT_SECONDS,
                "application_name": "answer-grader",
            },
        )
    # It would write every statement with all that is in it, answers too.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        # Sessions here always end their transaction; each further statement is a trip to a thread.
        pool_reset_on_return=None,
        connect_args={"timeout": _SQLITE_WAIT_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _end_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    # What is deleted is overwritten: it may be what somebody wanted to be forgotten.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and writes later fails where another wrote in between;
    # one that will write says so at once, and waits for its turn.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _end_sqlite(connection: Any, *_: object) -> None:
    # A task cancelled while it waits for its turn leaves a connection that is closed before the turn
    # has come. SQLite keeps the lock that it then gets for as long as a cursor is about.
    connection.rollback()
