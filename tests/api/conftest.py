from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from grader.grading import Grader


@pytest.fixture(scope="session")
def client(grader: Grader) -> Iterator[TestClient]:
    with TestClient(create_app(grader.settings, grader), raise_server_exceptions=False) as opened:
        yield opened
