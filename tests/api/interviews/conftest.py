"""The application over a small bank with follow-ups and one interview script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from grader.settings import Settings
from tests.api.interviews.play import SCRIPT, talking_grader
from tests.api.support import Caller, Service


@pytest.fixture
def service_settings(database_url: str, tmp_path: Path) -> Settings:
    folder = tmp_path / "rubrics" / "interviews"
    folder.mkdir(parents=True)
    (folder / "talk.yaml").write_text(yaml.safe_dump(SCRIPT), encoding="utf-8")
    return Settings(
        database_url=SecretStr(database_url), data_dir=tmp_path, rubrics_dir=tmp_path / "rubrics"
    )


@pytest.fixture
def service(service_settings: Settings) -> Iterator[Service]:
    with Service.running(service_settings, talking_grader(service_settings)) as running:
        yield running


@pytest.fixture
def acme(service: Service) -> Caller:
    return service.caller("acme")
