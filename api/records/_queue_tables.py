"""The tables of the job queue, which the package procrastinate keeps in the same PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

# The queue's own migrations are files whose names sort by the version that needs them. The last
# one applied is noted as a comment of its main table, where it goes wherever the table goes.
_TABLE = "procrastinate_jobs"


def upgrade_queue(connection: Connection) -> None:
    """Create or upgrade the queue's tables, in the transaction of the connection.

    Does nothing on SQLite, where no queue is needed.
    """
    if connection.dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager

    migrations = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    latest = migrations[-1].name
    if connection.scalar(text("SELECT to_regclass(:table)"), {"table": _TABLE}) is None:
        _execute(connection, SchemaManager.get_schema())
    else:
        comment = text("SELECT obj_description(to_regclass(:table))")
        applied = connection.scalar(comment, {"table": _TABLE})
        # Without the note somebody else made the tables, and looks after them.
        if applied is None or applied >= latest:
            return
        for migration in migrations:
            if migration.name > applied:
                _execute(connection, migration.read_text(encoding="utf-8"))
    _execute(connection, f"COMMENT ON TABLE {_TABLE} IS '{latest}'")


def _execute(connection: Connection, script: str) -> None:
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
