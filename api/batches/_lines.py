"""Reading the lines of a batch's file, each of which may be wrong on its own."""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from api.fields import Label, Metadata
from api.speech import SpokenFields, TranscriptText, check_answer, spoken_line
from grader.answers import read_answer
from grader.batch import BatchLine
from grader.errors import AnswerInvalid, BatchInvalid, GraderError
from grader.settings import Settings
from grader.speech import AudioInvalid, SpokenAnswer, TranscriptInvalid

MAX_LINES = 50_000
_MAX_LINE_BYTES = 1_000_000
_BYTES_AT_ONCE = 4_000_000
_MAX_ASKED = 100

_LABEL: TypeAdapter[str] = TypeAdapter(Label)


class BatchRequestLine(BatchLine, SpokenFields):
    """One answer of a batch, typed or transcribed; fields not named here are ignored.

    Attributes:
        custom_id: Your name for the line, used once in the file; comes back with the result.
        rubric_id: What to grade by.
        rubric_version: A version of it; the current one by default.
        answer: The candidate's words.
        transcript: What was said and when, instead. `speaker` and `corrected_text` go with it.
        asked: Ids of follow-ups put to the candidate already.
        allow_partial: Score the graded points even if others are ungraded; as the batch by default.
        candidate_id: Your name for the person; grades can be listed by it.
        metadata: Your own notes, kept and returned with the grade.
    """

    custom_id: Label
    answer: str = ""
    transcript: TranscriptText | None = None
    asked: Annotated[list[str], Field(max_length=_MAX_ASKED, default_factory=list)]
    allow_partial: bool | None = None
    candidate_id: Label | None = None
    metadata: Annotated[Metadata, Field(default_factory=dict)]

    @model_validator(mode="after")
    def _check_one_answer(self) -> Self:
        typed = "answer" in self.model_fields_set
        check_answer(self, typed=typed, transcribed=self.transcript is not None)
        return self


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line that holds something.

    Attributes:
        number: 1-based, in the file.
        custom_id: None where the line does not say, or what it says is no name.
        content: What can be graded, or what is wrong.
        spoken: Of a transcript, what is to be kept of it, as JSON.
    """

    number: int
    custom_id: str | None
    content: BatchRequestLine | GraderError
    spoken: str | None = None


class LineReader:
    """Reads a file piece by piece, never more of it than the lines asked for.

    Attributes:
        count: Lines read so far that hold something.
    """

    def __init__(self, file: IO[bytes], settings: Settings) -> None:
        """Begin where `file` stands.

        Args:
            file: JSON lines.
            settings: Limits on answers.
        """
        self.count = 0
        self._file = file
        self._settings = settings
        self._number = 0
        self._seen: dict[str, int] = {}

    def read(self, limit: int) -> Sequence[ReadLine]:
        """Read up to `limit` lines, fewer if they are long; none at the end of the file. Blocks.

        Raises:
            BatchInvalid: The file as a whole cannot be used.
        """
        lines: list[ReadLine] = []
        size = 0
        while len(lines) < limit and size < _BYTES_AT_ONCE:
            raw, whole = self._next()
            if not raw:
                break
            if not raw.strip():
                continue
            size += len(raw)
            self.count += 1
            if self.count > MAX_LINES:
                raise BatchInvalid(
                    f"the file has more than {MAX_LINES:,} lines; send it as several batches"
                )
            line = self._parse(raw) if whole else self._too_long()
            self._check_once(line)
            lines.append(line)
        return lines

    def _next(self) -> tuple[bytes, bool]:
        """Return the next line, or the beginning of one that is too long, and whether it is whole."""
        raw = self._file.readline(_MAX_LINE_BYTES + 1)
        self._number += 1
        if self._number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8) or b"\n" if raw else raw
        whole = len(raw) <= _MAX_LINE_BYTES
        rest = raw
        while len(rest) > _MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = self._file.readline(_MAX_LINE_BYTES + 1)
        return raw, whole

    def _parse(self, raw: bytes) -> ReadLine:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise BatchInvalid(
                f"the file is not UTF-8 at line {self._number}, byte {error.start}; save it as UTF-8"
            ) from None
        try:
            line = BatchRequestLine.model_validate_json(text)
            spoken = self._spoken(line)
            if spoken is None:
                self._check_answer(line.answer)
        except ValidationError as error:
            wrong = "; ".join(_in_words(detail) for detail in error.errors(include_url=False))
            return ReadLine(self._number, _custom_id(text), BatchInvalid(wrong))
        except (AnswerInvalid, AudioInvalid, TranscriptInvalid) as error:
            return ReadLine(self._number, line.custom_id, error)
        if spoken is None:
            return ReadLine(self._number, line.custom_id, line)
        heard = {"answer": spoken.transcript.text, "transcript": None}
        content = line.model_copy(update=heard)
        return ReadLine(self._number, line.custom_id, content, spoken.model_dump_json())

    def _spoken(self, line: BatchRequestLine) -> SpokenAnswer | None:
        if line.transcript is None:
            return None
        return spoken_line(line.transcript, line, self._settings)

    def _too_long(self) -> ReadLine:
        message = f"the line has more than {_MAX_LINE_BYTES:,} bytes"
        return ReadLine(self._number, None, BatchInvalid(message))

    def _check_answer(self, answer: str) -> None:
        # Reading an answer takes milliseconds, so only what looks refused is read before its turn.
        most = self._settings.max_answer_characters
        if not answer.strip() or len(answer) > most or "\x00" in answer:
            read_answer(answer, max_characters=most)

    def _check_once(self, line: ReadLine) -> None:
        if line.custom_id is None:
            return
        first = self._seen.setdefault(line.custom_id, line.number)
        if first != line.number:
            raise BatchInvalid(
                f"custom_id '{line.custom_id}' is used at line {first} and again at line "
                f"{line.number}; name each line differently"
            )


def _custom_id(text: str) -> str | None:
    """Find the name of a line that is wrong otherwise."""
    try:
        document = json.loads(text)
        return _LABEL.validate_python(document["custom_id"], strict=True)
    except (ValueError, RecursionError, KeyError, TypeError, ValidationError):
        return None


def _in_words(detail: Any) -> str:
    field = ".".join(str(step) for step in detail["loc"])
    if detail["type"] == "missing":
        return f"{field} is missing"
    if detail["type"] == "model_type":
        return "a line must be a JSON object with custom_id, rubric_id and answer"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
