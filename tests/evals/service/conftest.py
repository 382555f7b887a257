"""A real service on loopback over a database of each kind, with a judge that needs no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.settings import Settings
from grader.types import Rubric, Status
from tests.api.conftest import (
    database_url,
    postgres_database,
    postgres_url,
    service_settings,
    sqlite_template,
    sqlite_url,
)
from tests.evals.factories import RUBRIC, ScriptedJudge
from tests.evals.test_cli import run
from tests.support.plain_embedder import PlainEmbedder
from tests.support.serving import Served, serving

__all__ = [
    "database_url",
    "postgres_database",
    "postgres_url",
    "run",
    "service_settings",
    "sqlite_template",
    "sqlite_url",
]

Serve = Callable[..., Served]


def bare_grader(settings: Settings, judge: ScriptedJudge, *rubrics: Rubric) -> Grader:
    """A grader that loads no model, as the service's or as this process's own."""
    return Grader(
        settings,
        bank=Bank([_published(rubric) for rubric in rubrics or [RUBRIC]]),
        encoder=SharedEncoder(PlainEmbedder()),
        judge=judge,
        index=None,
    )


def _published(rubric: Rubric) -> Rubric:
    return rubric.model_copy(update={"status": Status.PUBLISHED})


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serves by a judge, over SQLite unless a test asks for each kind of database.

    A second service takes the place of the first.
    """
    kind = "service_settings" if "database_url" in request.fixturenames else "sqlite_settings"
    settings = request.getfixturevalue(kind).model_copy(update={"batch_retries": 0})
    with ExitStack() as stack:

        def start(judge: ScriptedJudge, *rubrics: Rubric) -> Served:
            stack.close()
            return stack.enter_context(serving(settings, bare_grader(settings, judge, *rubrics)))

        yield start


@pytest.fixture
def sqlite_settings(sqlite_url: str, tmp_path: object) -> Settings:
    return Settings.model_validate({"database_url": sqlite_url, "data_dir": tmp_path})
