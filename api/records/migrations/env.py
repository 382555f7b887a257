"""Runs migrations on the connection that `api.records` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from api.records._base import Base


def run() -> None:
    """Run what is asked for."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite can change a table only by making it anew.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
