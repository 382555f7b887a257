"""What `grader eval compare` compares: finished runs, or rubrics and judges to grade with now."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evals.cli._grading import Here, NewRun, Place, service_at
from evals.comparison import ComparisonInvalid
from evals.datasets import BACKEND, Dataset, LabelledAnswer, LabelledCase
from evals.runs import RubricChoice, RunFile, RunReport, rubric_choice
from grader.bank import Bank, load_bank
from grader.cli._open import bank_of_file, bank_of_folder, is_rubric_file, opened
from grader.settings import Settings
from grader.types import GraderRef

_JUDGE = "judge="


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run file."""

    name: str
    run: RunFile


@dataclass(frozen=True, slots=True)
class ToGrade:
    """Rubrics and a judge to grade with.

    Attributes:
        judge: Instead of the configured one.
        latest: Whether answers are graded under the bank's current versions, whichever the labels
            are for.
    """

    name: str
    bank: Bank
    judge: str | None
    latest: bool

    @property
    def choose(self) -> RubricChoice:
        """Chooses each answer's rubric version."""
        return rubric_choice(self.bank, latest=self.latest)


Source = FinishedRun | ToGrade


def read_source(text: str, rubrics: Path | None, settings: Settings) -> Source:
    """Understand one side of a comparison.

    Args:
        text: A run file, a rubric file, a folder of rubrics, `ID`, `ID@VERSION`, or `judge=NAME`.
        rubrics: The folder that ids are looked up in; the bank by default.
        settings: Say where the bank is.

    Raises:
        ComparisonInvalid: It is none of these.
        RunInvalid: It is a file of JSON lines, but no run.
        RubricInvalid: The rubrics are broken.
        RubricNotFound: There is no such rubric or version.
    """
    path = Path(text)
    if text.startswith(_JUDGE):
        return ToGrade(text, _bank(rubrics, settings), text.removeprefix(_JUDGE), latest=False)
    if path.is_dir():
        name = f"{path.name}/" if path.name else text
        return ToGrade(name, bank_of_folder(path, settings), None, latest=True)
    if path.suffix == ".jsonl":
        run = RunFile.open(path)
        return FinishedRun(run.name, run)
    if is_rubric_file(text):
        bank = bank_of_file(path, settings)
        (rubric,) = bank.all_versions()
        return ToGrade(f"{rubric.id} {rubric.version}", bank, None, latest=True)
    if re.fullmatch(r"[a-z0-9-]+(@[0-9A-Za-z.-]+)?", text):
        rubric_id, _, version = text.partition("@")
        rubric = _bank(rubrics, settings).get(rubric_id, version or None)
        bank = Bank([rubric], drafts=True)
        return ToGrade(f"{rubric.id} {rubric.version}", bank, None, latest=True)
    raise ComparisonInvalid(
        f"'{text}' is nothing to compare: name a run file, a rubric file, a folder of rubrics, "
        "ID, ID@VERSION or judge=NAME"
    )


def names_of(texts: tuple[str, str], sources: tuple[Source, Source]) -> tuple[str, str]:
    """Name both sides, apart from each other."""
    first, second = (source.name for source in sources)
    return texts if first == second else (first, second)


@dataclass(frozen=True, slots=True)
class Grading:
    """How the sides that are not graded yet are graded.

    Attributes:
        data: Files or folders of labelled answers; none for those of the finished run beside it,
            else the back-end set.
        split: Only this split.
        folder: Where the runs are kept.
        settings: For the judge, and how many answers at once.
        service: Address of the service that grades; None for this process.
        limit: Only the first so many.
        fresh: Whether to grade again what the folder holds.
        kept: Whether the folder stays.
        names: What to call the two sides.
    """

    data: Sequence[Path]
    split: str | None
    folder: Path
    settings: Settings
    service: str | None
    limit: int | None
    fresh: bool
    kept: bool
    names: tuple[str, str]

    def runs(self, sources: tuple[Source, Source]) -> Iterator[tuple[RunFile, RunReport | None]]:
        """Grade what is not graded yet; a report for each run made now.

        Raises:
            DatasetInvalid: The data are broken.
            ComparisonInvalid: No answer can be graded by both sides, or not by the judges asked for.
            RunInvalid: A run cannot be kept in the folder.
            ClientError: The service cannot be reached, or refuses.
        """
        if all(isinstance(source, FinishedRun) for source in sources):
            yield from ((source.run, None) for source in sources if isinstance(source, FinishedRun))
            return
        if self.service is not None:
            _refuse_judges(sources)
        data, split = self._data(sources)
        dataset = Dataset.open(data, split=split)
        wanted = _Wanted(sources, dataset)
        total = sum(1 for _ in islice(wanted, self.limit))
        if not total:
            raise ComparisonInvalid(
                f"none of the {len(dataset)} answers in {', '.join(map(str, dataset.files[:3]))} "
                "can be graded on both sides; name DATA with answers to these rubrics"
            )
        with ExitStack() as stack:
            places = _Places(self.settings, self.service, stack)
            for source, name in zip(sources, self.names, strict=True):
                if isinstance(source, FinishedRun):
                    yield source.run, None
                    continue
                place = places.of(source)
                who = place.identify(wanted, source.choose)
                path = self.folder / _file_name(source, who)
                new = NewRun(path, data, split, total, self.limit, self.fresh, self.kept, name)
                report = new.make(place, wanted, source.choose, title=f"grading {name}")
                yield RunFile.open(path), report

    def _data(self, sources: tuple[Source, Source]) -> tuple[Sequence[Path], str | None]:
        """Choose the data: what was named, what the finished run was made from, or the default."""
        if self.data:
            return self.data, self.split
        for source in sources:
            if isinstance(source, FinishedRun):
                files = [Path(name) for name in source.run.header.data]
                if not files or not all(path.exists() for path in files):
                    raise ComparisonInvalid(
                        f"the data that {source.run.path} was made from are not where they were; "
                        "name them as DATA"
                    )
                return files, self.split or source.run.header.split
        return [BACKEND], self.split


class _Places:
    """Where the sides are graded, each place opened once."""

    def __init__(self, settings: Settings, service: str | None, stack: ExitStack) -> None:
        self._settings = settings
        self._service = service
        self._stack = stack
        self._opened: dict[str, Place] = {}

    def of(self, source: ToGrade) -> Place:
        judge = source.judge or self._settings.judge
        if judge not in self._opened:
            self._opened[judge] = self._open(source, judge)
        return self._opened[judge]

    def _open(self, source: ToGrade, judge: str) -> Place:
        if self._service is not None:
            return self._stack.enter_context(service_at(self._service))
        settings = self._settings.model_copy(update={"judge": judge})
        grader = self._stack.enter_context(opened(settings, source.bank, indexed=False))
        return Here(grader, settings.concurrency)


def _refuse_judges(sources: Iterable[Source]) -> None:
    for source in sources:
        if isinstance(source, ToGrade) and source.judge is not None:
            raise ComparisonInvalid(
                f"{source.name} and --service do not go together: the service has its own judge"
            )


class _Wanted:
    """The answers that both sides have, or can grade."""

    def __init__(self, sources: Iterable[Source], dataset: Dataset) -> None:
        self._dataset = dataset
        self._choices: list[RubricChoice] = []
        self._held: list[frozenset[tuple[str, str]]] = []
        for source in sources:
            if isinstance(source, FinishedRun):
                self._held.append(frozenset(source.run.places()))
            else:
                self._choices.append(source.choose)

    def __iter__(self) -> Iterator[LabelledCase]:
        return (case for case in self._dataset if self._has(case.answer))

    def _has(self, answer: LabelledAnswer) -> bool:
        name = (answer.id, answer.rubric_id)
        return all(name in held for held in self._held) and all(
            choose(answer) is not None for choose in self._choices
        )


def _bank(rubrics: Path | None, settings: Settings) -> Bank:
    if rubrics is not None:
        return bank_of_folder(rubrics, settings)
    return load_bank(settings.rubrics_dir, settings.corpus_dir, drafts=True)


def _file_name(source: ToGrade, who: GraderRef) -> str:
    """Name a run by what it is made with, so that it is found again."""
    hashes = [rubric.sha256 for rubric in source.bank.all_versions()]
    made_with = [who.judge, who.model, who.prompt_sha256, *hashes]
    digest = hashlib.sha256(json.dumps(made_with).encode()).hexdigest()
    slug = re.sub(r"[^a-z0-9.]+", "-", source.name.lower()).strip("-.")[-40:]
    return f"{slug or 'run'}-{digest[:8]}.jsonl"


def made_folder(folder: Path) -> Path:
    """Make the folder that runs are kept in.

    Raises:
        ComparisonInvalid: A file is there, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ComparisonInvalid(
            f"{folder} cannot be made ({error.strerror}); name a folder for the two runs"
        ) from error
    return folder
