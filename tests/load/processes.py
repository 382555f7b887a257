"""The service and a worker as processes of their own, with a scripted judge.

    python -m tests.load.processes serve PORT
    python -m tests.load.processes worker

The database is the one in GRADER_DATABASE_URL; GRADER_TEST_JUDGE_SECONDS is how long a judgement
takes. Names of other machines are unknown here, so that no webhook goes anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from typing import Any

import uvicorn

from api.app import create_app
from api.workers import run_worker
from grader.grading import Grader
from grader.index import build_index
from grader.settings import Settings
from tests.api.support import ScriptedJudge, scripted_grader

_getaddrinfo = socket.getaddrinfo


def _local_only(host: Any, *args: Any, **more: Any) -> Any:
    if host not in {None, "localhost", "127.0.0.1", b"127.0.0.1"}:
        raise socket.gaierror(socket.EAI_NONAME, "unknown here")
    return _getaddrinfo(host, *args, **more)


def _grader(settings: Settings) -> Grader:
    seconds = float(os.environ.get("GRADER_TEST_JUDGE_SECONDS", "0"))
    judge = ScriptedJudge(pause=(lambda: asyncio.sleep(seconds)) if seconds else None)
    return scripted_grader(settings, judge, index=build_index(settings))


def main() -> None:
    """Serve, or work, until somebody ends it."""
    socket.getaddrinfo = _local_only
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(message)s")
    # No scripts of interviews: they would ask for rubrics that are not here.
    settings = settings.model_copy(update={"rubrics_dir": settings.data_dir})
    with _grader(settings) as grader:
        if sys.argv[1] == "worker":
            asyncio.run(run_worker(settings, grader))
        else:
            app = create_app(settings, grader)
            uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
