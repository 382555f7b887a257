"""Every error this package raises on purpose.

    GraderError
    ├── BadInput                 what the caller sent cannot be used
    │   ├── AnswerInvalid        empty, too long, NUL characters, lone surrogates
    │   ├── RubricInvalid        one rubric file or document, with all its problems
    │   │   └── InterviewInvalid one interview script, likewise (`grader.bank`)
    │   ├── RubricNotFound       no such rubric id, version or file
    │   ├── NoMatchingRubric     a free-form question is near no rubric, or near several
    │   ├── BatchInvalid         a batch file that cannot be read or resumed
    │   ├── InterviewNotFound    no such interview script (`grader.bank`)
    │   ├── NothingToAsk         no question fits what an interview is to be of (`grader.interviewing`)
    │   ├── InterviewConflict    another turn is open, or the interview is paused or over
    │   ├── InterviewStateInvalid  a saved interview that cannot go on
    │   ├── GuideInvalid         an interview guide that cannot be read (`grader.importing`)
    │   ├── OutputRefused        files would be overwritten, or cannot be written (`grader.files`)
    │   ├── FormatUnknown        no such format of rubrics (`grader.bank.exchange`)
    │   └── RunInvalid and others that measuring raises (`evals`)
    ├── IndexUnavailable         the vector index cannot be reached, read or written; it may come back
    ├── ConfigurationError       settings name something missing or impossible
    └── JudgeUnavailable         a judge could not judge; never a grade
        └── TokenBudgetExceeded  judging would use more tokens than it may

Each message says what was wrong, where, and what to do. `code` is a stable slug that the HTTP
problem type and a batch's error line carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from grader.types import Usage


class GraderError(Exception):
    """The root of the hierarchy; catch this to catch all of it."""

    code: ClassVar[str] = "grader_error"

    def details(self) -> dict[str, Any]:
        """Return machine-readable particulars, empty where the message says it all."""
        return {}


class BadInput(GraderError):
    """What the caller sent cannot be used; sending it again will fail again."""

    code = "bad_input"


class AnswerInvalid(BadInput):
    """The answer's text cannot be graded as it stands."""

    code = "answer_invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a rubric, and where.

    Attributes:
        where: Path of the field, as in `points[2].weight`; empty for the document as a whole.
        message: What is wrong and what to do.
        file: The file it stands in, as the caller named it; empty for a document sent inline.
        line: 1-based line in that file; 0 where there is no file.
        severity: `error` makes the rubric unusable, `warning` does not.
    """

    where: str
    message: str
    file: str = ""
    line: int = 0
    severity: str = "error"

    def __str__(self) -> str:
        """Render as `file:line: where: message`, leaving out what is unknown."""
        place = f"{self.file}:{self.line}: " if self.file and self.line else ""
        place = place or (f"{self.file}: " if self.file else "")
        field = f"{self.where}: " if self.where else ""
        return f"{place}{field}{self.message}"


class RubricInvalid(BadInput):
    """A rubric that does not follow the format; carries every problem found, not the first."""

    code = "rubric_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep `problems` (at least one) for rendering and for the HTTP response."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def details(self) -> dict[str, Any]:
        """Return the problems, one object each."""
        return {
            "errors": [
                {"field": p.where, "message": p.message}
                | ({"file": p.file, "line": p.line} if p.file else {})
                for p in self.problems
            ]
        }


class RubricNotFound(BadInput):
    """No such rubric id, version or file."""

    code = "rubric_not_found"


class NoMatchingRubric(BadInput):
    """A free-form question is near no rubric, or about equally near to several.

    Attributes:
        nearest: Up to three candidates, nearest first.
    """

    code = "no_matching_rubric"

    def __init__(self, message: str, nearest: Sequence[dict[str, Any]]) -> None:
        """Keep the nearest candidates (`rubric_id`, `question`, `similarity`) beside the message."""
        self.nearest = tuple(nearest)
        super().__init__(message)

    def details(self) -> dict[str, Any]:
        """Return the nearest candidates."""
        return {"nearest": list(self.nearest)}


class BatchInvalid(BadInput):
    """A batch file that cannot be read, written or resumed."""

    code = "batch_invalid"


class IndexUnavailable(GraderError):
    """The vector index cannot be reached, read or written; the same may succeed later."""

    code = "index_unavailable"


class ConfigurationError(GraderError):
    """The settings name something that is missing, unreachable or impossible."""

    code = "configuration_error"


class JudgeUnavailable(GraderError):
    """A judge could not judge; points stay ungraded, and no score is made up.

    Attributes:
        usage: What was spent in vain; None for nothing.
    """

    code = "judge_unavailable"

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        """Keep what was spent beside the message."""
        self.usage = usage
        super().__init__(message)


class TokenBudgetExceeded(JudgeUnavailable):
    """Judging would use more tokens than one call, or the batch, may use."""

    code = "token_budget_exceeded"
