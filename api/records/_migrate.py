"""Bringing the tables to the version that this package needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from api.records._queue_tables import upgrade_queue
from grader.errors import ConfigurationError

# Any number will do that no other program takes in the same database.
_LOCK = 0x67726164


def upgrade(connection: Connection) -> None:
    """Create or upgrade the tables in the connection's transaction, which its owner commits.

    Raises:
        ConfigurationError: The tables were made by a later version of this package.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    present = current_revision(connection)
    if present is not None and present not in known:
        raise ConfigurationError(
            f"the records' tables are at revision {present}, which this version of the package "
            "does not know; install the version that made them, or a later one"
        )
    if present != scripts.get_current_head():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    upgrade_queue(connection)


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the tables are at, None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def latest_revision() -> str:
    """Return the revision that this package needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the package holds no migrations")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
