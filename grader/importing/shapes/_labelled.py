"""Shape 1: `Q: ...` and `A: ...`, with lists of key points, mistakes and follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.importing._blocks import Block, Skip
from grader.importing._cues import Cue
from grader.importing._document import Role
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._fields import (
    Fields,
    candidates,
    collect,
    context,
    kind_of,
    level_of,
    passage,
    read_lists,
    without_repeats,
)
from grader.importing._lists import unquoted
from grader.importing._sentences import asks, is_task, sentences
from grader.importing.shapes._scan import Scan
from grader.types import Level

# Labels after which the answer begins, so that whatever stands before them is the question.
_ANSWERING = (Cue.ANSWER, Cue.CORRECT, Cue.APPROACH, Cue.OPTIONS)
_LONGEST_QUESTION = 40


def opens(scan: Scan) -> bool:
    """Tell whether a labelled question begins: the label and the question in one block."""
    block = scan.block
    if block.cue is not Cue.QUESTION or not block.text:
        return False
    if len(scan.unit) == 1 and scan.unit[0].cue is Cue.QUESTION and not scan.unit[0].text:
        return False
    return not (scan.in_list and block.role is Role.BULLET)


def read(blocks: Sequence[Block], shape: Shape = Shape.LABELLED) -> tuple[Draft, list[Skip]]:
    """Read one question with whatever the guide says about it.

    Returns:
        The draft, and the lines of the unit that went into no field.
    """
    fields = collect(blocks)
    question, title, answer = _question(fields)
    is_advice = not answer and not fields.has(Cue.ANSWER, Cue.APPROACH) and fields.has(Cue.ADVICE)
    answer += fields.get(Cue.ANSWER, Cue.APPROACH, Cue.CORRECT, Cue.EXPLANATION, Cue.OPTIONS)
    if is_advice:
        answer += fields.get(Cue.ADVICE)
    answer, repeated = without_repeats(answer)
    lists = read_lists(fields)
    aside = next((b.label.aside for b in blocks if b.label and b.label.aside), "")
    used = (Cue.ADVICE, Cue.PROMPT) if is_advice else (Cue.PROMPT,)
    draft = Draft(
        shape=shape,
        title=title,
        question=question,
        kind=kind_of(aside, question.text if question else ""),
        level=_level(fields, blocks, aside),
        answer=tuple(answer),
        is_advice=is_advice,
        points=tuple(lists.points),
        candidates=candidates(answer),
        mistakes=tuple(lists.mistakes),
        follow_ups=tuple(lists.follow_ups),
        context=context(fields, *used),
    )
    return draft, lists.skips + repeated


def _question(fields: Fields) -> tuple[Passage | None, Passage | None, list[Block]]:
    """Find the question, its title, and what of the unit's beginning is an answer already."""
    head = [block for block in fields.head if block.text]
    if prompt := fields.get(Cue.PROMPT):
        return unquoted(passage(prompt)), passage(head) if head else None, []
    if not head:
        return None, None, []
    answered = fields.has(*_ANSWERING) or (fields.has(Cue.ADVICE) and len(head) == 1)
    if not answered:
        question, answer = _split_head(head)
    elif _is_question(head[0]) or len(head) == 1:
        question, answer = head, []
    else:
        question, answer = [], head
    if not question:
        return None, None, answer
    found = unquoted(passage(question))
    return replace(found, text=_without_number(found.text)), None, answer


def _split_head(head: list[Block]) -> tuple[list[Block], list[Block]]:
    first, rest = head[0], head[1:]
    if not _is_question(first):
        return [], head
    if rest or asks(first.text):
        return [first], rest
    # `Q: What is it? It is this.`: the label of the answer is lost.
    parts = list(sentences(first.text))
    count = next((n for n, part in enumerate(parts) if not asks(part)), len(parts))
    if 0 < count < len(parts):
        question = replace(first, text=" ".join(parts[:count]))
        return [question], [replace(first, text=" ".join(parts[count:]), label=None)]
    return [first], rest


def _is_question(block: Block) -> bool:
    """Tell a question from an answer whose question the guide lost."""
    if block.label or block.role is Role.HEADING or asks(block.text):
        return True
    if block.role is not Role.TEXT and not (block.role is Role.BULLET and block.marker != "•"):
        return False
    words = len(block.text.split())
    return words <= _LONGEST_QUESTION and (is_task(block.text) or words <= _LONGEST_QUESTION // 2)


def _without_number(text: str) -> str:
    head, separator, rest = text.partition(" ")
    numbered = head.rstrip(".)").lstrip("(").isdecimal() and head[-1:] in ".)"
    return rest if separator and numbered else text


def _level(fields: Fields, blocks: Sequence[Block], aside: str) -> tuple[Level, Passage] | None:
    for block in fields.get(Cue.LEVEL):
        if level := level_of(block.text, labelled=True):
            return level, Passage(block.text, block.sources)
    if aside and (level := level_of(aside, labelled=True)):
        return level, Passage(aside, blocks[0].sources)
    for block in fields.get(Cue.SETUP):
        if level := level_of(block.text):
            return level, Passage(block.text, block.sources)
    return None
