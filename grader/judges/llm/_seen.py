"""The answer as the model sees it, and its verdicts brought back to the answer as it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from grader.answers import Answer, read_answer
from grader.redaction import Redacted, Redactor
from grader.types import Evidence, Judgement, MistakeFinding, PointFinding, WorkedExample

_Finding = TypeVar("_Finding", PointFinding, MistakeFinding)


@dataclass(frozen=True, slots=True)
class Seen:
    """What of an answer, and of examples beside it, the model is shown.

    Attributes:
        answer: The answer without personal data.
        examples: Examples without personal data.
    """

    answer: Answer
    examples: Sequence[WorkedExample]
    _given: Answer
    _redacted: Redacted

    @classmethod
    def of(cls, answer: Answer, examples: Sequence[WorkedExample], redactor: Redactor) -> Self:
        """Take personal data out of both."""
        redacted = redactor.redact(answer.text)
        shown = answer
        if redacted.changed:
            shown = read_answer(redacted.text, max_characters=len(redacted.text))
        kept = [
            example.model_copy(update={"answer": redactor.redact(example.answer).text})
            for example in examples
        ]
        return cls(shown, kept, answer, redacted)

    def as_given(self, judgement: Judgement) -> Judgement:
        """Make quotes of what was shown into quotes of what was given."""
        if not self._redacted.changed:
            return judgement
        return judgement.model_copy(
            update={
                "points": tuple(self._finding(each) for each in judgement.points),
                "mistakes": tuple(self._finding(each) for each in judgement.mistakes),
            }
        )

    def _finding(self, finding: _Finding) -> _Finding:
        evidence = tuple(self._evidence(each) for each in finding.evidence)
        return finding.model_copy(update={"evidence": evidence})

    def _evidence(self, shown: Evidence) -> Evidence:
        start, end = self._redacted.original_span(shown.start, shown.end)
        return Evidence(start=start, end=end, quote=self._given.text[start:end])
