"""The log of the process, caught as it is written."""

from __future__ import annotations

import io
import json
from typing import Any

from api.observability import LogFormat, configure_logging


class Logs:
    """What the process writes once its log is configured."""

    def __init__(self) -> None:
        self._stream = io.StringIO()

    def configure(self, level: str, form: LogFormat = "json", *, answers: bool = False) -> None:
        configure_logging(level, form, answers=answers, stream=self._stream)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]
