"""The service as a process of its own, to have faults around it.

    python -m tests.faults.serving PORT

Settings come from the environment, as for `grader serve`. The model that encodes is left out, and
unless the settings name an LLM the judge is a scripted one that takes a few milliseconds.
"""

from __future__ import annotations

import asyncio
import sys

import uvicorn

from api.app import create_app
from api.observability import configure_logging
from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.index import build_index
from grader.judges import build_judge
from grader.settings import Settings
from tests.api.support import FIRST, ScriptedJudge
from tests.support.plain_embedder import PlainEmbedder

_JUDGE_SECONDS = 0.02


def open_grader(settings: Settings) -> Grader:
    """Put a grader of one rubric together."""
    encoder = SharedEncoder(PlainEmbedder())
    bank = Bank([FIRST])
    index = build_index(settings)
    index.sync(list(bank), encoder)
    judge = (
        ScriptedJudge(pause=lambda: asyncio.sleep(_JUDGE_SECONDS))
        if settings.judge == "local"
        else build_judge(settings, encoder)
    )
    return Grader(settings, bank=bank, encoder=encoder, judge=judge, index=index)


def main() -> None:
    configure_logging("WARNING")
    settings = Settings(log_level="WARNING")
    with open_grader(settings) as grader:
        app = create_app(settings, grader)
        uvicorn.run(app, port=int(sys.argv[1]), log_config=None)


if __name__ == "__main__":
    main()
