"""Alembic migrations of the records; `api.records` runs them."""
