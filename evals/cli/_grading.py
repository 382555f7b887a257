"""Where a command has answers graded: by a judge in this process, or by a service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from evals.cli._progress import progress
from evals.datasets import LabelledCase
from evals.runs import (
    RubricChoice,
    RunHeader,
    RunInvalid,
    RunReport,
    RunWriter,
    graded_by,
    run_answers,
)
from grader.grading import Grader
from grader.types import GraderRef


class Place(Protocol):
    """Grades labelled answers."""

    def identify(self, cases: Iterable[LabelledCase], choose: RubricChoice) -> GraderRef:
        """Say what will stand on the grades."""

    def run(
        self,
        cases: Iterable[LabelledCase],
        graded_by: GraderRef,
        writer: RunWriter,
        choose: RubricChoice,
        *,
        limit: int | None = None,
        on_answer: Callable[[], None] = lambda: None,
    ) -> RunReport:
        """Grade answers into a run file; see `evals.runs.run_answers`."""


@dataclass(frozen=True, slots=True)
class Here:
    """Grades in this process.

    Attributes:
        workers: Answers graded at the same time.
        repeats: How often each is graded.
    """

    grader: Grader
    workers: int
    repeats: int = 1

    def identify(self, cases: Iterable[LabelledCase], choose: RubricChoice) -> GraderRef:
        """Say who the judge is; no answer is needed for that."""
        del cases, choose
        return graded_by(self.grader)

    def run(
        self,
        cases: Iterable[LabelledCase],
        graded_by: GraderRef,
        writer: RunWriter,
        choose: RubricChoice,
        *,
        limit: int | None = None,
        on_answer: Callable[[], None] = lambda: None,
    ) -> RunReport:
        """Grade answers into a run file; see `evals.runs.run_answers`."""
        del graded_by
        return asyncio.run(
            run_answers(
                self.grader,
                cases,
                writer,
                choose,
                workers=self.workers,
                repeats=self.repeats,
                limit=limit,
                on_answer=on_answer,
            )
        )


class _Key(BaseSettings):
    """The key to a service, from `GRADER_API_KEY` or a `.env` file."""

    model_config = SettingsConfigDict(env_prefix="GRADER_", env_file=".env", extra="ignore")

    api_key: SecretStr | None = None


def refuse_with_service(**options: object) -> None:
    """Refuse what only makes sense in this process.

    Args:
        **options: By name; None for one that is not given.

    Raises:
        RunInvalid: One of them is given.
    """
    for name, value in options.items():
        if value is not None:
            raise RunInvalid(f"--{name} and --service do not go together: the service decides that")


@contextmanager
def service_at(url: str) -> Iterator[Place]:
    """Grade by the service at an address, as in `https://grader.example.com`.

    Raises:
        RunInvalid: It is no address.
    """
    from evals.service import ServiceGrading
    from grader.client import GraderClient

    if not url.startswith(("http://", "https://")):
        raise RunInvalid(f"--service {url}: give an address, as in https://grader.example.com")
    key = _Key().api_key
    with GraderClient(url, key.get_secret_value() if key else None) as client:
        yield ServiceGrading(client)


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is to be made.

    Attributes:
        path: Where it goes; what is there already is used again.
        data: What the answers were read from.
        total: How many answers there are.
        fresh: Whether to use nothing again.
        kept: Whether the file stays, so that the run can be gone on with.
        name: What reports call it; the file's name by default.
    """

    path: Path
    data: Sequence[Path]
    split: str | None
    total: int
    limit: int | None = None
    fresh: bool = False
    kept: bool = True
    name: str = ""

    def make(
        self,
        place: Place,
        cases: Iterable[LabelledCase],
        choose: RubricChoice,
        *,
        title: str = "grading",
    ) -> RunReport:
        """Grade, showing progress.

        Raises:
            RunInvalid: The run cannot be written, or the service has other rubrics.
            ClientError: The service cannot be reached, or refuses.
        """
        who = place.identify(cases, choose)
        header = RunHeader.of(who, self.data, self.split, self.name)
        try:
            with (
                RunWriter(self.path, header, fresh=self.fresh) as writer,
                progress(title, self.total) as advance,
            ):
                return place.run(cases, who, writer, choose, limit=self.limit, on_answer=advance)
        except KeyboardInterrupt:
            if self.kept:
                sys.stderr.write(f"stopped; the same command goes on from there ({self.path})\n")
            raise
