"""The hand-written texts in `data/`, read and put together by question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeVar

from evals.attacks._types import Material
from grader.bank import Bank
from grader.types import Frozen

_DATA = Path(__file__).parent / "data"

_Row = TypeVar("_Row", bound=Frozen)


class Use(StrEnum):
    """What a text in `texts.jsonl` is for."""

    FAKE_SYSTEM_TEXT = "fake-system-text"
    APPROVAL_CLAIMS = "approval-claims"
    GRADER_REFERENCE = "grader-reference"
    OTHER_LANGUAGES = "other-languages"
    VERBOSITY = "verbosity"
    QUESTION_RESTATED = "question-restated"
    STATEMENT_FRAMES = "statement-frames"
    DENIAL_FRAMES = "denial-frames"
    WHOLE_DENIALS = "whole-denials"


class FalseStatement(Frozen):
    """A rubric's claim made false, by hand.

    Attributes:
        change: A denial of its truth, or a number or an entity exchanged for another.
    """

    rubric_id: str
    point_id: str
    change: Literal["negation", "number", "entity"]
    text: str


class WrittenAnswer(Frozen):
    """A whole answer written by hand: nothing in it true, or nothing in it at all."""

    rubric_id: str
    kind: Literal["false", "empty"]
    text: str


class PastedVerdict(Frozen):
    """A form of a grade: `item` for each point, with `$id` and `$weight`, and what is around."""

    before: str
    item: str
    between: str
    after: str


class _Text(Frozen):
    use: Use
    text: str


class _Restatement(Frozen):
    rubric_id: str
    text: str


def false_statements() -> tuple[FalseStatement, ...]:
    """Read the claims made false, question by question."""
    return tuple(_rows("false_statements.jsonl", FalseStatement))


def written_answers() -> tuple[WrittenAnswer, ...]:
    """Read the wrong and the empty answers written by hand."""
    return tuple(_rows("wrong_answers.jsonl", WrittenAnswer))


def pasted_verdicts() -> tuple[PastedVerdict, ...]:
    """Read the forms that a pasted grade takes."""
    return tuple(_rows("pasted_verdicts.jsonl", PastedVerdict))


def texts(use: Use) -> tuple[str, ...]:
    """Read the texts for one use; they may hold `$question`, `$terms`, `$count` and the like."""
    return tuple(row.text for row in _rows("texts.jsonl", _Text) if row.use is use)


def load_material(bank: Bank, rubric_ids: Iterable[str]) -> Mapping[str, Material]:
    """Gather what there is for each question.

    Raises:
        RubricNotFound: The bank lacks one of the questions.
    """
    statements = false_statements()
    restatements = {row.rubric_id: row.text for row in _rows("restatements.jsonl", _Restatement)}
    return {
        rubric_id: Material(
            rubric=bank.get(rubric_id),
            negated=tuple(
                row.text
                for row in statements
                if row.rubric_id == rubric_id and row.change == "negation"
            ),
            swapped=tuple(
                row.text
                for row in statements
                if row.rubric_id == rubric_id and row.change != "negation"
            ),
            restatement=restatements[rubric_id],
        )
        for rubric_id in rubric_ids
    }


def _rows(name: str, row: type[_Row]) -> Iterator[_Row]:
    with (_DATA / name).open(encoding="utf-8") as lines:
        for line in lines:
            document: dict[str, Any] = json.loads(line)
            yield row.model_validate(document)
