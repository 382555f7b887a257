"""Grading a file of answers: one line in, one line out, in order, and never twice.

Output lines are in the order of the input lines, one for one. A run that was stopped is so resumed
by counting: as many input lines as there are whole output lines are done.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from grader.errors import BadInput, BatchInvalid, GraderError
from grader.grading import Grader
from grader.llm import token_budget
from grader.ordered import in_order


class BatchLine(BaseModel):
    """One answer to grade; fields not named here are ignored.

    Attributes:
        custom_id: The caller's name for the line; comes back with the result.
        rubric_version: A version; the current one by default.
        asked: Ids of follow-ups asked already.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    custom_id: Annotated[str, StringConstraints(min_length=1)]
    rubric_id: str
    answer: str
    rubric_version: str | None = None
    asked: list[str] = []


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a run did, in lines.

    Attributes:
        resumed: Lines found done when the run began.
        graded: Lines of this run that got a grade.
        failed: Lines of this run that got an error.
    """

    resumed: int
    graded: int
    failed: int


def count_lines(path: Path) -> int:
    """Count the lines of a batch file that hold something.

    Raises:
        BatchInvalid: The file cannot be read.
    """
    with _opened(path) as file:
        return sum(1 for _ in _lines(file))


async def grade_file(
    grader: Grader,
    source: Path,
    target: Path,
    *,
    concurrency: int,
    on_line: Callable[[int], None] | None = None,
) -> BatchReport:
    """Grade every line of a JSON lines file that is not done yet.

    Args:
        grader: Does the grading.
        source: Lines of `BatchLine`.
        target: Gets `{"custom_id", "grade"}` or `{"custom_id", "error"}` a line.
        concurrency: Answers graded at the same time.
        on_line: Called with the number of lines done, resumed ones included.

    Raises:
        BatchInvalid: A file cannot be used, or the target does not belong to the source.
    """
    done = _resume(source, target)
    graded = failed = 0
    if on_line and done:
        on_line(done)
    try:
        with (
            _opened(source) as lines,
            target.open("ab") as output,
            token_budget(grader.settings.llm.batch_tokens),
        ):
            results = _grade_lines(grader, _lines(lines), done, concurrency)
            async with aclosing(results):
                async for result in results:
                    output.write(_encode(result))
                    output.flush()
                    graded += "grade" in result
                    failed += "error" in result
                    if on_line:
                        on_line(done + graded + failed)
    except OSError as error:
        message = f"{target} cannot be written ({error.strerror}); run again to go on from there"
        raise BatchInvalid(message) from error
    return BatchReport(done, graded, failed)


def _grade_lines(
    grader: Grader, lines: Iterator[tuple[int, bytes]], done: int, concurrency: int
) -> AsyncGenerator[dict[str, Any]]:
    """Yield results in order, with at most `concurrency` lines under way."""
    seen: dict[str, int] = {}
    # Lines that are done are read too, for the ids they take.
    parsed = ((_parse(raw, number, seen), number) for number, raw in lines)
    return in_order(
        islice(parsed, done, None),
        lambda line: _grade_line(grader, *line),
        workers=concurrency,
    )


_Refused = tuple[str | None, BadInput]


def _parse(raw: bytes, number: int, seen: dict[str, int]) -> BatchLine | _Refused:
    try:
        document = _read_object(raw)
    except BatchInvalid as error:
        return None, error
    given = document.get("custom_id")
    name = given if isinstance(given, str) else None
    try:
        line = BatchLine.model_validate(document)
    except ValidationError as error:
        return name, BatchInvalid("; ".join(_describe(detail) for detail in error.errors()))
    if line.custom_id in seen:
        first = seen[line.custom_id]
        return name, BatchInvalid(f"custom_id '{line.custom_id}' is used already at line {first}")
    seen[line.custom_id] = number
    return line


def _read_object(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode())
    except UnicodeDecodeError as error:
        raise BatchInvalid(f"not UTF-8 at byte {error.start} of the line") from None
    except json.JSONDecodeError as error:
        raise BatchInvalid(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise BatchInvalid("not usable JSON: nested too deeply") from None
    if not isinstance(document, dict):
        raise BatchInvalid("a line must be a JSON object with custom_id, rubric_id and answer")
    return document


def _encode(result: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(result, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a custom_id may hold half of a surrogate pair, escaped in JSON
        text = json.dumps(result).encode()
    return text + b"\n"


def _describe(detail: Any) -> str:
    field = ".".join(str(step) for step in detail["loc"])
    return f"{field} is missing" if detail["type"] == "missing" else f"{field}: {detail['msg']}"


async def _grade_line(grader: Grader, outcome: BatchLine | _Refused, number: int) -> dict[str, Any]:
    if not isinstance(outcome, BatchLine):
        name, refused = outcome
        return {"custom_id": name, "error": _error(refused, number)}
    try:
        rubric = grader.bank.get(outcome.rubric_id, outcome.rubric_version)
        grade = await grader.grade(outcome.answer, rubric, asked=outcome.asked)
    except GraderError as error:
        return {"custom_id": outcome.custom_id, "error": _error(error, number)}
    return {"custom_id": outcome.custom_id, "grade": grade.model_dump(mode="json")}


def _error(error: GraderError, number: int) -> dict[str, Any]:
    return {"code": error.code, "message": str(error), "line": number, **error.details()}


def _resume(source: Path, target: Path) -> int:
    """Drop a half-written last line of the target and count the whole ones."""
    if not target.exists():
        return 0
    try:
        if source.resolve() == target.resolve():
            raise BatchInvalid("the output file is the input file; name another with -o")
        with target.open("rb+") as file:
            whole = _whole_bytes(file)
            file.truncate(whole)
    except OSError as error:
        raise BatchInvalid(f"{target} cannot be used: {error.strerror}") from error
    with _opened(source) as inputs, _opened(target) as outputs:
        done = 0
        given = _lines(inputs)
        for _, written in _lines(outputs):
            number, raw = next(given, (0, b""))
            if not number or _custom_id(raw) != _custom_id(written):
                raise BatchInvalid(
                    f"{target} does not belong to {source}: they differ at line {done + 1}; "
                    "name another output file with -o"
                )
            done += 1
    return done


def _whole_bytes(file: BinaryIO) -> int:
    size = 0
    for line in file:
        if not line.endswith(b"\n"):
            break
        size += len(line)
    return size


def _custom_id(raw: bytes) -> str | None:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    name = document.get("custom_id") if isinstance(document, dict) else None
    return name if isinstance(name, str) else None


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that hold something with their 1-based numbers."""
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, line


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BatchInvalid(f"{path} cannot be read: {error.strerror}") from error
