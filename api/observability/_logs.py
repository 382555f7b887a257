"""Log records as text or as JSON, each with its request's id, and none with an answer in it.

Answers are kept out in three ways. What a judge's endpoint says, which may quote one, goes to a logger
of its own that stays silent. Other packages, some of which write requests and SQL parameters into
their debug records, are heard from a warning upwards only. And of an exception that is not ours the
log has the type and the place but not the message, which may quote what was being handled.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from api.observability._request_ids import current_request_id
from grader.errors import GraderError

LogFormat = Literal["text", "json"]

_OURS = ("api", "evals", "grader", "uvicorn")
_VERBATIM = "grader.verbatim"
_TEXT = "%(asctime)s %(levelname)-7s %(name)s%(request)s: %(message)s"
_JSON_NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}

# Their messages are ours, or the operating system's about files and connections.
_MAY_SPEAK = (GraderError, OSError)

_ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def configure_logging(
    level: str = "INFO",
    form: LogFormat = "text",
    *,
    answers: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Send all log records of the process to one stream.

    Run the server without a logging configuration of its own (`log_config=None`), so that its
    records come here as well.

    Args:
        level: Of this package's records and the server's.
        form: A line of text for people, or one JSON object a line for programs.
        answers: Whether answers may be in the log: other packages are heard at the same level, and
            messages of all exceptions are written.
        stream: Where to; standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_add_request)
    handler.setFormatter(_Json(answers=answers) if form == "json" else _Text(answers=answers))
    logging.basicConfig(level=level if answers else logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger(_VERBATIM).setLevel(level if answers else logging.CRITICAL + 1)


def _add_request(record: logging.LogRecord) -> bool:
    request_id = current_request_id()
    if record.name == "uvicorn.error":  # where it writes all that is not about a request
        record.name = "uvicorn"
    record.request_id = request_id
    record.request = f" [{request_id}]" if request_id else ""
    return True


class _Text(logging.Formatter):
    """Lines for people."""

    def __init__(self, *, answers: bool) -> None:
        super().__init__(_TEXT)
        self._answers = answers

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - the base class's name
        return super().formatException(ei) if self._answers else _without_message(ei)


class _Json(JsonFormatter):
    """Lines for programs."""

    def __init__(self, *, answers: bool) -> None:
        fields = ("asctime", "levelname", "name", "message", "request_id")
        ignored = ("request", "taskName", "color_message")
        super().__init__(
            fields,
            rename_fields=_JSON_NAMES,
            reserved_attrs=[*logging.makeLogRecord({}).__dict__, *ignored],
        )
        self.converter = time.gmtime
        self.default_time_format, self.default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"
        self._answers = answers

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802
        return str(super().formatException(ei)) if self._answers else _without_message(ei)


def _without_message(info: _ErrorInfo) -> str:
    return "\n".join(part for error in reversed([*_chain(info[1])]) for part in _told(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, then what it came from, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _told(error: BaseException) -> Iterator[str]:
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    said = str(error) if isinstance(error, _MAY_SPEAK) else "(GRADER_LOG_ANSWERS=true shows why)"
    yield f"{kind.__module__}.{kind.__qualname__}: {said}"
