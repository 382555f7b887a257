"""One line of a data set: a labelled answer, or a further rater's labels of an answer elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import Field, StrictBool, ValidationError

from evals.datasets._labels import LabelledAnswer, MistakeLabel, Name, PointLabel, Rating
from grader.errors import BadInput, Problem
from grader.types import Frozen, Verdict

_MOST_SHOWN = 50


class DatasetInvalid(BadInput):
    """A data set that does not follow its format; carries every problem found, not the first."""

    code = "dataset_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep `problems` (at least one); the message shows the first fifty."""
        self.problems = tuple(problems)
        more = len(self.problems) - _MOST_SHOWN
        lines = [str(problem) for problem in self.problems[:_MOST_SHOWN]]
        super().__init__("\n".join([*lines, *([f"and {more} more"] if more > 0 else [])]))

    def details(self) -> dict[str, Any]:
        """Return the problems, one object each."""
        return {
            "errors": [
                {"file": p.file, "line": p.line, "field": p.where, "message": p.message}
                for p in self.problems
            ]
        }


class RatingLine(Frozen):
    """A further rater's labels of an answer that another line holds.

    Attributes:
        id: The answer's.
        rater: By default the name of the file, without its suffix.
        first: What the first rater had said where the two differed; together with this line it
            gives the first rater's labels before differences were settled.
    """

    id: Name
    points: Mapping[str, PointLabel]
    mistakes: Mapping[str, MistakeLabel] = Field(default_factory=dict)
    rater: str = ""
    first: Mapping[str, Verdict | StrictBool] | None = None

    def ratings(self, default_rater: str) -> tuple[Rating, ...]:
        """Return this rater's labels, and the first rater's where the line tells them."""
        own = Rating(rater=self.rater or default_rater, points=self.points, mistakes=self.mistakes)
        if self.first is None:
            return (own,)
        points, mistakes = dict(self.points), dict(self.mistakes)
        for name, said in self.first.items():
            if isinstance(said, bool):
                mistakes[name] = MistakeLabel(made=said)
            else:
                points[name] = PointLabel(verdict=said)
        return Rating(rater="first", points=points, mistakes=mistakes), own


Line = LabelledAnswer | RatingLine


def numbered_lines(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Yield (1-based number, byte offset, content) of the lines that hold something."""
    offset = 0
    for number, raw in enumerate(file, start=1):
        if raw.strip():
            yield number, offset, raw
        offset += len(raw)


def read_object(raw: bytes, file: str, number: int) -> dict[str, Any]:
    """Parse one line as a JSON object.

    Raises:
        DatasetInvalid: It is not one; says where.
    """
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start} of the line"
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno}"
    except RecursionError:
        message = "not usable JSON: nested too deeply"
    else:
        if isinstance(document, dict):
            return document
        message = "a line must be a JSON object"
    raise DatasetInvalid([Problem("", message, file, number)])


def parse_line(raw: bytes, file: str, number: int) -> Line:
    """Read one line.

    Raises:
        DatasetInvalid: It is neither a labelled answer nor a rating; carries all its problems.
    """
    document = read_object(raw, file, number)
    model = LabelledAnswer if "answer" in document else RatingLine
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise DatasetInvalid(validation_problems(error, file, number)) from None


def validation_problems(error: ValidationError, file: str, number: int) -> list[Problem]:
    """Turn what pydantic says into problems with a place."""
    return [
        Problem(".".join(map(str, detail["loc"])), _message(detail), file, number)
        for detail in error.errors(include_url=False)
    ]


def load_answers(path: Path) -> Iterator[LabelledAnswer]:
    """Read one file of labelled answers as they stand, rater by rater.

    Raises:
        DatasetInvalid: A line is not a labelled answer; says which line and why.
    """
    with opened(path) as file:
        for number, _, raw in numbered_lines(file):
            line = parse_line(raw, str(path), number)
            if isinstance(line, LabelledAnswer):
                yield line


def opened(path: Path) -> BinaryIO:
    """Open a file of a data set.

    Raises:
        DatasetInvalid: It cannot be read; says why.
    """
    try:
        return path.open("rb")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise DatasetInvalid([Problem("", message, str(path))]) from error


def _message(detail: Any) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return "unknown field"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    message = str(detail["msg"])
    return message[0].lower() + message[1:] + f", not {str(detail['input'])[:60]!r}"
