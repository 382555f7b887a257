"""Rewriting an answer by edits, so that evidence can follow its words to their new places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from evals.datasets import LabelledAnswer, MistakeLabel, PointLabel
from grader.types import Evidence

_Label = TypeVar("_Label", PointLabel, MistakeLabel)


class Edit(NamedTuple):
    """Characters `start` to `end` become `text`; an insertion where both are the same."""

    start: int
    end: int
    text: str


# Gives the edits that put a text in another manner, in order and not overlapping; none where the
# manner does not apply.
Manner = Callable[[str, Random], Sequence[Edit]]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Carry out edits that are in order and do not overlap."""
    pieces: list[str] = []
    position = 0
    for edit in edits:
        pieces += (text[position : edit.start], edit.text)
        position = edit.end
    return "".join((*pieces, text[position:]))


def moved_span(start: int, end: int, edits: Sequence[Edit]) -> tuple[int, int]:
    """Say where a span of the old text lies in the new.

    What an edit at a border puts in counts as inside where it replaces characters of the span, and
    as outside where it stands between them and their neighbours.
    """
    before = inside = 0
    for edit in edits:
        change = len(edit.text) - (edit.end - edit.start)
        if edit.end <= start:
            before += change
        elif edit.start < end:
            # Over the left border: the span begins where the edit does.
            before -= max(0, start - edit.start)
            inside += change + max(0, start - edit.start) + max(0, edit.end - end)
    return start + before, end + before + inside


def rewritten(answer: LabelledAnswer, edits: Sequence[Edit]) -> LabelledAnswer:
    """Rewrite an answer, its labels as they are and their evidence moved along."""
    text = apply_edits(answer.answer, edits)
    return LabelledAnswer.model_validate(
        answer.model_dump()
        | {
            "answer": text,
            "points": _moved(answer.points, text, edits),
            "mistakes": _moved(answer.mistakes, text, edits),
        }
    )


def _moved(labels: Mapping[str, _Label], text: str, edits: Sequence[Edit]) -> dict[str, _Label]:
    return {
        name: label.model_copy(
            update={
                "evidence": tuple(
                    found
                    for span in label.evidence
                    if (found := _evidence(text, *moved_span(span.start, span.end, edits)))
                )
            }
        )
        for name, label in labels.items()
    }


def _evidence(text: str, start: int, end: int) -> Evidence | None:
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return Evidence(start=start, end=start + len(quote), quote=quote) if quote else None
