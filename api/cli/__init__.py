"""The commands that the service adds to `grader`: `serve`, `worker`, `keys`, `tenants`, `privacy`, `db`."""

from __future__ import annotations

from api.cli._db import db
from api.cli._keys import keys
from api.cli._privacy import privacy
from api.cli._serve import serve
from api.cli._tenants import tenants
from api.cli._worker import worker

__all__ = ["db", "keys", "privacy", "serve", "tenants", "worker"]
