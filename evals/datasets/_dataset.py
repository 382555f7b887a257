"""A data set: files checked once, then read answer by answer, never held in memory as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

from evals.datasets._labels import (
    SETTLED,
    LabelledAnswer,
    LabelledCase,
    MistakeLabel,
    PointLabel,
    Rating,
)
from evals.datasets._lines import (
    DatasetInvalid,
    RatingLine,
    numbered_lines,
    opened,
    parse_line,
)
from grader.errors import Problem

SPLITS_FILE = "splits.json"

_Label = TypeVar("_Label", PointLabel, MistakeLabel)


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    offset: int
    number: int


@dataclass(slots=True)
class _Entry:
    """Where the lines about one answer stand."""

    rubric_id: str
    identity: int
    answers: list[_Place] = field(default_factory=list)
    ratings: list[_Place] = field(default_factory=list)


class Dataset:
    """Labelled answers in one or several files, each answer once with all its raters."""

    def __init__(self, entries: Mapping[str, _Entry], files: Sequence[Path]) -> None:
        """Use `Dataset.open`."""
        self._entries = dict(entries)
        self.files = tuple(files)

    @classmethod
    def open(cls, paths: Iterable[Path], *, split: str | None = None) -> Self:
        """Check files and remember where each answer stands.

        Args:
            paths: Files of JSON lines, or folders of `*.jsonl`.
            split: Keep only the answers to the questions that `splits.json`, beside the data,
                lists under this name.

        Raises:
            DatasetInvalid: Something is wrong in some line; carries all problems of all files.
        """
        chosen = list(paths)
        wanted = _split_rubrics(chosen, split) if split else None
        files = _files(chosen)
        entries: dict[str, _Entry] = {}
        ratings: list[tuple[str, _Place]] = []
        problems: list[Problem] = []
        raters: dict[tuple[str, str], str] = {}
        for path in files:
            problems += _index(path, entries, ratings, raters)
        for name, place in ratings:
            if name in entries:
                entries[name].ratings.append(place)
            else:
                message = f"rates '{name}', but no line read here holds that answer"
                problems.append(Problem("id", message, str(place.path), place.number))
        if problems:
            raise DatasetInvalid(problems)
        if wanted is not None:
            entries = {name: each for name, each in entries.items() if each.rubric_id in wanted}
        if not entries:
            where = ", ".join(map(str, chosen))
            message = f"no labelled answers{f' in the split {split!r}' if split else ''}"
            raise DatasetInvalid([Problem("", message, where)])
        return cls(entries, files)

    def __len__(self) -> int:
        """Return the number of answers, whoever rated them."""
        return len(self._entries)

    @property
    def rubric_ids(self) -> tuple[str, ...]:
        """The questions answered, in the order of their first answers."""
        return tuple(dict.fromkeys(entry.rubric_id for entry in self._entries.values()))

    def __iter__(self) -> Iterator[LabelledCase]:
        """Read the answers one after another, in the order of the files."""
        with ExitStack() as stack:
            files: dict[Path, BinaryIO] = {}

            def read(place: _Place) -> LabelledAnswer | RatingLine:
                if place.path not in files:
                    files[place.path] = stack.enter_context(opened(place.path))
                files[place.path].seek(place.offset)
                return parse_line(files[place.path].readline(), str(place.path), place.number)

            for entry in self._entries.values():
                lines = [read(place) for place in entry.answers]
                answers = [line for line in lines if isinstance(line, LabelledAnswer)]
                further = [
                    rating
                    for place in entry.ratings
                    if isinstance(line := read(place), RatingLine)
                    for rating in line.ratings(place.path.stem)
                ]
                yield _case(answers, further, entry.answers[0])


def _index(
    path: Path,
    entries: dict[str, _Entry],
    ratings: list[tuple[str, _Place]],
    raters: dict[tuple[str, str], str],
) -> list[Problem]:
    problems: list[Problem] = []
    with opened(path) as file:
        for number, offset, raw in numbered_lines(file):
            try:
                line = parse_line(raw, str(path), number)
            except DatasetInvalid as error:
                problems += error.problems
                continue
            place = _Place(path, offset, number)
            rater = line.rater or (path.stem if isinstance(line, RatingLine) else "")
            before = raters.setdefault((line.id, rater), f"{path}:{number}")
            if before != f"{path}:{number}":
                by = f" by '{rater}'" if rater else ""
                message = f"'{line.id}' is labelled{by} already at {before}"
                problems.append(Problem("id", message, str(path), number))
            elif isinstance(line, RatingLine):
                ratings.append((line.id, place))
            else:
                identity = hash((line.answer, line.rubric_id, line.rubric_version))
                entry = entries.setdefault(line.id, _Entry(line.rubric_id, identity))
                if entry.identity != identity:
                    first = entry.answers[0]
                    message = (
                        f"'{line.id}' is another answer, or another rubric, than at "
                        f"{first.path}:{first.number}; each answer needs an id of its own"
                    )
                    problems.append(Problem("id", message, str(path), number))
                entry.answers.append(place)
    return problems


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        found = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            message = "there is no .jsonl file in this folder"
            raise DatasetInvalid([Problem("", message, str(path))])
        files += found
    return list(dict.fromkeys(files))


def _split_rubrics(paths: Sequence[Path], split: str) -> set[str]:
    wanted: set[str] = set()
    for path in paths:
        place = (path if path.is_dir() else path.parent) / SPLITS_FILE
        splits = _read_splits(place)
        if split not in splits:
            message = f"has no split '{split}'; it has: {', '.join(splits)}"
            raise DatasetInvalid([Problem("", message, str(place))])
        wanted.update(splits[split])
    return wanted


def _read_splits(place: Path) -> dict[str, list[str]]:
    try:
        splits = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}; --split needs this file beside the data"
        raise DatasetInvalid([Problem("", message, str(place))]) from error
    except ValueError as error:
        raise DatasetInvalid([Problem("", f"not JSON: {error}", str(place))]) from error
    if not isinstance(splits, dict) or not all(isinstance(each, list) for each in splits.values()):
        message = "must be an object: the name of a split, and a list of rubric ids"
        raise DatasetInvalid([Problem("", message, str(place))])
    return splits


def _case(
    answers: Sequence[LabelledAnswer], further: Sequence[Rating], place: _Place
) -> LabelledCase:
    given = [answer.rating for answer in answers] + list(further)
    ratings = tuple(rating for rating in given if rating.rater != SETTLED)
    settled = [rating for rating in given if rating.rater == SETTLED]
    reference = settled[0] if settled else majority(ratings)
    answer = answers[0].model_copy(
        update={
            "points": reference.points,
            "mistakes": reference.mistakes,
            "rater": reference.rater,
            "score": reference.score,
        }
    )
    return LabelledCase(answer, ratings, str(place.path), place.number)


def majority(ratings: Sequence[Rating]) -> Rating:
    """Return what most raters said, point by point; of equally many, the one listed first."""
    if len(ratings) == 1:
        return ratings[0]
    scores = [rating.score for rating in ratings if rating.score is not None]
    return Rating(
        rater="majority",
        points=_most_common([rating.points for rating in ratings], lambda label: label.verdict),
        mistakes=_most_common([rating.mistakes for rating in ratings], lambda label: label.made),
        score=sum(scores) / len(scores) if scores else None,
    )


def _most_common(
    each: Sequence[Mapping[str, _Label]], value: Callable[[_Label], object]
) -> dict[str, _Label]:
    chosen: dict[str, _Label] = {}
    for name in dict.fromkeys(name for labels in each for name in labels):
        given = [labels[name] for labels in each if name in labels]
        # Counter keeps the order of first appearance among equals.
        winner = Counter(value(label) for label in given).most_common(1)[0][0]
        chosen[name] = next(label for label in given if value(label) == winner)
    return chosen
