"""Run files: JSON lines that are written answer by answer, and found again by content.

The first line says what judged; a rubric stands before the first answer graded under it. While a
run is being made, what an earlier one left lies beside it as `NAME.previous`; nothing there is
graded again. It goes when the run is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from evals.runs._records import RubricLine, RunHeader, RunRecord
from grader.errors import BadInput
from grader.types import Rubric

_ANSWER = b'{"type":"answer","key":"'
_KEY_LENGTH = 64

_Model = TypeVar("_Model", RunRecord, RubricLine)


class RunInvalid(BadInput):
    """A run file that cannot be read, written or gone on with."""

    code = "run_invalid"


class RunFile:
    """A finished run, read answer by answer."""

    def __init__(self, path: Path, header: RunHeader) -> None:
        """Use `RunFile.open`."""
        self.path = path
        self.header = header

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what judged.

        Raises:
            RunInvalid: It is no run file.
        """
        try:
            with path.open("rb") as file:
                first = file.readline()
        except OSError as error:
            raise RunInvalid(f"{path} cannot be read: {error.strerror}") from error
        try:
            return cls(path, RunHeader.model_validate_json(first))
        except ValidationError:
            raise RunInvalid(
                f"{path}:1: not a run; a run is what 'grader eval run -o FILE' writes"
            ) from None

    @property
    def name(self) -> str:
        """What to call it: as it was made, else the file's name without its ending."""
        return self.header.name or self.path.stem

    def __iter__(self) -> Iterator[RunRecord]:
        """Yield the answers in their order.

        Raises:
            RunInvalid: A line is broken; says which.
        """
        for number, line in self._lines():
            if line.startswith(_ANSWER):
                yield self._read(RunRecord, line, number)

    def places(self) -> dict[tuple[str, str], int]:
        """Return where in the file each answer stands, by its id and its rubric's.

        Raises:
            RunInvalid: A line is broken, or an answer stands there twice; says which.
        """
        found: dict[tuple[str, str], int] = {}
        offset = 0
        for number, line in self._lines():
            if line.startswith(_ANSWER):
                name = self._name(line, number)
                if name in found:
                    raise RunInvalid(
                        f"{self.path}:{number}: the answer '{name[0]}' stands there twice"
                    )
                found[name] = offset
            offset += len(line)
        return found

    def records_at(self, offsets: Iterable[int]) -> Iterator[RunRecord]:
        """Yield the answers at these places, in the order asked for.

        Raises:
            RunInvalid: A line is broken.
        """
        with self.path.open("rb") as file:
            for offset in offsets:
                file.seek(offset)
                yield self._read(RunRecord, file.readline(), None)

    def rubrics(self) -> dict[str, Rubric]:
        """Return the rubric versions that answers were graded under, by hash."""
        rubrics: dict[str, Rubric] = {}
        for number, line in self._lines():
            if line.startswith(b'{"type":"rubric"'):
                held = self._read(RubricLine, line, number)
                rubrics[held.sha256] = held.rubric
        return rubrics

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open("rb") as file:
            yield from enumerate(file, start=1)

    def _name(self, line: bytes, number: int) -> tuple[str, str]:
        try:
            fields = from_json(line)
        except ValueError as error:
            raise RunInvalid(f"{self.path}:{number}: not JSON: {error}") from None
        return str(fields.get("id")), str(fields.get("rubric_id"))

    def _read(self, model: type[_Model], line: bytes, number: int | None) -> _Model:
        try:
            return model.model_validate_json(line)
        except ValidationError as error:
            detail = error.errors()[0]
            where = ".".join(map(str, detail["loc"]))
            place = f"{self.path}:{number}" if number else f"{self.path}"
            raise RunInvalid(f"{place}: {where}: {detail['msg']}") from None


def check_output(path: Path) -> None:
    """See to it that a run can be written, and would overwrite nothing but a run.

    Raises:
        RunInvalid: Something else is there, or there is no such folder.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise RunInvalid(f"{path} cannot be written: name a file in a folder that exists")
    if path.exists() and path.stat().st_size:
        RunFile.open(path)


class RunWriter:
    """Writes a run, using again what an earlier run at the same place holds."""

    def __init__(self, path: Path, header: RunHeader, *, fresh: bool = False) -> None:
        """Prepare to write.

        Args:
            path: Where the run goes.
            header: What judges.
            fresh: Whether to leave unused what an earlier run holds.
        """
        self.path = path
        self.fresh = fresh
        self._header = header
        self._places: dict[str, int] = {}
        self._rubrics: set[str] = set()

    @property
    def _previous(self) -> Path:
        return self.path.with_name(self.path.name + ".previous")

    def __enter__(self) -> Self:
        """Set the earlier run aside and begin a new one.

        Raises:
            RunInvalid: The place cannot be written, or holds something that is no run.
        """
        check_output(self.path)
        try:
            self._set_aside()
            self._old: BinaryIO | None = (
                self._previous.open("rb") if self._previous.exists() else None
            )
            self._output = self.path.open("wb")
        except OSError as error:
            raise RunInvalid(f"{self.path} cannot be written: {error.strerror}") from error
        self._write(self._header.model_dump_json())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; what was set aside goes only when all went well."""
        self._output.close()
        if self._old:
            self._old.close()
        if kind is None:
            self._previous.unlink(missing_ok=True)

    def find(self, key: str) -> RunRecord | None:
        """Return the record of an earlier run with this key, if it is there and complete."""
        offset = self._places.get(key)
        if offset is None or self._old is None:
            return None
        self._old.seek(offset)
        try:
            record = RunRecord.model_validate_json(self._old.readline())
        except ValidationError:  # cut off, or written by another version of the format
            return None
        return record if record.is_complete else None

    def write(self, record: RunRecord, rubric: Rubric) -> None:
        """Append one answer.

        Raises:
            RunInvalid: The disk is full, or the like.
        """
        if rubric.sha256 not in self._rubrics:
            self._rubrics.add(rubric.sha256)
            self._write(RubricLine(sha256=rubric.sha256, rubric=rubric).model_dump_json())
        self._write(record.model_dump_json())

    def _write(self, line: str) -> None:
        try:
            self._output.write(line.encode() + b"\n")
            self._output.flush()
        except OSError as error:
            message = f"{self.path} cannot be written ({error.strerror}); run again to go on"
            raise RunInvalid(message) from error

    def _set_aside(self) -> None:
        """Move the earlier run, or append it to what is set aside already, and index it."""
        if self.path.exists() and not self.fresh:
            with self.path.open("rb") as file, self._previous.open("ab") as aside:
                for line in file:
                    if line.endswith(b"\n"):
                        aside.write(line)
        if self.fresh:
            self._previous.unlink(missing_ok=True)
        if self._previous.exists():
            with self._previous.open("rb") as file:
                offset = 0
                for line in file:
                    if line.startswith(_ANSWER):
                        start = len(_ANSWER)
                        self._places[line[start : start + _KEY_LENGTH].decode()] = offset
                    offset += len(line)
